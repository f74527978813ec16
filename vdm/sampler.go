package vdm

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// SampleFrom draws clips from any denoiser by any plan, given an observation or,
// where that is empty, none. It is what [Model.Sample], [Model.Interpolate] and
// their like do with a network. Nothing is clamped or transformed; exactly known
// cells hold their known values.
//
//   - d: called once, while the step is compiled; z is [o.Batch, frame, height,
//     width, channel].
//   - shape: frames, height, width and channels of a clip.
//   - given: in the denoiser's units; for all samples, or one for each.
//   - o: its Count, First, Seed, Batch, Guidance, Each and Progress; the rest is
//     the plan's or the Model's.
//
// The latent of sample i and its noise at step k are functions of (seed, i) and
// (seed, i, k) alone.
func SampleFrom(ctx context.Context, be compute.Backend, d Denoiser, plan Plan, shape [4]int, given Observation, o SampleOptions) (*Samples, error) {
	if slices.Min(shape[:]) < 1 {
		return nil, fmt.Errorf("sample: clips of %v (frames, height, width, channels): want each at least 1", shape)
	}
	o = o.WithDefaults()
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	fixed := func([]*g.Node) Denoiser { return d }
	s, err := sampleFrom(ctx, be, fixed, nil, plan, shape, given, o)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return s, nil
}

// inputDenoiser makes a denoiser of inputs of its graph that stay the same from
// step to step, such as weights.
type inputDenoiser func(inputs []*g.Node) Denoiser

// sampleFrom takes batches of members through a plan, given what is known. With
// o.Each no more than a batch of samples is held, and none is returned.
func sampleFrom(ctx context.Context, be compute.Backend, d inputDenoiser, inputs []*tensors.Tensor, plan Plan, shape [4]int, given Observation, o SampleOptions) (*Samples, error) {
	if err := plan.Validate(); err != nil {
		return nil, err
	}
	obs, err := given.resolve(shape, o.Count)
	if err != nil {
		return nil, err
	}
	if obs == nil && o.Guidance != nil {
		return nil, fmt.Errorf("%s without an observation", o.Guidance)
	}
	step, err := newStepper(be, d, inputs, plan, shape, obs, o)
	if err != nil {
		return nil, err
	}
	defer step.close()
	kept := o.Count
	if o.Each != nil {
		kept = 0
	}
	out := NewSamples(kept, shape[0], shape[1], shape[2], shape[3])
	batches := (o.Count + o.Batch - 1) / o.Batch
	clock := &progressClock{total: int64(batches * len(plan.Steps)), progress: o.Progress}
	for b := range batches {
		// The last batch is filled up with members that are thrown away, so that
		// one compiled program serves all.
		from := b * o.Batch
		z, err := step.sample(ctx, from, clock)
		if err != nil {
			return nil, err
		}
		size := out.Size()
		for i := range min(o.Batch, o.Count-from) {
			clip := z[i*size : (i+1)*size]
			if obs != nil {
				obs.putBack(clip, from+i)
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

// progressClock counts steps over batches.
type progressClock struct {
	done, total int64
	timer       engine.RateTimer
	progress    func(Progress)
}

func (p *progressClock) tick() {
	p.done++
	p.timer.Tick()
	if p.progress != nil {
		p.progress(Progress{
			Step: p.done, Steps: p.total, Loss: math.NaN(), HeldOut: math.NaN(),
			PerSecond: p.timer.Rate(), Left: p.timer.Left(p.total - p.done),
		})
	}
}
