package dissertation

import (
	"math"

	"github.com/climate-vdm/climate-vdm/notebooks/book/dissertation/stochastic"
)

// MonteCarlo returns the mean of n independent draws and its standard error. The draws
// are not stored.
func MonteCarlo(n int, draw func() float64) (mean, se float64) {
	var t stochastic.Tally
	for range n {
		t.Add(draw())
	}
	return t.Means()[0], t.Errors()[0]
}

// Kolmogorov returns the Kolmogorov–Smirnov distance: the largest difference between the
// share of sorted values below any x and the probability below(x). With n independent
// draws it exceeds 1.95/√n once in a thousand cases.
func Kolmogorov(sorted []float64, below func(x float64) float64) (worst float64) {
	n := float64(len(sorted))
	for i, x := range sorted {
		p := below(x)
		worst = max(worst, float64(i+1)/n-p, p-float64(i)/n)
	}
	return worst
}

// RelativeError returns the root mean square of got − want divided by the root mean
// square of want.
func RelativeError(got []float32, want []float64) float64 {
	e, s := 0.0, 0.0
	for i := range want {
		e, s = e+math.Pow(float64(got[i])-want[i], 2), s+want[i]*want[i]
	}
	return math.Sqrt(e / s)
}
