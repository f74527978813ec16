package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// Batch contains the inputs of a graph by name. A denoiser reads the covariates alone;
// the loss needs all of them. Sampling leaves every field but the covariates nil.
type Batch struct {
	Z      *g.Node // noisy clips, [batch, frame, height, width, channel]
	At     Level   // their noise levels
	V      *g.Node // the targets v = α·ε − σ·x (2.60), shaped as Z
	Factor *g.Node // the weight of each sample's mean squared error, [batch]; see [LossFactor]
	Mask   *g.Node // nil, or 1 where a value counts and 0 where it is missing, shaped as Z

	// Covariates are the fields that a network receives beside z and λ, by name: static
	// fields, the hour, an advected forecast; each is [batch, frame, height, width,
	// channel] in the units of [Covariate].
	Covariates map[string]*g.Node
}

// Covariate is a field that a denoiser receives beside z and λ. Its values are in the
// units in which the network was trained with it.
type Covariate struct {
	Channels int
	Values   []float32 // [frame, height, width, channel], once for all samples or once for each
}

// Level is the noise level of a batch inside a graph.
type Level struct {
	LogSNR *g.Node // λ of each sample, [batch], float32

	// Map is nil where every value of a sample has the level λ. Otherwise it contains
	// the level of each value, shaped as z and nowhere below λ: an observed value is
	// less noisy than the rest. See [NoiseLevelMap].
	Map *g.Node
}

// AlphaSigma returns α = √S(λ) and σ = √S(−λ), shaped so that both multiply a node
// shaped as like; with a map, the values of every single cell. It is the one place where
// they are computed in a graph, in float32, each to a relative error below 1e-6 for |λ|
// ≤ 60.
//
// S is written out, because ONNX Runtime's own sigmoid is 0 below −18 and wrong by 2e-4
// at −10.
func (at Level) AlphaSigma(like *g.Node) (alpha, sigma *g.Node) {
	root := func(l *g.Node) *g.Node { return g.Sqrt(g.Reciprocal(g.OnePlus(g.Exp(g.Neg(l))))) }
	if at.Map != nil {
		return root(at.Map), root(g.Neg(at.Map))
	}
	logSNR := at.LogSNR
	dims := make([]int, like.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0] = logSNR.Shape().Dim(0)
	l := g.Reshape(logSNR, dims...)
	return root(l), root(g.Neg(l))
}
