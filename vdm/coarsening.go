package vdm

import (
	"cmp"
)

// Coarsening says what a coarse clip is of a fine one: means over blocks of
// Cells × Cells cells and Frames consecutive frames. 0 is 1, not coarser.
type Coarsening struct {
	Cells, Frames int
}

// WithDefaults returns c with 1 in the place of 0.
func (c Coarsening) WithDefaults() Coarsening {
	c.Cells = cmp.Or(c.Cells, 1)
	c.Frames = cmp.Or(c.Frames, 1)
	return c
}

// Operator is the coarsening of clips of that shape (frames, height, width,
// channels), each of whose sides must be a multiple of the block's.
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
