package dissertation

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// restless is the best denoiser of no distribution: the spread that it assumes
// changes with the noise.
func restless(logSNR float64) (gain, offset float64) {
	return GaussianDenoiser(0.3, 0.6+0.2*math.Sin(logSNR))(logSNR)
}

// The divergence of the two joint distributions is the sum of those of the
// steps, ½(exp(λ_s) − exp(λ_t))·E(x − x̂)² (Kingma et al. 2021, Variational
// Diffusion Models, equation 13), and that of z₁.
func TestChainDivergenceIsASumOverSteps(t *testing.T) {
	for _, d := range []AffineDenoiser{GaussianDenoiser(0.3, 0.6), GaussianDenoiser(-0.2, 0.9), restless} {
		c := NewChain(d, -8, 9, 40)
		const x = 0.8
		alpha2 := 1 / (1 + math.Exp(8))
		want := (alpha2*x*x - alpha2 - math.Log1p(-alpha2)) / 2
		for i, l := range c.LogSNR[:40] {
			want += math.Expm1(c.LogSNR[i+1]-l) / 2 * d.NoiseError(x, l)
		}
		if got := c.KL(x); math.Abs(got-want) > 1e-8*want {
			t.Errorf("divergence %v, want %v", got, want)
		}
	}
}

func TestChainIsABound(t *testing.T) {
	for steps := 4; steps <= 64; steps *= 2 {
		c := NewChain(restless, -8, 9, steps)
		for _, x := range []float64{-1, 0.3, 2} {
			if bound, truth := c.Reconstruction()+c.KL(x), c.NegLogLikelihood(x); !(bound > truth) {
				t.Errorf("%d steps, x = %v: bound %v, −log p %v", steps, x, bound, truth)
			}
		}
	}
}

func TestNoiseErrorOfAnAffineDenoiser(t *testing.T) {
	for _, l := range []float64{-9, -1, 0, 2, 7} {
		d, x := AffineDenoiser(restless), -0.7
		want := ExpectNormal(1, func(eps []float64) float64 {
			e := eps[0] - d.Epsilon(vdm.Alpha(l)*x+vdm.Sigma(l)*eps[0], l)
			return e * e
		})
		if got := d.NoiseError(x, l); math.Abs(got-want) > 1e-9*want {
			t.Errorf("λ = %v: %v, want %v", l, got, want)
		}
	}
}
