package run

import (
	"cmp"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// SampleOptions says how to sample.
type SampleOptions struct {
	Count       int    // clips to draw, or members of an ensemble; 0 means 1
	First       int    // number of the first one: sample i is the same however it is drawn
	Seed        uint64 // of the noise
	Sampler     string // a name that NewPlan knows; "" means DefaultSampler, or DefaultGuidedSampler, see there
	Grid        string // a name that [vdm.NewNoiseLevels] knows; "" means [vdm.DefaultGrid]
	Evaluations int    // of the network, for each clip; 0 means [vdm.DefaultEvaluations]
	Batch       int    // clips at a time; 0 means 8, or Count if that is fewer

	// Guidance is how samples are made to agree with what is known; nil means
	// NoiseLevelMap where the run's network takes a map, else Replacement.
	Guidance vdm.Guidance

	// Covariates are what the network is told, by name, in physical units: each
	// [frame, height, width], once for all samples or once for each.
	Covariates map[string][]float32

	// Unclamped leaves values outside the range of the training data, which only runs
	// that are scaled by it clamp: where the last step of the transform is affine, the
	// model's units end within [−1, 1]. All others are clamped to what is physically
	// possible alone (rain is not negative), by the inverse of the transform.
	Unclamped bool
	// LastWeights samples with the last weights instead of their average.
	LastWeights bool

	// Each takes the samples one by one, in order, in the place of keeping them all:
	// memory is that of one batch, and the Samples returned hold none. The clip is
	// valid during the call. An error ends the sampling.
	Each func(sample int, clip []float32) error

	Progress func(vdm.Progress) // called after every step; Step counts steps of all batches
}

// WithDefaults returns o with every zero value that means a default replaced, for
// sampling without an observation where Guidance is nil; see
// [SampleOptions.WithConditionalDefaults].
func (o SampleOptions) WithDefaults() SampleOptions {
	o.Count = cmp.Or(o.Count, 1)
	o.Evaluations = cmp.Or(o.Evaluations, vdm.DefaultEvaluations)
	o.Sampler = cmp.Or(o.Sampler, samplerFor(o.Guidance))
	o.Grid = cmp.Or(o.Grid, vdm.DefaultGrid)
	o.Batch = cmp.Or(o.Batch, min(8, o.Count))
	return o
}

// WithConditionalDefaults is WithDefaults for sampling given an observation, where
// no Guidance means Replacement; it stays nil.
func (o SampleOptions) WithConditionalDefaults() SampleOptions {
	guidance := o.Guidance
	if guidance == nil {
		guidance = vdm.Replacement{}
	}
	o.Sampler = cmp.Or(o.Sampler, samplerFor(guidance))
	return o.WithDefaults()
}

// samplerFor is the default sampler with a guidance, nil for none.
func samplerFor(guidance vdm.Guidance) string {
	if noisy, ok := guidance.(vdm.NoisyGuidance); ok && noisy.DrawsNoise() {
		return vdm.DefaultGuidedSampler
	}
	return vdm.DefaultSampler
}

// Validate reports a setting that makes no sense.
func (o SampleOptions) Validate() error {
	o = o.WithDefaults()
	if err := o.draw().Validate(); err != nil {
		return err
	}
	if o.Evaluations < 1 {
		return fmt.Errorf("evaluations is %d, want at least 1", o.Evaluations)
	}
	_, err := vdm.NewPlan(o.Sampler, o.Grid, vdm.Cosine{}, o.Evaluations)
	return err
}

// draw returns the options that do not concern the run.
func (o SampleOptions) draw() vdm.DrawOptions {
	return vdm.DrawOptions{Count: o.Count, First: o.First, Seed: o.Seed, Batch: o.Batch, Guidance: o.Guidance, Each: o.Each, Progress: o.Progress}
}
