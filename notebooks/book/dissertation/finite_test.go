package dissertation

import (
	"math"
	"testing"
)

func TestFiniteOverDatasets(t *testing.T) {
	p, values := Finite{0.5, 0.3, 0.2}, []float64{1, -2, 4}
	mean := p.Mean(values)
	if math.Abs(mean-0.7) > 1e-15 {
		t.Errorf("mean %g, want 0.7", mean)
	}
	// The mean of a product of two draws is the square of the mean; that of a
	// square is not.
	product := p.OverDatasets(2, func(d []int) float64 { return values[d[0]] * values[d[1]] })
	square := p.OverDatasets(2, func(d []int) float64 { return values[d[0]] * values[d[0]] })
	if math.Abs(product-mean*mean) > 1e-15 || math.Abs(square-4.9) > 1e-15 {
		t.Errorf("mean of the product %g, of the square %g, want %g and 4.9", product, square, mean*mean)
	}
	if one := p.OverDatasets(5, func([]int) float64 { return 1 }); math.Abs(one-1) > 1e-14 {
		t.Errorf("the probabilities of all datasets add up to %g", one)
	}
}
