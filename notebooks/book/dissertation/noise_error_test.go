package dissertation

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// One Gaussian is a mixture of one part, whose error is known in closed form; in
// two dimensions the errors add up.
func TestNoiseErrorOfOneGaussian(t *testing.T) {
	one, two := Isotropic{[]float64{1}, [][]float64{{0.3}}, []float64{0.6}}, Isotropic{[]float64{1}, [][]float64{{0.3, 0.3}}, []float64{0.6}}
	for _, l := range []float64{-4, 0, 3} {
		want := GaussianDenoiser(0.3, 0.6).NoiseError(0.8, l)
		near(t, "one dimension", one.NoiseError([]float64{0.8}, l), want, 1e-10)
		near(t, "two dimensions", two.NoiseError([]float64{0.8, 0.8}, l), 2*want, 1e-9)
	}
}

func TestPriorLossIsADivergence(t *testing.T) {
	for _, l := range []float64{-6, 0, 2} {
		q := Diagonal([]float64{0.8 * vdm.Alpha(l)}, []float64{vdm.Sigma(l)})
		near(t, "prior loss", PriorLoss(0.8, l), q.KL(Diagonal([]float64{0}, []float64{1})), 1e-12)
	}
}

// Paths have the law of the closed form; the decoder is a density in x whose
// mean is the reconstruction loss.
func TestPathAndDecoder(t *testing.T) {
	c := NewChain(GaussianDenoiser(0, 1), -3, 4, 5)
	r, law := noise.Key{Seed: 5, Stream: noise.Synthetic}.Rand(), c.Forward(0.8)
	const n = 20_000
	mean, square, loss := make([]float64, 6), make([]float64, 6), 0.0
	for range n {
		z := c.Path(0.8, r.NormFloat64)
		for i, v := range z {
			mean[i], square[i] = mean[i]+v/n, square[i]+v*v/n
		}
		loss -= c.LogDecoder(0.8, z[5]) / n
	}
	for i := range mean {
		m, std := law.Marginal(i)
		near(t, "mean of a latent", mean[i], m, 5*std/math.Sqrt(n))
		near(t, "variance of a latent", square[i]-mean[i]*mean[i], std*std, 5*std*std*math.Sqrt(2.0/n))
	}
	near(t, "reconstruction loss", loss, c.Reconstruction(), 5*math.Sqrt(0.5/n))
	density := Integrate([]float64{-5}, []float64{5}, 0.01, func(x []float64) float64 { return math.Exp(c.LogDecoder(x[0], 0.4)) })
	near(t, "integral of the decoder", density, 1, 1e-10)
}
