package cf

import (
	"slices"
	"testing"
)

// Blocks cover every value once and are small, whichever dimensions are long.
func TestBlocksCoverAll(t *testing.T) {
	for _, c := range []struct {
		shape, chunk []int
		blocks       int // at least
	}{
		{[]int{1, 720, 60, 48}, nil, 1}, {[]int{1, 72, 606, 484}, []int{1, 1, 606, 484}, 5}, {[]int{3, 2, 900, 800}, nil, 2},
		{[]int{1, 1, 2100, 2100}, nil, 1}, {[]int{2, 5000, 1}, []int{1, 100, 1}, 1}, {[]int{6_000_000}, nil, 1}, {[]int{3, 5_000_000}, nil, 4}, {[]int{4, 0}, nil, 0},
	} {
		v := &variable{shape: c.shape, chunk: c.chunk}
		total := 1
		for _, n := range c.shape {
			total *= n
		}
		seen, blocks := make([]bool, total), 0
		if err := v.eachBlock(4, func(start, count []int) error {
			blocks++
			size, at := 1, make([]int, len(count))
			for _, n := range count {
				size *= n
			}
			if 4*size > slabBytes {
				t.Errorf("%v: a block of %v", c.shape, count)
			}
			for range size {
				place := 0
				for i := range at {
					place = place*c.shape[i] + start[i] + at[i]
				}
				if seen[place] {
					t.Fatalf("%v: place %d is read twice", c.shape, place)
				}
				seen[place] = true
				for i := len(at) - 1; i >= 0; i-- {
					if at[i]++; at[i] < count[i] {
						break
					}
					at[i] = 0
				}
			}
			return nil
		}); err != nil {
			t.Error(err)
		}
		if slices.Contains(seen, false) || blocks < c.blocks {
			t.Errorf("%v: %d blocks do not cover it, or are too few", c.shape, blocks)
		}
	}
}

// Blocks hold whole chunks as long as memory for them is reasonable.
func TestBlockLength(t *testing.T) {
	for _, c := range []struct{ chunk, rowBytes, want int }{
		{0, 1 << 20, 16}, {1, 1 << 20, 16}, {5, 1 << 20, 15}, {100, 1 << 20, 100}, {1000, 1 << 20, 16}, {7, 1 << 30, 1}, {0, 0, 16 << 20},
	} {
		v := &variable{}
		if c.chunk > 0 {
			v.chunk = []int{c.chunk}
		}
		if got := v.blockLength(0, c.rowBytes); got != c.want {
			t.Errorf("%+v: %d places", c, got)
		}
	}
}
