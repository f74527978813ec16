package run

import (
	"cmp"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// SampleOptions says how a run draws clips. Zero values mean the defaults that the
// fields name.
type SampleOptions struct {
	Count       int    // number of clips to draw, or of members of an ensemble; 0 means 1
	First       int    // number of the first clip: sample i is the same in whichever call it is drawn
	Seed        uint64 // seed of the noise
	Sampler     string // a name that [vdm.NewPlan] knows; "" means [vdm.DefaultSampler] or, with a noisy guidance, [vdm.DefaultGuidedSampler]
	Grid        string // a name that [vdm.NewNoiseLevels] knows; "" means [vdm.DefaultGrid]
	Evaluations int    // evaluations of the network for each clip; 0 means [vdm.DefaultEvaluations]
	Batch       int    // clips drawn at a time; 0 means 8, or Count if that is fewer

	// Guidance is the method by which samples agree with what is known; nil means
	// NoiseLevelMap where the run's network takes a map, else Replacement.
	Guidance vdm.Guidance

	// Covariates are the fields that the network receives beside z, by name and in
	// physical units: each [frame, height, width], once for all samples or once for
	// each.
	Covariates map[string][]float32

	alternate bool // the covariates were made from every second frame

	// CovariateWeight is the weight w of the covariates in guidance without a classifier
	// (Ho and Salimans 2022, Classifier-free diffusion guidance): x̂ = x̂₀ + w·(x̂₁ − x̂₀),
	// with x̂₁ given the covariates and x̂₀ without them, for twice the evaluations. 0 means
	// 1, which is x̂₁ alone and draws from what the network has learnt; more makes members
	// agree more with the covariates than they should. The network must have been trained
	// with conditions.dropout.
	CovariateWeight float64

	// Unclamped keeps generated values outside the range of the training data. Only runs
	// whose transform ends with an affine map from that range to [−1, 1] clamp to it.
	// All other runs are clamped only to what is physically possible (rain is not
	// negative), by the inverse of the transform.
	Unclamped bool
	// LastWeights samples with the last weights instead of their average.
	LastWeights bool

	// Each receives the samples one by one and in order, instead of all being kept:
	// memory is then needed for one batch, and the returned Samples contain none. The
	// clip is valid during the call only. An error ends the sampling.
	Each func(sample int, clip []float32) error

	Progress func(vdm.Progress) // called after every step; Step counts the steps of all batches
}

// WithDefaults returns o with every zero value that means a default replaced by the
// default, for sampling without an observation where Guidance is nil; see
// [SampleOptions.WithConditionalDefaults].
func (o SampleOptions) WithDefaults() SampleOptions {
	o.Count = cmp.Or(o.Count, 1)
	o.Evaluations = cmp.Or(o.Evaluations, vdm.DefaultEvaluations)
	o.Sampler = cmp.Or(o.Sampler, samplerFor(o.Guidance))
	o.Grid = cmp.Or(o.Grid, vdm.DefaultGrid)
	o.CovariateWeight = cmp.Or(o.CovariateWeight, 1)
	o.Batch = cmp.Or(o.Batch, min(8, o.Count))
	return o
}

// WithConditionalDefaults returns what WithDefaults does for sampling given an
// observation, where a nil Guidance means Replacement; it stays nil.
func (o SampleOptions) WithConditionalDefaults() SampleOptions {
	guidance := o.Guidance
	if guidance == nil {
		guidance = vdm.Replacement{}
	}
	o.Sampler = cmp.Or(o.Sampler, samplerFor(guidance))
	return o.WithDefaults()
}

// samplerFor returns the name of the default sampler with a guidance; nil means without
// one.
func samplerFor(guidance vdm.Guidance) string {
	if noisy, ok := guidance.(vdm.NoisyGuidance); ok && noisy.DrawsNoise() {
		return vdm.DefaultGuidedSampler
	}
	return vdm.DefaultSampler
}

// Validate returns an error that names a setting out of its range.
func (o SampleOptions) Validate() error {
	o = o.WithDefaults()
	if err := o.draw().Validate(); err != nil {
		return err
	}
	if o.Evaluations < 1 {
		return fmt.Errorf("evaluations is %d, want at least 1", o.Evaluations)
	}
	if !(o.CovariateWeight > 0) || math.IsInf(o.CovariateWeight, 1) {
		return fmt.Errorf("the covariates' weight is %v, want a number above 0", o.CovariateWeight)
	}
	_, err := vdm.NewPlan(o.Sampler, o.Grid, vdm.Cosine{}, o.Evaluations)
	return err
}

// draw returns the options of [vdm.SampleFrom].
func (o SampleOptions) draw() vdm.DrawOptions {
	return vdm.DrawOptions{Count: o.Count, First: o.First, Seed: o.Seed, Batch: o.Batch, Guidance: o.Guidance, Each: o.Each, Progress: o.Progress}
}
