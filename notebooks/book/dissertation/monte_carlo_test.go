package dissertation

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/notebooks/book/dissertation/stochastic"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func ExampleMonteCarlo() {
	faces := []float64{1, 2, 3, 4, 5, 6} // each once, so that nothing is left to chance
	mean, se := MonteCarlo(6, func() (face float64) {
		face, faces = faces[0], faces[1:]
		return face
	})
	fmt.Printf("%.2f ± %.4f\n", mean, se) // √(17.5/5/6)
	// Output: 3.50 ± 0.7638
}

// Welford's sums give what two passes give, also far from zero.
func TestMonteCarloIsTwoPasses(t *testing.T) {
	r, values := noise.Key{Seed: 3, Stream: noise.Synthetic}.Rand(), make([]float64, 0, 1000)
	mean, se := MonteCarlo(1000, func() float64 {
		values = append(values, 1e6+r.NormFloat64())
		return values[len(values)-1]
	})
	wantMean, wantSE := stochastic.Average(values)
	near(t, "mean", mean, wantMean, 1e-9*wantMean)
	near(t, "standard error", se, wantSE, 1e-9)
}

func TestKolmogorov(t *testing.T) {
	even := func(x float64) float64 { return min(max(x, 0), 1) }
	near(t, "two of two below a third", Kolmogorov([]float64{0.1, 0.3}, even), 0.7, 1e-15)
	near(t, "two of two above two thirds", Kolmogorov([]float64{0.7, 0.9}, even), 0.7, 1e-15)
	r, x := noise.Key{Seed: 4, Stream: noise.Synthetic}.Rand(), make([]float64, 10_000)
	for i := range x {
		x[i] = r.Float64()
	}
	slices.Sort(x)
	if d := Kolmogorov(x, even); d > 1.95/100 || d < 0.2/100 {
		t.Errorf("ten thousand even draws lie %.2g off", d)
	}
	if d := Kolmogorov(x, func(x float64) float64 { return math.Pow(even(x), 1.2) }); d < 1.95/100 {
		t.Errorf("another distribution lies only %.2g off", d)
	}
}

func TestRelativeError(t *testing.T) {
	near(t, "3-4-5", RelativeError([]float32{3, 8}, []float64{0, 4}), 5.0/4, 1e-15)
}
