package climate

import (
	"errors"
	"fmt"
	"math"
	"strings"
)

// Record is gridded data that are open for reading: one field for each variable, all
// on one grid and with the same times, the files that they come from, and which
// frames are for training and which for tests. [OpenRecord] opens one of files or of
// prepared data; a reader that needs more makes one of its fields.
type Record struct {
	Fields  []*Field
	Sources []Source
	Split   *Split   // nil where nothing is held out
	History []string // how prepared data came to be, a sentence each; nil for files

	tail  bool    // the test part is the end of the record, see HoldOut
	hours float64 // how long that was asked to be, 0 where it was asked for in frames
	close func() error
}

// Close gives back what the record has open. Its fields must not be used afterwards.
func (r *Record) Close() error {
	if r.close == nil {
		return nil
	}
	return r.close()
}

// Names returns the names of the variables, with commas between.
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
// training part. Data that are split already are an error.
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

// HoldOutHours is [Record.HoldOut] of as many frames as make so many hours, to the
// nearest one.
func (r *Record) HoldOutHours(hours float64) error {
	if err := r.HoldOut(int(math.Round(hours / r.Fields[0].Step()))); err != nil {
		return fmt.Errorf("holding out the last %v h: %w", hours, err)
	}
	r.hours = hours
	return nil
}

// Train returns the clips of the training part, of the whole record where nothing is
// held out. The options' Ranges are set here.
func (r *Record) Train(o WindowOptions) (*Windows, error) {
	if r.Split != nil {
		o.Ranges = r.Split.Train
	}
	return r.windows(o)
}

// Test returns the clips of the test part; none is reflected. Those of data that were
// split by seasons do not overlap in time; those of hours that were held out at the
// end, which are few, begin at every frame. The options' Ranges, Flips and StrideT are
// set here. A record of which nothing is held out is an error.
func (r *Record) Test(o WindowOptions) (*Windows, error) {
	if r.Split == nil {
		return nil, errors.New("the data have no split into training and tests")
	}
	o.Ranges, o.Flips, o.StrideT = r.Split.Test, false, o.Frames
	if r.tail {
		o.StrideT = 1
	}
	return r.windows(o)
}

// windows returns the clips of a part, and says of one that is too short how long it is.
func (r *Record) windows(o WindowOptions) (*Windows, error) {
	if r.tail {
		if n := o.Ranges[0].To - o.Ranges[0].From; o.Frames > n {
			return nil, fmt.Errorf("field %q: a clip of %d frames is longer than the record of %d", r.Fields[0].Name, o.Frames, n)
		}
	}
	return NewWindows(o, r.Fields...)
}

// TrainingPeriod returns the dates that training reads, in words: those of the frames
// before what is held out at the end, else those of the record, whose training seasons
// lie all over it.
func (r *Record) TrainingPeriod() string {
	f := r.Fields[0]
	if r.tail {
		f = f.Slice(0, r.Split.Train[0].To)
	}
	return f.Period()
}

// TestPeriod returns the dates of what is held out at the end, else those of the
// record, in words.
func (r *Record) TestPeriod() string {
	if r.tail {
		return r.Split.Rule
	}
	return r.Fields[0].Period()
}

// Origin returns what a run that is trained on the record keeps about it.
func (r *Record) Origin() *Origin {
	o := &Origin{Variables: originVariables(r.Fields), Sources: r.Sources, Training: r.TrainingPeriod(), HeldOutHours: r.hours}
	if r.Split != nil {
		o.HeldOut = r.Split.Rule
	}
	return o
}

// InTraining reports whether some of so many frames from a first one on belong to the
// training part.
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
