package stochastic

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func TestNoisyHasTheMarginalsMoments(t *testing.T) {
	const logSNR = -0.7
	r, x := noise.Key{Seed: 1, Stream: noise.Step}.Rand(), []float64{1.5, -0.4}
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	var tally Tally
	for range 40000 {
		z := Noisy(x, logSNR, r)
		a, b := z[0]-alpha*x[0], z[1]-alpha*x[1]
		tally.Add(a, b, a*a-sigma*sigma, a*b)
	}
	for i, m := range tally.Means() {
		if math.Abs(m) > 4.5*tally.Errors()[i] {
			t.Errorf("moment %d is off by %.3g, allowed %.3g", i, m, 4.5*tally.Errors()[i])
		}
	}
}

func TestNormalsAreStandard(t *testing.T) {
	points := Normals(40000, 3, noise.Key{Seed: 2, Stream: noise.Latent}.Rand())
	mean, cov := SampleMoments(points)
	for i := range 3 {
		if math.Abs(mean[i]) > 0.025 {
			t.Errorf("mean %d is %.3f", i, mean[i])
		}
		for j := range 3 {
			want := 0.0
			if i == j {
				want = 1
			}
			if math.Abs(cov[3*i+j]-want) > 0.035 {
				t.Errorf("covariance (%d, %d) is %.3f, want %g", i, j, cov[3*i+j], want)
			}
		}
	}
}

// The drift and the diffusion lead from marginal to marginal: the mean and the
// variance of one short Euler step from that at t are those at t + h.
func TestForwardSDEKeepsTheMarginals(t *testing.T) {
	const h = 1e-6
	s := vdm.Cosine{Min: -6, Max: 4}
	for _, at := range []float64{0.1, 0.5, 0.9} {
		now, next := s.LogSNR(at), s.LogSNR(at+h)
		sde := ForwardSDE(s)
		factor := 1 + h*sde.Drift([]float64{1}, at)[0]
		mean := factor * vdm.Alpha(now)
		variance := math.Pow(factor*vdm.Sigma(now), 2) + h*math.Pow(sde.Diffusion(at), 2)
		if math.Abs(mean-vdm.Alpha(next)) > 1e-9 || math.Abs(variance-math.Pow(vdm.Sigma(next), 2)) > 1e-9 {
			t.Errorf("t = %g: mean %.10f, variance %.10f, want %.10f and %.10f", at, mean, variance, vdm.Alpha(next), math.Pow(vdm.Sigma(next), 2))
		}
	}
}

func TestRoundIsAGaussian(t *testing.T) {
	mean, cov := Round([]float64{1, -2}, 0.3).Moments()
	for i, want := range []float64{1, -2, 0.3, 0, 0, 0.3} {
		if got := append(mean[:2:2], cov...)[i]; math.Abs(got-want) > 1e-15 {
			t.Errorf("moment %d is %g, want %g", i, got, want)
		}
	}
}
