package vdm

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// A weight that is given is taken literally, 0 too: reconstruction guidance without
// a gradient is replacement. Without a weight it is the method's own, 1.
func TestNewGuidanceTakesWeightsLiterally(t *testing.T) {
	for _, c := range []struct {
		name   string
		weight []float64
		want   Guidance
	}{
		{"reconstruction", nil, Reconstruction{Weight: 1}},
		{"reconstruction", []float64{0}, Replacement{}},
		{"reconstruction", []float64{0.003}, Reconstruction{Weight: 0.003}},
		{"reconstruction-mean", nil, Reconstruction{Weight: 1, Mean: true}},
		{"reconstruction-mean", []float64{0}, Replacement{}},
		{"reconstruction-mean", []float64{1e6}, Reconstruction{Weight: 1e6, Mean: true}},
		{"posterior-sampling", nil, PosteriorSampling{Scale: 1}},
		{"posterior-sampling", []float64{0.3}, PosteriorSampling{Scale: 0.3}},
		{"replacement", []float64{0}, Replacement{}},
		{"pseudo-inverse", []float64{0}, PseudoInverse{}},
	} {
		got, err := NewGuidance(c.name, c.weight...)
		if err != nil || got != c.want {
			t.Errorf("%s with %v: %v (%v), want %v", c.name, c.weight, got, err, c.want)
		}
	}
	_, err := NewGuidance("posterior-sampling", 0)
	enginetest.WantError(t, "ζ = 0", err, "ζ is 0, which would pass over what is known")
	_, err = NewGuidance("reconstruction", 1, 2)
	enginetest.WantError(t, "two weights", err, "2 weights are given, want at most one")
	_, err = NewGuidance("reconstruction", math.NaN())
	enginetest.WantError(t, "NaN", err, "guidance is NaN")
}
