package verify

import (
	"slices"
	"testing"
)

// The selected quantile is, to the bit, that of all values sorted, ties included.
func TestSelectQuantile(t *testing.T) {
	for n := 1; n < 60; n++ {
		for _, values := range [][]float32{rain(uint32(n), n), slices.Repeat([]float32{3}, n), slices.Sorted(slices.Values(rain(uint32(n), n)))} {
			for _, level := range []float64{0, 0.25, 0.5, 0.95, 1} {
				var q Quantiles
				q.Add(values)
				if got, want := selectQuantile(slices.Clone(values), level), q.Value([]float64{level})[0]; got != want {
					t.Fatalf("quantile %v of %v is %v, want %v", level, values, got, want)
				}
			}
		}
	}
	if q := selectQuantile(nil, 0.5); q == q {
		t.Errorf("the quantile of nothing is %v", q)
	}
}
