package climate

import (
	"fmt"
)

// MissingPolicy says how windows with missing cells are treated.
type MissingPolicy int

const (
	SkipMissing MissingPolicy = iota // leave such windows out
	KeepMissing                      // keep them; the missing cells are NaN in the clip
)

// Flip is a reflection of a clip, used as augmentation.
type Flip int

const (
	FlipNone Flip = iota
	FlipY         // rows reversed
	FlipX         // columns reversed
	FlipYX        // both
	flipCount
)

func (f Flip) String() string {
	return [flipCount]string{"as recorded", "rows reversed", "columns reversed", "rows and columns reversed"}[f]
}

// WindowOptions says which windows of a record are clips.
type WindowOptions struct {
	Frames, Height, Width int // size of a window; 0 means the record's own

	// StrideT is the frames between the starts of neighbouring windows; 0 is 1. In
	// space windows start at every cell.
	StrideT int

	// Ranges are the frames in which windows may lie, each wholly in one of them, the
	// first at its first frame; none means the whole record. They must be in order and
	// not overlap: see [Split].
	Ranges []Range

	Flips   bool          // whether every window is also reversed in y, in x and in both
	Missing MissingPolicy // SkipMissing unless set

	// MostMissing, under KeepMissing, is the largest share of missing cells in any frame
	// of a window; windows with more are left out. 0 leaves none out.
	MostMissing float64

	// Name returns the name of an option of this struct in messages, such as "--flips"
	// for "Flips"; nil means the names in this struct.
	Name func(option string) string
}

// called returns the name of an option in messages.
func (o *WindowOptions) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

// Validate refuses sizes and a stride below zero.
func (o WindowOptions) Validate() error {
	for _, v := range []struct {
		name  string
		value int
	}{
		{"Frames", o.Frames}, {"Height", o.Height}, {"Width", o.Width},
		{"StrideT", o.StrideT},
	} {
		if v.value < 0 {
			return fmt.Errorf("window option %s is %d, expected 0 or more", v.name, v.value)
		}
	}
	for i, r := range o.Ranges {
		if r.From < 0 || r.To <= r.From || i > 0 && r.From < o.Ranges[i-1].To {
			return fmt.Errorf("window option Ranges[%d] is frames %d to %d; want ranges that are in order and do not overlap", i, r.From, r.To)
		}
	}
	if !(o.MostMissing >= 0 && o.MostMissing <= 1) || o.MostMissing > 0 && o.Missing != KeepMissing {
		return fmt.Errorf("window option MostMissing is %v, expected a share from 0 to 1, with %s", o.MostMissing, o.called("KeepMissing"))
	}
	if o.Missing != SkipMissing && o.Missing != KeepMissing {
		return fmt.Errorf("window option Missing is %d, expected SkipMissing or KeepMissing", o.Missing)
	}
	return nil
}
