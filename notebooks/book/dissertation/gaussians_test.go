package dissertation

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"
)

// The divergence is the mean of the difference of the log densities.
func TestGaussianKL(t *testing.T) {
	g := Gaussian{[]float64{0.3, -0.5}, mat.NewSymDense(2, []float64{1, 0.4, 0.4, 0.7})}
	p := Gaussian{[]float64{0, 0.1}, mat.NewSymDense(2, []float64{1.5, -0.2, -0.2, 0.9})}
	want := ExpectNormal(2, func(e []float64) float64 {
		// The factor of the first covariance is (1, 0; 0.4, √0.54).
		z := [][]float64{{0.3 + e[0], -0.5 + 0.4*e[0] + math.Sqrt(0.54)*e[1]}}
		return g.LogDensities(z)[0] - p.LogDensities(z)[0]
	})
	if got := g.KL(p); math.Abs(got-want) > 1e-10 {
		t.Errorf("divergence %v, want %v", got, want)
	}
	if _, std := g.Marginal(1); std != math.Sqrt(0.7) {
		t.Errorf("standard deviation %v, want √0.7", std)
	}
	if got, want := g.LogDensities([][]float64{{0.3, -0.5}})[0], -math.Log(2*math.Pi)-math.Log(0.54)/2; math.Abs(got-want) > 1e-14 {
		t.Errorf("log density at the mean %v, want %v", got, want)
	}
}
