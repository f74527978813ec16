package dissertation

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// NoiseError returns E‖ε − ε̂‖² over ε at λ for a datum x of one or two dimensions, with
// the best denoiser of the data.
func (m Isotropic) NoiseError(x []float64, logSNR float64) float64 {
	alpha, sigma, z := vdm.Alpha(logSNR), vdm.Sigma(logSNR), make([]float64, len(x))
	return ExpectNormal(len(x), func(eps []float64) (square float64) {
		for i := range x {
			z[i] = alpha*x[i] + sigma*eps[i]
		}
		for i, e := range m.Epsilon(z, logSNR) {
			square += (eps[i] - e) * (eps[i] - e)
		}
		return square
	})
}

// PriorLoss returns D_KL(q(z|x) ‖ N(0, 1)) at λ for a datum of one dimension, the second
// term of (2.71).
func PriorLoss(x, logSNR float64) float64 {
	alpha2 := math.Pow(vdm.Alpha(logSNR), 2)
	return (alpha2*x*x - alpha2 - math.Log1p(-alpha2)) / 2
}

// Path returns the latents of a random forward path from the datum x, z₁ first: z₀ from
// q(z₀|x), and each noisier one from the one before it by (2.42).
func (c Chain) Path(x float64, normal func() float64) []float64 {
	last := len(c.LogSNR) - 1
	z := make([]float64, last+1)
	z[last] = vdm.Alpha(c.LogSNR[last])*x + vdm.Sigma(c.LogSNR[last])*normal()
	for k := last; k > 0; k-- {
		step := vdm.NewTransition(c.LogSNR[k-1], c.LogSNR[k])
		z[k-1] = step.Alpha*z[k] + step.Sigma*normal()
	}
	return z
}

// LogDecoder returns log p(x|z₀) of the decoder N(z₀/α₀, σ₀²/α₀²).
func (c Chain) LogDecoder(x, z0 float64) float64 {
	last := c.LogSNR[len(c.LogSNR)-1]
	u := (x - z0/vdm.Alpha(last)) * math.Exp(last/2)
	return -u*u/2 + last/2 - math.Log(2*math.Pi)/2
}
