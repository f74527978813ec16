package vdm

import (
	"cmp"
	"fmt"
	"math"
)

// DrawOptions says how many clips to draw from a denoiser, and with which noise.
type DrawOptions struct {
	Count int    // clips to draw, or members of an ensemble; 0 means 1
	First int    // number of the first one: sample i is the same however it is drawn
	Seed  uint64 // of the noise
	Batch int    // clips at a time; 0 means 8, or Count if that is fewer

	// Guidance makes samples agree with an observation; nil means [Replacement].
	Guidance Guidance

	// Covariates are what the denoiser is told beside z and λ, by name.
	Covariates map[string]Covariate

	// Each takes the samples one by one, in order, in the place of keeping them all:
	// memory is that of one batch, and the Samples returned contain none. The clip is
	// valid during the call. An error ends the sampling.
	Each func(sample int, clip []float32) error

	Progress func(Progress) // called after every step; Step counts steps of all batches
}

// WithDefaults returns o with every zero value that means a default replaced.
func (o DrawOptions) WithDefaults() DrawOptions {
	o.Count = cmp.Or(o.Count, 1)
	o.Batch = cmp.Or(o.Batch, min(8, o.Count))
	return o
}

// Validate reports a setting that makes no sense.
func (o DrawOptions) Validate() error {
	o = o.WithDefaults()
	switch {
	case o.Count < 1:
		return fmt.Errorf("count is %d, want at least 1", o.Count)
	case o.First < 0 || o.First+o.Count > math.MaxUint32:
		return fmt.Errorf("first is %d with count %d, want sample numbers from 0 to %d", o.First, o.Count, uint32(math.MaxUint32))
	case o.Batch < 1:
		return fmt.Errorf("batch is %d, want at least 1", o.Batch)
	}
	if o.Guidance != nil {
		return o.Guidance.Validate()
	}
	return nil
}
