package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// Guidance is a method that samples given an [Observation]. Each is a small
// struct of settings whose zero value is useful.
type Guidance interface {
	// Guide turns a denoiser into one that knows the observation: an estimate of
	// E[x | z, y] instead of E[x | z].
	Guide(d Denoiser, given *BoundObservation) Denoiser
	// Check refuses an observation that the method cannot take.
	Check(o Observation) error
	Validate() error
	String() string
}

// NoisyGuidance is a Guidance that may put noise into z which is drawn anew at every
// step. See [DefaultGuidedSampler].
type NoisyGuidance interface {
	Guidance
	DrawsNoise() bool
}

// reconstruction is r with its Weight taken literally: without a gradient what
// remains of the method is replacement, as in the dissertation's experiments.
func reconstruction(r Reconstruction) Guidance {
	if r.Weight == 0 {
		return Replacement{}
	}
	return r
}

// StepGuidance is a [Guidance] that also changes the result of each step.
type StepGuidance interface {
	Guidance
	// After returns z′ of a step to the level to in the place of next, which the
	// sampler made. p is the prediction of the guided denoiser, at the level that the
	// step comes from.
	After(p Prediction, to Level, next *g.Node, given *BoundObservation) *g.Node
}
