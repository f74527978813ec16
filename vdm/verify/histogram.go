package verify

import (
	"fmt"
	"math"
	"slices"
	"sort"
)

// Histogram counts values between edges. Bin i is [Edges[i], Edges[i+1]), the last one
// closed on both sides, as in numpy. Make it with [NewHistogram].
type Histogram struct {
	Edges   []float64 // increasing, len(Counts)+1
	Counts  []int64
	Under   int64 // number of values below the first edge
	Over    int64 // number of values above the last edge
	Missing int64 // number of NaN

	uniform bool // edges are equally spaced, to rounding
	perBin  float64
}

// NewHistogram returns an empty histogram with the given edges: at least two,
// finite and increasing.
func NewHistogram(edges []float64) (*Histogram, error) {
	if len(edges) < 2 {
		return nil, fmt.Errorf("histogram: %d edges; want at least 2", len(edges))
	}
	for i, e := range edges {
		if math.IsNaN(e) || math.IsInf(e, 0) || i > 0 && e <= edges[i-1] {
			return nil, fmt.Errorf("histogram: edge %d is %v; want finite, increasing edges", i, e)
		}
	}
	h := &Histogram{Edges: slices.Clone(edges), Counts: make([]int64, len(edges)-1)}
	n := float64(len(h.Counts))
	span := edges[len(edges)-1] - edges[0]
	h.perBin = n / span
	h.uniform = !math.IsInf(h.perBin, 0)
	for i, e := range edges {
		if math.Abs(e-edges[0]-span*float64(i)/n) > 1e-9*span/n {
			h.uniform = false
		}
	}
	return h, nil
}

// DefaultEdges returns edges of bins of 1 mm/h from 0 to the first whole number above
// max (at least one bin): the rain histogram of the dissertation.
func DefaultEdges(max float64) []float64 {
	n := 1
	if max >= 1 {
		n = int(math.Floor(max)) + 1
	}
	return evenEdges(0, float64(n), n)
}

// LowEdges returns the edges of 100 bins up to 0.3 mm/h, for drizzle and false drizzle.
func LowEdges() []float64 { return evenEdges(0, 0.3, 100) }

func evenEdges(low, high float64, bins int) []float64 {
	edges := make([]float64, bins+1)
	for i := range edges {
		edges[i] = low + (high-low)*(float64(i)/float64(bins))
	}
	edges[bins] = high
	return edges
}

// Add counts every value.
func (h *Histogram) Add(values []float32) {
	first, last := h.Edges[0], h.Edges[len(h.Edges)-1]
	for _, v32 := range values {
		v := float64(v32)
		switch {
		case v != v:
			h.Missing++
		case v < first:
			h.Under++
		case v > last:
			h.Over++
		default:
			h.Counts[h.bin(v)]++
		}
	}
}

// bin returns the bin of v, which must lie between the first and the last edge.
func (h *Histogram) bin(v float64) int {
	top := len(h.Counts) - 1
	if !h.uniform {
		return min(sort.Search(top, func(i int) bool { return v < h.Edges[i+1] }), top)
	}
	// The product may round across an edge; the edges themselves decide.
	i := min(int((v-h.Edges[0])*h.perBin), top)
	if v < h.Edges[i] {
		return i - 1
	}
	if i < top && v >= h.Edges[i+1] {
		return i + 1
	}
	return i
}

// Total returns the number of values that are not missing, those outside the edges
// included.
func (h *Histogram) Total() int64 {
	total := h.Under + h.Over
	for _, c := range h.Counts {
		total += c
	}
	return total
}

// Value returns the density of each bin: its share of *all* values that are not missing,
// divided by its width. So histograms that cut the range differently agree where they
// overlap; the density integrates to the share of the values that lie within the edges
// (numpy's density=True divides by that share).
func (h *Histogram) Value() []float64 {
	d := make([]float64, len(h.Counts))
	for i := range d {
		d[i] = h.Share(i) / (h.Edges[i+1] - h.Edges[i])
	}
	return d
}

// Share returns the share of all values that are not missing in bin i.
func (h *Histogram) Share(i int) float64 {
	return float64(h.Counts[i]) / float64(h.Total())
}
