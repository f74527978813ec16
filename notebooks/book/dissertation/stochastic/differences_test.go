package stochastic

import (
	"math"
	"testing"
)

func TestDifferences(t *testing.T) {
	f := func(x []float64) float64 { return math.Sin(x[0]) * math.Exp(2*x[1]) }
	gradient := func(x []float64) []float64 {
		return []float64{math.Cos(x[0]) * math.Exp(2*x[1]), 2 * f(x)}
	}
	x := []float64{0.4, -0.3}
	want := gradient(x)
	for i, got := range Gradient(f, x, 1e-5) {
		if math.Abs(got-want[i]) > 1e-9 {
			t.Errorf("gradient %d is %.12g, want %.12g", i, got, want[i])
		}
	}
	laplacian := 3 * f(x) // −f from the first dimension, 4f from the second
	if got := Laplacian(f, x, 1e-4); math.Abs(got-laplacian) > 1e-6 {
		t.Errorf("Laplacian %.12g, want %.12g", got, laplacian)
	}
	if got := Divergence(gradient, x, 1e-5); math.Abs(got-laplacian) > 1e-9 {
		t.Errorf("divergence %.12g, want %.12g", got, laplacian)
	}
	if x[0] != 0.4 || x[1] != -0.3 {
		t.Errorf("the point was moved to %v", x)
	}
}
