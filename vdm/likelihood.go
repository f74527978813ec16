package vdm

import (
	"cmp"
	"fmt"
	"math"
)

// LikelihoodOptions says with how many evaluations [ELBO] and [FlowLikelihood] estimate
// a likelihood.
type LikelihoodOptions struct {
	Levels int    // for the bound: noise levels of each clip; 0 means 64
	Steps  int    // for the flow: steps of the fourth-order Runge–Kutta method; 0 means 64
	Probes int    // for the flow: random probes of the trace of each clip; 0 means 1
	Batch  int    // evaluations of the denoiser at a time; 0 means 8
	Seed   uint64 // seed of the noise

	// Dequantise is the step to which the data were rounded, in physical units (mm/h for
	// rain); package run reads it. Each value is raised by uniform noise within the
	// step, and the likelihood is the likelihood of the rounded value: a probability, in
	// bits at least 0. A step larger than the smallest gap between distinct values of a
	// channel is refused: the steps would overlap and the probabilities add up to more
	// than 1. (It may be larger by 5 %, for records that write their step with few
	// digits.) Without Dequantise the likelihood is a density, which an atom such as the
	// dry cells of rain makes infinite: data with repeated values are refused.
	Dequantise float64

	Progress func(Progress) // called after every evaluation
}

func (o LikelihoodOptions) withDefaults() LikelihoodOptions {
	o.Levels = cmp.Or(o.Levels, 64)
	o.Steps = cmp.Or(o.Steps, 64)
	o.Probes = cmp.Or(o.Probes, 1)
	o.Batch = cmp.Or(o.Batch, 8)
	return o
}

// Validate returns an error that names a setting out of its range.
func (o LikelihoodOptions) Validate() error {
	o = o.withDefaults()
	for _, f := range []struct {
		name  string
		value int
	}{{"levels", o.Levels}, {"steps", o.Steps}, {"probes", o.Probes}, {"batch", o.Batch}} {
		if f.value < 1 {
			return fmt.Errorf("%s is %d, want at least 1", f.name, f.value)
		}
	}
	if !(o.Dequantise >= 0) || math.IsInf(o.Dequantise, 1) {
		return fmt.Errorf("dequantise is %v, want the finite step of the data, or 0", o.Dequantise)
	}
	return nil
}

// Nats is a mean over clips, in nats a clip, and its standard error. The standard error
// takes the clips to be independent: for clips that overlap or follow each other it is
// too small.
type Nats struct{ Mean, StdErr float64 }

func natsOf(values []float64) Nats {
	n := float64(len(values))
	mean, square := 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		square += (v - mean) * (v - mean)
	}
	return Nats{mean, math.Sqrt(square / (n - 1) / n)} // the standard error is NaN for one clip
}

// BitsPerDim returns the mean and standard error in bits per dimension, for clips with
// the given number of values.
func (e Nats) BitsPerDim(dimensions int) Nats {
	scale := 1 / (float64(dimensions) * math.Ln2)
	return Nats{e.Mean * scale, e.StdErr * scale}
}
