package vdm

import (
	"cmp"
	"fmt"
	"math"
)

// DrawOptions says how many clips [SampleFrom] draws from a denoiser, and with which
// noise.
type DrawOptions struct {
	Count int    // number of clips to draw, or of members of an ensemble; 0 means 1
	First int    // number of the first clip: sample i is the same in whichever call it is drawn
	Seed  uint64 // seed of the noise
	Batch int    // clips drawn at a time; 0 means 8, or Count if that is fewer

	// Guidance makes samples agree with an observation; nil means [Replacement].
	Guidance Guidance

	// Covariates are the fields that the denoiser receives beside z and λ, by name.
	Covariates map[string]Covariate

	// Each receives the samples one by one and in order, instead of all being kept:
	// memory is then needed for one batch, and the returned Samples contain none. The
	// clip is valid during the call only. An error ends the sampling.
	Each func(sample int, clip []float32) error

	Progress func(Progress) // called after every step; Step counts the steps of all batches
}

// WithDefaults returns o with every zero value that means a default replaced by the
// default.
func (o DrawOptions) WithDefaults() DrawOptions {
	o.Count = cmp.Or(o.Count, 1)
	o.Batch = cmp.Or(o.Batch, min(8, o.Count))
	return o
}

// Validate returns an error that names a setting out of its range.
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
