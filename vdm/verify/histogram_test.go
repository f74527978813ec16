package verify

import (
	"math"
	"sort"
	"testing"
)

func TestHistogramCountsEveryValueOnce(t *testing.T) {
	h := must(NewHistogram([]float64{0, 1, 2, 4}))
	inf := float32(math.Inf(1))
	h.Add([]float32{-0.5, 0, 0.5, 1, 3.9, 4, 4.1, missing, inf, -inf})
	if got, want := h.Counts, []int64{2, 1, 2}; got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
		t.Errorf("counts %v, want %v", got, want)
	}
	if h.Under != 2 || h.Over != 2 || h.Missing != 1 || h.Total() != 9 {
		t.Errorf("under %d, over %d, missing %d, total %d", h.Under, h.Over, h.Missing, h.Total())
	}
	d := h.Value()
	if integral := d[0] + d[1] + 2*d[2]; !near(integral, 5.0/9, 1e-15) {
		t.Errorf("the density integrates to %v, want the share inside, 5/9", integral)
	}
}

// The quick way to a bin of equal width must agree with the edges themselves at
// every edge and one float32 to either side.
func TestUniformBinsAgreeWithSearch(t *testing.T) {
	for _, edges := range [][]float64{DefaultEdges(76.97), LowEdges(), {-3, -2.9, -2.8}, evenEdges(-1, 1, 77), {1e-30, 2e-30}} {
		h := must(NewHistogram(edges))
		if !h.uniform {
			t.Errorf("edges from %v to %v are not seen as uniform", edges[0], edges[len(edges)-1])
		}
		for _, e := range edges {
			for _, v := range []float32{float32(e), math.Nextafter32(float32(e), -9), math.Nextafter32(float32(e), 9)} {
				x := float64(v)
				if x < edges[0] || x > edges[len(edges)-1] {
					continue
				}
				want := min(sort.Search(len(edges), func(i int) bool { return edges[i] > x })-1, len(edges)-2)
				if got := h.bin(x); got != want {
					t.Errorf("%v lies in bin %d of %d, got %d", v, want, len(h.Counts), got)
				}
			}
		}
	}
	if must(NewHistogram([]float64{0, 1, 3})).uniform {
		t.Error("unequal edges are seen as uniform")
	}
}

// An edge that is not above the one before is refused, also where it is above the first.
func TestEdgesThatDoNotIncrease(t *testing.T) {
	for _, edges := range [][]float64{{0, 2, 1}, {0, 1, 1}, {1, 0}, {0}, {0, math.NaN()}, {0, math.Inf(1)}, {math.Inf(-1), 0}} {
		if _, err := NewHistogram(edges); err == nil {
			t.Errorf("edges %v are taken", edges)
		}
	}
}

func TestHistogramEdges(t *testing.T) {
	for max, want := range map[float64]int{0: 1, 0.5: 1, 1: 2, 59.2: 60, 60: 61} {
		e := DefaultEdges(max)
		if len(e)-1 != want || e[0] != 0 || e[1] != 1 || e[want] != float64(want) || e[want] <= max {
			t.Errorf("DefaultEdges(%v) are %v", max, e)
		}
	}
	if e := LowEdges(); len(e) != 101 || e[100] != 0.3 || !near(e[50], 0.15, 1e-15) {
		t.Errorf("LowEdges are %v", e)
	}
	for _, bad := range [][]float64{nil, {1}, {1, 1}, {2, 1}, {0, math.NaN()}, {0, math.Inf(1)}} {
		if _, err := NewHistogram(bad); err == nil {
			t.Errorf("edges %v are taken", bad)
		}
	}
}

func BenchmarkHistogramAdd(b *testing.B) {
	h, x := must(NewHistogram(DefaultEdges(80))), rain(1, 1<<16)
	b.SetBytes(int64(4 * len(x)))
	for b.Loop() {
		h.Add(x)
	}
}
