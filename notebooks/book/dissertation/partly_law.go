package dissertation

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Conditioning says how the known cells enter during sampling.
type Conditioning struct {
	Weight float64 // w_r of reconstruction guidance; 0 means replacement alone

	// Program replaces the known cells as the dissertation's program did: after
	// a step to s they are drawn from q(z_s | z_t, x) with z_s in the place of
	// z_t. Else they are a forward sample, from q(z_t | x), before every step.
	Program bool

	// Watch receives the distribution of the denoiser's input z at each step.
	Watch func(logSNR float64, z Gaussian)
}

// Sampled returns the distribution of the unknown cells when the best denoiser is taken
// through a plan: every step maps a Gaussian to a Gaussian. It cannot take plans that
// use the step before. It propagates a covariance with the mean, where [vdm.Plan.Follow]
// takes one z through a plan.
func (p PartiallyObserved) Sampled(plan vdm.Plan, law Conditioning) Gaussian {
	known, unknown := p.split()
	n := len(p.Mean)
	z := Gaussian{Mean: make([]float64, n), Cov: mat.NewSymDense(n, nil)}
	for i := range n {
		z.Cov.SetSym(i, i, 1)
	}
	for _, step := range plan.Steps {
		alpha, sigma := vdm.Alpha(step.LogSNRT), vdm.Sigma(step.LogSNRT)
		if !law.Program {
			for _, i := range known {
				z.Mean[i] = alpha * p.Values[i]
				for j := range n {
					z.Cov.SetSym(i, j, 0)
				}
				z.Cov.SetSym(i, i, sigma*sigma)
			}
		}
		if law.Watch != nil {
			law.Watch(step.LogSNRT, z)
		}
		m, c := p.guided(step.LogSNRT, law.Weight)
		m.Scale(step.X, m)
		for i := range n {
			m.Set(i, i, m.At(i, i)+step.Z)
			c[i] *= step.X
		}
		z = z.affine(m, c, func(int) float64 { return step.Noise })
		if law.Program {
			again := vdm.NewTransition(step.LogSNRT, step.LogSNRS)
			d, c, noise := mat.NewDense(n, n, nil), make([]float64, n), make([]float64, n)
			for i := range n {
				d.Set(i, i, 1)
			}
			for _, i := range known {
				d.Set(i, i, again.MeanZ)
				c[i], noise[i] = again.MeanX*p.Values[i], again.Lower
			}
			z = z.affine(d, c, func(i int) float64 { return noise[i] })
		}
	}
	return z.Of(unknown...)
}

// guided returns the matrix M and the vector c of x̂ = M·z + c, with the shift of the
// unknown cells against the gradient of ‖x_a − x̂_a‖².
func (p PartiallyObserved) guided(logSNR, weight float64) (m *mat.Dense, c []float64) {
	known, unknown := p.split()
	n, alpha := len(p.Mean), vdm.Alpha(logSNR)
	gain := p.gain(logSNR)
	c = make([]float64, n)
	for i := range n {
		c[i] = p.Mean[i]
		for j := range n {
			c[i] -= gain.At(i, j) * alpha * p.Mean[j]
		}
	}
	m = mat.DenseCopyOf(gain)
	plain := append([]float64(nil), c...)
	for _, b := range unknown {
		for _, a := range known {
			pull := weight * alpha * gain.At(a, b) // −(w_r·α/2)·∂/∂z_b of (x_a − x̂_a)², over x_a − x̂_a
			c[b] += pull * (p.Values[a] - plain[a])
			for j := range n {
				m.Set(b, j, m.At(b, j)-pull*gain.At(a, j))
			}
		}
	}
	return m, c
}

// affine returns the distribution of M·z + c + noise.
func (g Gaussian) affine(m *mat.Dense, c []float64, noise func(i int) float64) Gaussian {
	var mean mat.VecDense
	mean.MulVec(m, mat.NewVecDense(len(g.Mean), g.Mean))
	var left, cov mat.Dense
	left.Mul(m, g.Cov)
	cov.Mul(&left, m.T())
	out := Gaussian{Mean: make([]float64, len(c)), Cov: symmetric(&cov)}
	for i := range c {
		out.Mean[i] = mean.AtVec(i) + c[i]
		out.Cov.SetSym(i, i, out.Cov.At(i, i)+noise(i)*noise(i))
	}
	return out
}

// RelativeBias returns how far a distribution is from the right one: the root mean square error
// of the mean, and the ratio of the standard deviations in the mean over cells.
func (g Gaussian) RelativeBias(right Gaussian) (mean, spread float64) {
	square := 0.0
	for i := range g.Mean {
		m, s := g.Marginal(i)
		rm, rs := right.Marginal(i)
		square += (m - rm) * (m - rm)
		spread += s / rs
	}
	n := float64(len(g.Mean))
	return math.Sqrt(square / n), spread / n
}
