package climate

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Record is gridded data that are open for reading: one field for each variable, all on
// one grid and with the same times, the files they come from, and which frames are for
// training and which for tests. [OpenRecord] opens files or prepared data; a reader with
// settings of its own builds a Record of its fields.
type Record struct {
	Fields  []*Field
	Sources []Source
	Split   *Split   // nil where nothing is held out
	History []string // how prepared data were made, a sentence each; nil for files

	tail  bool    // the test part is the end of the record, see HoldOut
	hours float64 // requested length of the test part, 0 where it was requested in frames

	close, release func() error // nil where there is nothing to do
}

// Close closes the record's files. Its fields must not be used afterwards.
func (r *Record) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close()
}

// Release gives the memory of values back that lie in a file, as prepared data do and
// those that were read with a Scratch; they come again from the file when they are next
// used. Call it between the pieces of a long record that are read one after another.
func (r *Record) Release() error {
	if r.release == nil {
		return nil
	}
	return r.release()
}

// Names returns the names of the variables, separated by commas.
func (r *Record) Names() string { return fieldNames(r.Fields) }

func fieldNames(fields []*Field) string {
	var all []string
	for _, f := range fields {
		all = append(all, f.Name)
	}
	return strings.Join(all, ", ")
}

// Period returns the dates of the first and the last frame of a field, in words.
func (f *Field) Period() string {
	return fmt.Sprintf("%s to %s", f.Date(0), f.Date(f.Frames()-1))
}

// HoldOut makes the last frames of the record its test part, and all before them its
// training part. It refuses data that are already split.
func (r *Record) HoldOut(frames int) error {
	if r.Split != nil {
		return errors.New("the data are split into training and tests already")
	}
	for _, f := range r.Fields {
		if _, _, err := SplitTime(f, frames); err != nil {
			return err
		}
	}
	f := r.Fields[0]
	n := f.Frames()
	r.tail = true
	r.Split = &Split{Rule: f.Slice(n-frames, n).Period(), Train: []Range{{0, n - frames}}, Test: []Range{{n - frames, n}}}
	return nil
}

// HoldOutHours does what [Record.HoldOut] does, for the number of frames that is nearest
// to the given hours.
func (r *Record) HoldOutHours(hours float64) error {
	if err := r.HoldOut(int(math.Round(hours / r.Fields[0].Step()))); err != nil {
		return fmt.Errorf("holding out the last %v h: %w", hours, err)
	}
	r.hours = hours
	return nil
}

// Train returns the clips of the training part, or of the whole record where nothing is
// held out. The options have no Ranges: the split has them.
func (r *Record) Train(o WindowOptions) (*Windows, error) {
	if o.Ranges != nil {
		return nil, errors.New("window option Ranges is set, which the record's split says")
	}
	if r.Split != nil {
		o.Ranges = r.Split.Train
	}
	return r.windows(o)
}

// Test returns the clips of the test part, without reflections. Clips of data that were
// split by seasons do not overlap in time; clips of hours that were held out at the end,
// which are few, begin at every frame. The options have no Ranges and no StrideT, and
// their Flips are for training alone. A record of which nothing is held out is an error.
func (r *Record) Test(o WindowOptions) (*Windows, error) {
	if o.Ranges != nil || o.StrideT != 0 {
		return nil, errors.New("window option Ranges or StrideT is set, which the record's split says")
	}
	if r.Split == nil {
		return nil, errors.New("the data have no split into training and tests")
	}
	o.Ranges, o.Flips, o.StrideT = r.Split.Test, false, o.Frames
	if r.tail {
		o.StrideT = 1
	}
	return r.windows(o)
}

// windows returns the clips of a part; for a part that is too short the error says how
// long it is.
func (r *Record) windows(o WindowOptions) (*Windows, error) {
	if r.tail {
		if n := o.Ranges[0].To - o.Ranges[0].From; o.Frames > n {
			return nil, fmt.Errorf("field %q: a clip of %d frames is longer than the record of %d", r.Fields[0].Name, o.Frames, n)
		}
	}
	return NewWindows(o, r.Fields...)
}

// TrainingPeriod returns the dates of the training part in words: those of the frames
// before a held-out end, else those of the whole record, over which training seasons are
// spread.
func (r *Record) TrainingPeriod() string {
	f := r.Fields[0]
	if r.tail {
		f = f.Slice(0, r.Split.Train[0].To)
	}
	return f.Period()
}

// TestPeriod returns the dates of a held-out end, else those of the whole record, in
// words.
func (r *Record) TestPeriod() string {
	if r.tail {
		return r.Split.Rule
	}
	return r.Fields[0].Period()
}

// Origin returns what a run that is trained on the record stores about it.
func (r *Record) Origin() *Origin {
	o := &Origin{Variables: originVariables(r.Fields), Sources: r.Sources, Training: r.TrainingPeriod(), HeldOutHours: r.hours}
	if r.Split != nil {
		o.HeldOut = r.Split.Rule
	}
	return o
}

// InTraining reports whether some of a number of frames, beginning with frame first,
// belong to the training part.
func (r *Record) InTraining(first, frames int) bool {
	if r.Split == nil {
		return false
	}
	for _, part := range r.Split.Train {
		if part.From < first+frames && first < part.To {
			return true
		}
	}
	return false
}
