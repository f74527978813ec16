package exact

import (
	"fmt"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// DenoiseMap returns E[x | z] of a clip on the host, in float64, where every value of z
// has a noise level of its own: z_i = α(Λ_i)·x_i + σ(Λ_i)·ε_i. A network that takes a
// map of noise levels learns this function; see [vdm.NoiseLevelMap]. With A = diag α and
// S = diag σ,
//
//	E[x | z] = μ + C·A·(A·C·A + S²)⁻¹·(z − A·μ)
//
// It takes of the order of n³ operations for n values. It is an error if levels and clip
// differ in length, or the matrix is singular to rounding.
func (g Gaussian) DenoiseMap(z, levels []float64) ([]float64, error) {
	n := len(g.Mean)
	if len(z) != n || len(levels) != n {
		return nil, fmt.Errorf("denoising with a map: %d values at %d noise levels, want %d of both", len(z), len(levels), n)
	}
	s := mat.NewSymDense(n, nil)
	off := mat.NewVecDense(n, nil)
	for i := range n {
		alpha, sigma := vdm.Alpha(levels[i]), vdm.Sigma(levels[i])
		for j := range i {
			s.SetSym(i, j, alpha*vdm.Alpha(levels[j])*g.Cov.At(i, j))
		}
		s.SetSym(i, i, alpha*alpha*g.Cov.At(i, i)+sigma*sigma)
		off.SetVec(i, z[i]-alpha*g.Mean[i])
	}
	u, err := solve(s, off)
	if err != nil {
		return nil, fmt.Errorf("denoising with a map: %w", err)
	}
	for i := range n {
		u.SetVec(i, vdm.Alpha(levels[i])*u.AtVec(i))
	}
	return g.shifted(u), nil
}

// shifted returns μ + C·u.
func (g Gaussian) shifted(u *mat.VecDense) []float64 {
	var x mat.VecDense
	x.MulVec(g.Cov, u)
	out := make([]float64, len(g.Mean))
	for i, m := range g.Mean {
		out[i] = m + x.AtVec(i)
	}
	return out
}

func solve(s *mat.SymDense, b *mat.VecDense) (*mat.VecDense, error) {
	var chol mat.Cholesky
	if !chol.Factorize(s) {
		return nil, fmt.Errorf("the covariance of %d noisy values is singular to rounding", b.Len())
	}
	var u mat.VecDense
	if err := chol.SolveVecTo(&u, b); err != nil && !isCondition(err) {
		return nil, err
	}
	return &u, nil
}
