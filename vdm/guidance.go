package vdm

import (
	"fmt"
	"strings"

	g "github.com/gomlx/gomlx/core/graph"
)

// Guidance is a method that samples given an [Observation]. Each is a small
// struct of settings whose zero value is useful.
type Guidance interface {
	// Guide turns a denoiser into one that knows the observation: an estimate of
	// E[x | z, y] instead of E[x | z].
	Guide(d Denoiser, given *Given) Denoiser
	// Check refuses an observation that the method cannot take.
	Check(replaceable bool) error
	Validate() error
	String() string
}

// NoisyGuidance is a Guidance that may put noise into z which is drawn anew at every
// step. See [DefaultGuidedSampler].
type NoisyGuidance interface {
	Guidance
	DrawsNoise() bool
}

// guidances are the names that NewGuidance knows; weight is one that was given, or
// 1, the default of those that have one.
var guidances = []struct {
	name string
	with func(weight float64) Guidance
}{
	{"replacement", func(float64) Guidance { return Replacement{} }},
	{"replacement-original", func(float64) Guidance { return Replacement{AsOriginal: true} }},
	{"reconstruction", func(w float64) Guidance { return reconstruction(Reconstruction{Weight: w}) }},
	{"reconstruction-mean", func(w float64) Guidance { return reconstruction(Reconstruction{Weight: w, Mean: true}) }},
	{"pseudo-inverse", func(float64) Guidance { return PseudoInverse{} }},
	{"posterior-sampling", func(w float64) Guidance { return PosteriorSampling{Scale: w} }},
	{"moment-matching", func(float64) Guidance { return MomentMatching{} }},
}

// reconstruction is r with its Weight taken literally: without a gradient what
// remains of the method is replacement, as in the dissertation's experiments.
func reconstruction(r Reconstruction) Guidance {
	if r.Weight == 0 {
		return Replacement{}
	}
	return r
}

// GuidanceNames are the methods that NewGuidance knows.
func GuidanceNames() []string {
	var names []string
	for _, known := range guidances {
		names = append(names, known.name)
	}
	return names
}

// NewGuidance returns a guidance by its name, with the weight of a command line:
//
//	replacement           Replacement
//	replacement-original  Replacement as in the dissertation's program
//	reconstruction        Reconstruction with w_r = weight, Replacement where it is 0
//	reconstruction-mean   Reconstruction with w_r = weight on the mean of squares, likewise
//	pseudo-inverse        PseudoInverse
//	posterior-sampling    PosteriorSampling with ζ = weight, above 0
//	moment-matching       MomentMatching
//
// At most one weight is given, and a weight of 0 is 0. Without one, w_r and ζ are
// 1. Methods that have no weight pass it over. An unknown name and a weight that
// the method cannot take are errors.
func NewGuidance(name string, weight ...float64) (Guidance, error) {
	if len(weight) > 1 {
		return nil, fmt.Errorf("guidance %q: %d weights are given, want at most one", name, len(weight))
	}
	w := 1.0
	if len(weight) == 1 {
		w = weight[0]
	}
	for _, known := range guidances {
		if known.name != name {
			continue
		}
		guidance := known.with(w)
		if _, ok := guidance.(PosteriorSampling); ok && w == 0 {
			return nil, fmt.Errorf("guidance %q: ζ is 0, which would pass over what is known, want a number above 0, or no weight for 1", name)
		}
		return guidance, guidance.Validate()
	}
	return nil, fmt.Errorf("guidance %q: want one of %s", name, strings.Join(GuidanceNames(), ", "))
}

// StepGuidance is a [Guidance] that also changes the result of each step.
type StepGuidance interface {
	Guidance
	// After returns z′ of a step to the level to in the place of next, which the
	// sampler made. p is the prediction of the guided denoiser, at the level that the
	// step comes from.
	After(p Prediction, to Level, next *g.Node, given *Given) *g.Node
}
