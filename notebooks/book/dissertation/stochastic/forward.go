package stochastic

import (
	"math"
	"math/rand/v2"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// ForwardSDE returns the forward process as a stochastic differential equation
// (2.37–2.39): drift −½β(t)z and diffusion √β(t), with the rate β of the schedule.
func ForwardSDE(s vdm.Schedule) SDE {
	return SDE{
		Drift: func(z []float64, t float64) []float64 {
			f, beta := make([]float64, len(z)), vdm.ForwardRate(s, t)
			for i := range z {
				f[i] = -beta / 2 * z[i]
			}
			return f
		},
		Diffusion: func(t float64) float64 { return math.Sqrt(vdm.ForwardRate(s, t)) },
	}
}

// Noisy returns a random z = αx + σε, from the marginal (2.40) of the forward process.
func Noisy(x []float64, logSNR float64, r *rand.Rand) []float64 {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	z := make([]float64, len(x))
	for i := range z {
		z[i] = alpha*x[i] + sigma*r.NormFloat64()
	}
	return z
}

// Normals returns n draws of N(0, I) in dim dimensions.
func Normals(n, dim int, r *rand.Rand) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = Noisy(make([]float64, dim), math.Inf(-1), r) // σ = 1
	}
	return out
}

// Round returns the Gaussian N(mean, variance·I). The variance must be positive.
func Round(mean []float64, variance float64) *Mixture {
	cov := make([]float64, len(mean)*len(mean))
	for i := range mean {
		cov[i*len(mean)+i] = variance
	}
	m, err := NewMixture(Component{Weight: 1, Mean: mean, Cov: cov})
	if err != nil {
		panic(err)
	}
	return m
}
