package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// LossFactor is what the mean squared error of v̂ is multiplied with to make the
// weighted loss (2.79) of one draw of λ from p_Λ:
//
//	½·w(λ)/p_Λ(λ)·‖ε − ε̂‖² = ½·w(λ)/p_Λ(λ)·α²·‖v − v̂‖²
//
// as ε − ε̂ = α·(v − v̂). It is exactly 1 for the weighting [V] of the same
// schedule. The loss is a mean over elements where (2.77) has a sum, so that it
// does not grow with the clip.
func LossFactor(s Schedule, w Weighting, logSNR float64) float64 {
	alpha := Alpha(logSNR)
	return w.W(logSNR) / (2 * s.Density(logSNR)) * alpha * alpha
}

// WeightedLoss is the weighted loss of each sample of a batch, [batch]:
// factor_i times the mean of (v − v̂)² over the elements of sample i (2.61,
// 2.79).
//
//   - v: the target α·ε − σ·x, shaped as z.
//   - factor: [batch], see [LossFactor].
//   - mask: nil, or 1 where a cell counts and 0 where it is missing, shaped as
//     z; the mean is over the cells that count.
func WeightedLoss(d Denoiser, z, logSNR, v, factor, mask *g.Node) *g.Node {
	err := g.Sub(v, d(z, logSNR).V)
	square := g.Mul(err, err)
	batch, size := z.Shape().Dim(0), z.Shape().Size()/z.Shape().Dim(0)
	if mask == nil {
		return g.Mul(factor, g.ReduceMean(g.Reshape(square, batch, size), 1))
	}
	sum := g.ReduceSum(g.Reshape(g.Mul(square, mask), batch, size), 1)
	count := g.ReduceSum(g.Reshape(mask, batch, size), 1)
	return g.Mul(factor, g.Div(sum, g.MaxScalar(count, 1)))
}
