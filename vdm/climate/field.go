package climate

import (
	"fmt"
	"math"
	"slices"
)

// Field is one variable over time on a grid, in the units of this package.
type Field struct {
	Name, LongName, StandardName string
	Units                        string // of Data: RainUnits for rain
	Kind                         Kind   // KindRain or KindOther

	Grid     Grid
	Times    []float64 // hours since Epoch, ascending; for rates over known bounds, mid-interval
	Calendar string    // canonical CF name
	Epoch    string    // CF time units of Times: Epoch or RelativeEpoch

	// From and To are the ends of the interval of each frame's values, in the hours of
	// Times; nil where unknown. Stamps are the times that the file gives the frames
	// where they differ from Times; else nil.
	From, To, Stamps []float64
	CellMethods      string // how the values summarise their intervals, as CF writes it: "time: mean"

	// Data is (time, y, x) row by row; NaN is missing. It may lie in a read-only
	// file mapping: do not write to it.
	Data []float32

	// Notes say what the reader decided about this variable, a sentence each.
	Notes []string

	missing  []int       // missing cells of each frame where known in advance, else nil
	training *knownRange // for prepared data with a split, else nil
}

// knownRange contains the smallest and largest value of some frames, known in advance.
type knownRange struct {
	ranges    []Range
	low, high float64
}

// Frames returns the number of times.
func (f *Field) Frames() int { return len(f.Times) }

// Height returns the number of rows of the grid.
func (f *Field) Height() int { return f.Grid.Height }

// Width returns the number of columns of the grid.
func (f *Field) Width() int { return f.Grid.Width }

// Frame returns frame t, Height*Width cells, sharing the field's memory.
func (f *Field) Frame(t int) []float32 {
	n := f.Grid.Height * f.Grid.Width
	return f.Data[t*n : (t+1)*n : (t+1)*n]
}

// Date returns the time of frame t as a date of the field's calendar.
func (f *Field) Date(t int) string { return FormatTime(f.Times[t], f.Calendar) }

// HasDates reports whether times count from a date, so that they can be found in other
// data. Times of [RelativeEpoch] count from the start of a clip instead.
func (f *Field) HasDates() bool { return f.Epoch == Epoch }

// Slice returns the field of the frames from t0 to t1 − 1. It shares memory, and panics
// where the frames do not exist, as slicing does.
func (f *Field) Slice(t0, t1 int) *Field {
	n := f.Grid.Height * f.Grid.Width
	s := *f
	s.training = nil
	s.Times = f.Times[t0:t1:t1]
	for _, times := range []*[]float64{&s.From, &s.To, &s.Stamps} {
		if *times != nil {
			*times = (*times)[t0:t1:t1]
		}
	}
	s.Data = f.Data[t0*n : t1*n : t1*n]
	if f.missing != nil {
		s.missing = f.missing[t0:t1:t1]
	}
	return &s
}

// Step returns the usual time between frames in hours: the median, so that gaps and the
// unequal lengths of months do not count. It is 0 for a single frame.
func (f *Field) Step() float64 { return MedianStep(f.Times) }

// Gaps returns the frames t after which time jumps: where the next frame is more than
// half a step away from its expected time.
func (f *Field) Gaps() []int { return timeGaps(f.Times) }

// MedianStep returns the median distance between ascending times, 0 for a single one.
func MedianStep(times []float64) float64 {
	if len(times) < 2 {
		return 0
	}
	steps := make([]float64, len(times)-1)
	for i := range steps {
		steps[i] = times[i+1] - times[i]
	}
	slices.Sort(steps)
	return steps[(len(steps)-1)/2]
}

func timeGaps(times []float64) []int {
	var gaps []int
	step := MedianStep(times)
	for i := 0; i+1 < len(times); i++ {
		if math.Abs(times[i+1]-times[i]-step) > step/2 {
			gaps = append(gaps, i)
		}
	}
	return gaps
}

// missingCells returns the number of missing cells of each frame; nil if there are none.
func (f *Field) missingCells() []int {
	counts, any := f.missing, false
	if counts == nil {
		counts = make([]int, f.Frames())
		for t := range counts {
			for _, v := range f.Frame(t) {
				if v != v {
					counts[t]++
				}
			}
		}
	}
	for _, c := range counts {
		any = any || c > 0
	}
	if !any {
		return nil
	}
	return counts
}

// Validate returns an error where the parts of the field do not fit together or its
// times do not increase.
func (f *Field) Validate() error {
	if err := f.validateRecord(); err != nil {
		return err
	}
	if want := f.Frames() * f.Height() * f.Width(); len(f.Data) != want {
		return fmt.Errorf("field %q has %d values, expected %d frames × %d × %d = %d",
			f.Name, len(f.Data), f.Frames(), f.Height(), f.Width(), want)
	}
	return nil
}

// validateRecord does what Validate does, without looking at the values.
func (f *Field) validateRecord() error {
	if err := f.Grid.Validate(); err != nil {
		return fmt.Errorf("field %q: %w", f.Name, err)
	}
	if f.Frames() == 0 {
		return fmt.Errorf("field %q has no frames", f.Name)
	}
	for i, t := range f.Times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Errorf("field %q: time %d is %v", f.Name, i, t)
		}
		if i > 0 && t <= f.Times[i-1] {
			return fmt.Errorf("field %q: time does not go forward: frame %d is at %s, frame %d at %s",
				f.Name, i-1, f.Date(i-1), i, f.Date(i))
		}
	}
	return nil
}

// SplitTime holds out the last heldOut frames: train contains all frames before them,
// test contains them. Both share the field's memory, and windows of one never reach into
// the other.
func SplitTime(f *Field, heldOut int) (train, test *Field, err error) {
	n := f.Frames()
	if heldOut < 1 || heldOut >= n {
		return nil, nil, fmt.Errorf("field %q: cannot hold out %d of %d frames; expected 1 to %d", f.Name, heldOut, n, n-1)
	}
	return f.Slice(0, n-heldOut), f.Slice(n-heldOut, n), nil
}

// Range is the frames from From to To − 1.
type Range struct {
	From int `json:"from"`
	To   int `json:"to"`
}
