package dissertation

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func TestAbsorbKeepsTheMomentsOfWhatIsGenerated(t *testing.T) {
	m := LinearModel{W: [][]float64{{1.2, 0.7}, {-0.4, 0.6}}, Shift: []float64{0.2, -1}, Noise: 0.6}
	prior := Gaussian{Mean: []float64{1, -0.5}, Cov: mat.NewSymDense(2, []float64{2, 0.6, 0.6, 0.5})}
	want := m.Absorb(prior).Marginal()

	const n = 40000
	r, mean, square := noise.Key{Seed: 1, Stream: noise.Probe}.Rand(), []float64{0, 0}, []float64{0, 0, 0}
	for range n {
		x := m.Decoder(prior.Draw(r)).Draw(r)
		a, b := x[0]-want.Mean[0], x[1]-want.Mean[1]
		mean[0], mean[1] = mean[0]+a/n, mean[1]+b/n
		square[0], square[1], square[2] = square[0]+a*a/n, square[1]+a*b/n, square[2]+b*b/n
	}
	// Five standard errors of a mean square of the largest variance, 6.2.
	limit := 5 * math.Sqrt2 * want.Cov.At(0, 0) / math.Sqrt(n)
	for i, off := range []float64{mean[0], mean[1],
		square[0] - want.Cov.At(0, 0), square[1] - want.Cov.At(0, 1), square[2] - want.Cov.At(1, 1)} {
		if math.Abs(off) > limit {
			t.Errorf("moment %d is off by %.3g, allowed %.3g", i, off, limit)
		}
	}
}
