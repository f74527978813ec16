package dissertation

import (
	"math"
	"testing"
)

// Central differences are exact for quadratics, and of second order in h.
func TestDerivative(t *testing.T) {
	near(t, "of a quadratic", Derivative(func(x float64) float64 { return 3*x*x - x }, 2, 0.5), 11, 1e-14)
	off := func(h float64) float64 { return math.Exp(1) - Derivative(math.Exp, 1, h) }
	near(t, "error of e^x over h²/6", off(1e-2)/(-1e-4/6*math.E), 1, 1e-4)
	near(t, "order", math.Log2(off(0.1)/off(0.05)), 2, 1e-2)
}

func TestTangent(t *testing.T) {
	turn := Tangent(func(a float64) []float64 { return Blend(math.Cos(a), []float64{1, 0}, math.Sin(a), []float64{0, 1}) }, 0.3, 1e-4)
	near(t, "along x", turn[0], -math.Sin(0.3), 1e-8)
	near(t, "along y", turn[1], math.Cos(0.3), 1e-8)
}
