package dissertation

import (
	"math"
	"testing"
)

func TestRoot(t *testing.T) {
	for _, sign := range []float64{1, -1} {
		got, err := Root(func(x float64) float64 { return sign * (x*x*x - 2) }, 0, 5)
		if err != nil || math.Abs(got-math.Cbrt(2)) > 1e-15 {
			t.Errorf("root %.17g (%v), want %.17g", got, err, math.Cbrt(2))
		}
	}
	if got, err := Root(func(x float64) float64 { return x*x + 1 }, -1, 1); err == nil {
		t.Errorf("a function without a root gave %g", got)
	}
}

// A rotation with a changing rate: y turns by the integral of the rate.
func TestRungeKuttaIsOfOrderFour(t *testing.T) {
	slope := func(y []float64, t float64) []float64 { return []float64{-2 * t * y[1], 2 * t * y[0]} }
	worst := func(steps int) float64 {
		y := RungeKutta(slope, []float64{1, 0}, 1, 2, steps)
		return math.Hypot(y[0]-math.Cos(3), y[1]-math.Sin(3))
	}
	coarse, fine := worst(50), worst(100)
	if order := math.Log2(coarse / fine); math.Abs(order-4) > 0.1 || fine > 1e-6 {
		t.Errorf("errors %.3g and %.3g are of order %.3f, want 4", coarse, fine, order)
	}
}
