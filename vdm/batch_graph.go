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
