package dissertation

import (
	"math"
	"math/rand/v2"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Isotropic is a mixture of Gaussians with the covariances Std²·I, in any number
// of dimensions: data whose density, noised density and best denoiser are known
// in closed form. A Std of 0 is a point, so that discrete data are mixtures too.
type Isotropic struct {
	Weights []float64   // positive, of sum 1
	Means   [][]float64 // [component][dimension]
	Std     []float64   // [component]
}

// Noised returns the distribution q(z_t) of z = αx + σε (2.41).
func (m Isotropic) Noised(logSNR float64) Isotropic {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	out := Isotropic{Weights: m.Weights, Means: make([][]float64, len(m.Means)), Std: make([]float64, len(m.Std))}
	for k, mean := range m.Means {
		out.Means[k] = make([]float64, len(mean))
		for i, v := range mean {
			out.Means[k][i] = alpha * v
		}
		out.Std[k] = math.Hypot(alpha*m.Std[k], sigma)
	}
	return out
}

// LogDensity returns log p(x). Every Std must be positive.
func (m Isotropic) LogDensity(x []float64) float64 {
	_, log := m.shares(x)
	return log
}

// shares returns the probabilities of the components given x, and log p(x).
func (m Isotropic) shares(x []float64) (shares []float64, log float64) {
	shares = make([]float64, len(m.Weights))
	highest := math.Inf(-1)
	for k, w := range m.Weights {
		square := 0.0
		for i, v := range x {
			square += (v - m.Means[k][i]) * (v - m.Means[k][i])
		}
		variance := m.Std[k] * m.Std[k]
		shares[k] = math.Log(w) - square/(2*variance) - float64(len(x))/2*math.Log(2*math.Pi*variance)
		highest = math.Max(highest, shares[k])
	}
	sum := 0.0
	for k := range shares {
		shares[k] = math.Exp(shares[k] - highest)
		sum += shares[k]
	}
	for k := range shares {
		shares[k] /= sum
	}
	return shares, highest + math.Log(sum)
}

// Denoise returns E[x | z], the best x̂.
func (m Isotropic) Denoise(z []float64, logSNR float64) []float64 {
	alpha := vdm.Alpha(logSNR)
	return m.posterior(z, logSNR, func(mean, std, variance, z float64) float64 {
		return mean + alpha*std*std/variance*(z-alpha*mean)
	})
}

// Epsilon returns E[ε | z], the best ε̂; the score of q(z_t) is −ε̂/σ.
func (m Isotropic) Epsilon(z []float64, logSNR float64) []float64 {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	return m.posterior(z, logSNR, func(mean, _, variance, z float64) float64 {
		return sigma / variance * (z - alpha*mean)
	})
}

// posterior returns the average of an estimate over the components, given z; variance is
// the variance of z in a component.
func (m Isotropic) posterior(z []float64, logSNR float64, estimate func(mean, std, variance, z float64) float64) []float64 {
	noised := m.Noised(logSNR)
	shares, _ := noised.shares(z)
	out := make([]float64, len(z))
	for k, share := range shares {
		if share == 0 {
			continue
		}
		for i := range z {
			out[i] += share * estimate(m.Means[k][i], m.Std[k], noised.Std[k]*noised.Std[k], z[i])
		}
	}
	return out
}

// Draw returns one random x.
func (m Isotropic) Draw(r *rand.Rand) []float64 {
	u, k := r.Float64(), 0
	for ; k < len(m.Weights)-1 && u >= m.Weights[k]; k++ {
		u -= m.Weights[k]
	}
	x := make([]float64, len(m.Means[k]))
	for i := range x {
		x[i] = m.Means[k][i] + m.Std[k]*r.NormFloat64()
	}
	return x
}
