package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// LossFactor returns the factor by which the mean squared error of v̂ is multiplied to
// give the weighted loss (2.79) of one draw of λ from p_Λ:
//
//	½·w(λ)/p_Λ(λ)·‖ε − ε̂‖² = ½·w(λ)/p_Λ(λ)·α²·‖v − v̂‖²
//
// as ε − ε̂ = α·(v − v̂). It is exactly 1 for [VelocityWeighting] of the same schedule.
// The loss is a mean over elements where (2.77) has a sum, so that it does not grow with
// the size of the clip.
func LossFactor(s Schedule, w Weighting, logSNR float64) float64 {
	alpha := Alpha(logSNR)
	return w.W(logSNR) / (2 * s.Density(logSNR)) * alpha * alpha
}

// WeightedLoss returns the weighted loss of each sample of a batch, [batch]: its Factor
// times the mean of (v − v̂)² over the values that its Mask counts (2.61, 2.79).
func WeightedLoss(d Denoiser, in Batch) *g.Node {
	err := g.Sub(in.V, d(in.Z, in.At, in).V)
	square := g.Mul(err, err)
	batch, size := in.Z.Shape().Dim(0), in.Z.Shape().Size()/in.Z.Shape().Dim(0)
	if in.Mask == nil {
		return g.Mul(in.Factor, g.ReduceMean(g.Reshape(square, batch, size), 1))
	}
	sum := g.ReduceSum(g.Reshape(g.Mul(square, in.Mask), batch, size), 1)
	count := g.ReduceSum(g.Reshape(in.Mask, batch, size), 1)
	return g.Mul(in.Factor, g.Div(sum, g.MaxScalar(count, 1)))
}
