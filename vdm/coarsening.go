package vdm

import (
	"cmp"
)

// Coarsening says how a coarse clip follows from a fine one: by means over blocks of
// Cells × Cells cells and Frames consecutive frames. A factor of 0 means 1, no
// coarsening.
type Coarsening struct {
	Cells, Frames int
}

// WithDefaults returns c with every 0 replaced by 1.
func (c Coarsening) WithDefaults() Coarsening {
	c.Cells = cmp.Or(c.Cells, 1)
	c.Frames = cmp.Or(c.Frames, 1)
	return c
}

// Operator returns the coarsening as a linear map of clips of the given shape (frames,
// height, width, channels). Each side of the clip must be a multiple of the block's
// side.
func (c Coarsening) Operator(clip [4]int) (Operator, error) {
	c = c.WithDefaults()
	var a Operator
	var err error
	if c.Frames != 1 {
		if a, err = TimeMeans(clip[0], c.Frames); err != nil {
			return a, err
		}
	}
	if c.Cells != 1 {
		space, err := BlockMeans(clip[1], clip[2], c.Cells)
		if err != nil {
			return a, err
		}
		a.Rows, a.Columns = space.Rows, space.Columns
	}
	return a, nil
}
