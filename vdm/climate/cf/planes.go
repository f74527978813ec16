package cf

import (
	"fmt"
	"math"
	"slices"
)

// readPlane reads a coordinate over y and x. A coordinate that repeats along time must
// be the same at all times; why says that it is not.
func (l *layout) readPlane(v, c *variable) (plane []float64, rowStride, colStride int, why string, err error) {
	plane, err = c.readSome(func(i int) (first, many int) {
		return 0, map[bool]int{true: c.shape[i], false: 1}[l.horizontal(v, c.dims[i])]
	})
	if err != nil {
		return nil, 0, 0, "", err
	}
	first, second := v.shape[l.y], v.shape[l.x]
	rowStride, colStride = second, 1
	if slices.Index(c.dims, v.dims[l.x]) < slices.Index(c.dims, v.dims[l.y]) {
		rowStride, colStride = 1, first
	}
	for i, dim := range c.dims {
		if l.horizontal(v, dim) || c.shape[i] == 1 {
			continue
		}
		const most = 64 // number of times at which it is compared
		for k := range min(most, c.shape[i]) {
			at := c.shape[i] - 1 - k*(c.shape[i]-1)/most
			if c.shape[i] <= most {
				at = k
			}
			other, err := c.readSome(func(j int) (int, int) {
				switch {
				case l.horizontal(v, c.dims[j]):
					return 0, c.shape[j]
				case j == i:
					return at, 1
				}
				return 0, 1
			})
			if err != nil {
				return nil, 0, 0, "", err
			}
			for n := range plane {
				if other[n] != plane[n] && !(math.IsNaN(other[n]) && math.IsNaN(plane[n])) {
					return nil, 0, 0, fmt.Sprintf("change along %s", dim), nil
				}
			}
		}
	}
	return plane, rowStride, colStride, "", nil
}

func (l *layout) horizontal(v *variable, dim string) bool {
	return dim == v.dims[l.y] || dim == v.dims[l.x]
}

// readSome returns a block of a small variable, unpacked, in degrees; block returns the
// start and length along each dimension.
func (v *variable) readSome(block func(dim int) (first, many int)) ([]float64, error) {
	start, count := make([]int, len(v.shape)), make([]int, len(v.shape))
	for i := range v.shape {
		start[i], count[i] = block(i)
	}
	values, err := v.readBlock(start, count)
	if err != nil {
		return nil, err
	}
	v.toDegrees(values)
	return values, nil
}
