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

// guidances are the names that NewGuidance knows.
var guidances = []struct {
	name string
	with func(weight float64) Guidance
}{
	{"replacement", func(float64) Guidance { return Replacement{} }},
	{"replacement-original", func(float64) Guidance { return Replacement{AsOriginal: true} }},
	{"reconstruction", func(w float64) Guidance { return Reconstruction{Weight: w} }},
	{"reconstruction-mean", func(w float64) Guidance { return Reconstruction{Weight: w, Mean: true} }},
	{"pseudo-inverse", func(float64) Guidance { return PseudoInverse{} }},
	{"posterior-sampling", func(w float64) Guidance { return PosteriorSampling{Scale: w} }},
	{"moment-matching", func(float64) Guidance { return MomentMatching{} }},
}

// GuidanceNames are the methods that NewGuidance knows.
func GuidanceNames() []string {
	var names []string
	for _, known := range guidances {
		names = append(names, known.name)
	}
	return names
}

// NewGuidance makes a guidance from the settings of a command line:
//
//	replacement           Replacement
//	replacement-original  Replacement as in the dissertation's program
//	reconstruction        Reconstruction with w_r = weight
//	reconstruction-mean   Reconstruction with w_r = weight on the mean of squares
//	pseudo-inverse        PseudoInverse
//	posterior-sampling    PosteriorSampling with ζ = weight
//	moment-matching       MomentMatching
//
// A weight of 0 means 1; methods that have none pass it over.
func NewGuidance(name string, weight float64) (Guidance, error) {
	for _, known := range guidances {
		if known.name == name {
			guidance := known.with(weight)
			return guidance, guidance.Validate()
		}
	}
	return nil, fmt.Errorf("guidance %q: want one of %s", name, strings.Join(GuidanceNames(), ", "))
}

// stepGuidance is a Guidance that changes what a step ends with, too.
type stepGuidance interface {
	// After returns z′ of a step from λ_t to λ_s (both [batch]) in the place of next.
	After(p Prediction, logSNRS, next *g.Node, given *Given) *g.Node
}

// shifted is a prediction whose x̂ is moved by shift. In terms of
// v̂ = (α·z − x̂)/σ the shift is divided by −σ; multiplied by σ again in X it is
// the same to rounding, for |λ| ≤ 60.
func (p Prediction) shifted(shift *g.Node) Prediction {
	_, sigma := AlphaSigma(p.LogSNR, p.Z)
	p.V = g.Sub(p.V, g.Div(shift, sigma))
	return p
}
