package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// Batch holds the inputs of a graph by name. A denoiser looks at the covariates
// alone; the loss needs the rest, which sampling leaves nil.
type Batch struct {
	Z      *g.Node // noisy clips, [batch, frame, height, width, channel]
	At     Level   // their noise levels
	V      *g.Node // the targets v = α·ε − σ·x (2.60), shaped as Z
	Factor *g.Node // the weight of each sample's mean squared error, [batch]; see [LossFactor]
	Mask   *g.Node // nil, or 1 where a cell counts and 0 where it is missing, shaped as Z

	// Covariates are what a network is told beside z and λ, by name: static fields, the
	// hour, an advected forecast; each [batch, frame, height, width, channel].
	Covariates map[string]*g.Node
}

// Covariate is a field that a denoiser is told beside z and λ, in its units.
type Covariate struct {
	Channels int
	Values   []float32 // [frame, height, width, channel], once for all samples or once for each
}

// Level is the noise level of a batch inside a graph.
type Level struct {
	LogSNR *g.Node // λ of each sample, [batch], float32

	// Map is nil where every value of a sample has the level λ. Else it is the level of
	// each value, shaped as z, nowhere below λ: what is observed is less noisy than the
	// rest. See [NoiseLevelMap].
	Map *g.Node
}

// AlphaSigma returns α = √S(λ) and σ = √S(−λ), shaped to multiply like, of every value
// where there is a map. It is the one place where they are computed in a graph, in float32, each to a relative error
// below 1e-6 for |λ| ≤ 60.
//
// S is written out, as ONNX Runtime's own sigmoid is 0 below −18 and off by 2e-4 at
// −10.
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
