package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// Guidance is a method that samples given an [Observation]. Each method is a small
// struct of settings whose zero value is useful.
type Guidance interface {
	// Guide returns a denoiser that estimates E[x | z, y], made from one that estimates
	// E[x | z].
	Guide(d Denoiser, given *BoundObservation) Denoiser
	// Check refuses an observation that the method cannot use.
	Check(o Observation) error
	Validate() error
	String() string
}

// NoisyGuidance is a Guidance that may put noise into z which is drawn again at every
// step. See [DefaultGuidedSampler].
type NoisyGuidance interface {
	Guidance
	DrawsNoise() bool
}

// reconstruction returns r with its Weight taken literally, where 0 means 0. Without a
// gradient, what remains of the method is replacement, as in the dissertation's
// experiments.
func reconstruction(r Reconstruction) Guidance {
	if r.Weight == 0 {
		return Replacement{}
	}
	return r
}

// StepGuidance is a [Guidance] that also changes the result of each step.
type StepGuidance interface {
	Guidance
	// After returns z′, the result of a step to the level to, instead of next, which the
	// sampler made. p is the prediction of the guided denoiser at the level from which
	// the step started.
	After(p Prediction, to Level, next *g.Node, given *BoundObservation) *g.Node
}
