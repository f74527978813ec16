package vdm

import (
	"fmt"

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

// NewGuidance makes a guidance from the settings of a command line:
//
//	replacement           Replacement
//	replacement-original  Replacement as in the dissertation's program
//	reconstruction        Reconstruction with w_r = weight
//	reconstruction-mean   Reconstruction with w_r = weight on the mean of squares
func NewGuidance(name string, weight float64) (Guidance, error) {
	var guidance Guidance
	switch name {
	case "replacement":
		guidance = Replacement{}
	case "replacement-original":
		guidance = Replacement{AsOriginal: true}
	case "reconstruction":
		guidance = Reconstruction{Weight: weight}
	case "reconstruction-mean":
		guidance = Reconstruction{Weight: weight, Mean: true}
	default:
		return nil, fmt.Errorf("guidance %q: want replacement, replacement-original, reconstruction or reconstruction-mean", name)
	}
	return guidance, guidance.Validate()
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
	_, sigma := alphaSigma(p.LogSNR, p.Z)
	p.V = g.Sub(p.V, g.Div(shift, sigma))
	return p
}
