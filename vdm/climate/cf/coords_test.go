package cf

import (
	"math"
	"slices"
	"testing"
)

func TestNormaliseAxis(t *testing.T) {
	for _, c := range []struct {
		in      []float64
		angular bool
		want    []float64
		order   []int
	}{
		{[]float64{1, 2, 3}, false, []float64{1, 2, 3}, nil},
		{[]float64{3, 2, 1}, false, []float64{1, 2, 3}, []int{2, 1, 0}},
		{[]float64{370, 380}, false, []float64{370, 380}, nil},
		{[]float64{370, 380}, true, []float64{10, 20}, nil},
		{[]float64{355, 365}, true, []float64{-5, 5}, nil},
		{[]float64{0, 120, 240, 360.5}, true, []float64{0, 120, 240, 360.5}, nil}, // round again: no place to join
		{[]float64{100, 200, 300, 370}, true, []float64{10, 100, 200, 300}, []int{3, 0, 1, 2}},
		{[]float64{100, 200, 300, 361}, true, []float64{1, 100, 200, 300}, []int{3, 0, 1, 2}},
		{[]float64{170, 270, 365}, true, []float64{170, 270, 365}, nil}, // a region, which joins nowhere
		{[]float64{-190, -185}, true, []float64{170, 175}, nil},
		{[]float64{1, 0, 359, 358}, true, []float64{-2, -1, 0, 1}, []int{3, 2, 1, 0}},
		{[]float64{7}, true, []float64{7}, nil},
	} {
		got, order, _, err := normaliseAxis(c.in, c.angular)
		if err != nil || !slices.Equal(got, c.want) || !slices.Equal(order, c.order) {
			t.Errorf("%v: %v, order %v, %v; want %v, order %v", c.in, got, order, err, c.want, c.order)
		}
	}
	for _, bad := range [][]float64{{1, 3, 2}, {1, 1}, {math.NaN()}, {1, math.Inf(1)}} {
		if got, _, _, err := normaliseAxis(bad, false); err == nil {
			t.Errorf("%v is accepted as %v", bad, got)
		}
	}
}
