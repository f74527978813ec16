package forecast

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func TestMatchRanks(t *testing.T) {
	value := []float64{3, -1, 7, 7, 0, 9}
	dst := []float64{-5, -5, -5, -5, -5, -5}
	// Cell 2 takes no part; cell 5 has the largest value and is not allowed.
	var r ranking
	r.match(dst, []int{0, 1, 3, 4, 5}, []float64{0, 0, 1, 2.5, 4}, value, []bool{true, true, true, true, true, false})
	if want := []float64{2.5, 0, -5, 4, 1, 0}; !slices.Equal(dst, want) {
		t.Errorf("%v, expected %v", dst, want)
	}
}

func TestDistances(t *testing.T) {
	const h, w = 20, 27
	set := make([]bool, h*w)
	r := noise.Key{Seed: 4, Stream: noise.Synthetic}.Rand()
	for range 6 {
		set[r.IntN(h*w)] = true
	}
	for i, got := range distances(set, h, w) {
		want := math.Inf(1)
		for j, s := range set {
			if s {
				want = min(want, math.Hypot(float64(i/w-j/w), float64(i%w-j%w)))
			}
		}
		if got < want-1e-9 || got > 1.083*want+1e-9 {
			t.Errorf("row %d, column %d is %g from what is set, expected %g and up to 8.3 %% more", i/w, i%w, got, want)
		}
	}
	for _, d := range distances(make([]bool, h*w), h, w) {
		if d < math.Hypot(h, w) {
			t.Fatalf("a distance of %g where nothing is set", d)
		}
	}
}
