package vdm

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
)

// SampleFrom draws clips from any denoiser by any plan, given an observation or, where
// that is empty, without one. Package run's Sample, Nowcast and the like call it with a
// network. Nothing is clamped or transformed; exactly known cells keep their known
// values.
//
//   - d: called once, while the step is compiled; z is [o.Batch, frame, height,
//     width, channel].
//   - shape: frames, height, width and channels of a clip.
//   - given: in the denoiser's units; for all samples, or one for each.
//
// The latent of sample i and its noise at step k are functions of (seed, i) and (seed,
// i, k) alone. An error names the setting, the observed value or the sample that is
// wrong; a cancelled ctx gives [ErrInterrupted].
func SampleFrom(ctx context.Context, be compute.Backend, d Denoiser, plan Plan, shape [4]int, given Observation, o DrawOptions) (*Samples, error) {
	s, err := OnEngine(be, d).Sample(ctx, plan, shape, given, o)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return s, nil
}

// Sample returns what [SampleFrom] returns, for a denoiser that is already on its
// engine; every setting of o must be set (see [DrawOptions.WithDefaults]). With o.Each
// at most one batch of samples is kept, and none is returned.
func (d EngineDenoiser) Sample(ctx context.Context, plan Plan, shape [4]int, given Observation, o DrawOptions) (*Samples, error) {
	o = o.WithDefaults()
	batched := o
	batched.Each, batched.Progress = nil, nil
	s, err := NewSampler(d, plan, shape, given, batched)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	kept := o.Count
	if o.Each != nil {
		kept = 0
	}
	out := NewSamples(kept, shape[0], shape[1], shape[2], shape[3])
	batches := (o.Count + o.Batch - 1) / o.Batch
	clock := NewProgressClock(int64(batches*len(plan.Steps)), o.Progress)
	for b := range batches {
		// The last batch is filled up with members that are thrown away, so that one
		// compiled program serves all batches.
		from := b * o.Batch
		z, err := s.Batch(ctx, from, clock.Tick)
		if err != nil {
			return nil, err
		}
		size := out.Size()
		for i := range min(o.Batch, o.Count-from) {
			clip := z[i*size : (i+1)*size]
			if s.obs != nil {
				s.obs.putBack(clip, from+i)
			}
			if o.Each == nil {
				copy(out.At(from+i), clip)
			} else if err := o.Each(o.First+from+i, clip); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}
