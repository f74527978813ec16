package vdm

import (
	"context"
	"fmt"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
)

// SampleGiven is [SampleFrom] given the known cells of a clip: it is what
// [Model.Interpolate] does with a network.
//
//   - x: the clip in the denoiser's units, [frame, height, width, channel];
//     anything where nothing is known.
//   - known: for each of its values, whether it is known.
//   - o: besides what SampleFrom takes of it, Guidance is w_r; see [Conditioned].
//
// At the end the known cells hold their known values.
func SampleGiven(ctx context.Context, be compute.Backend, d Denoiser, plan Plan, shape [4]int, x []float32, known []bool, o SampleOptions) (*Samples, error) {
	size := shape[0] * shape[1] * shape[2] * shape[3]
	if min(shape[0], shape[1], shape[2], shape[3]) < 1 || len(x) != size || len(known) != size {
		return nil, fmt.Errorf("conditional sampling: %d values, %d marks of what is known and clips of %v (frames, height, width, channels): want one of each for each cell", len(x), len(known), shape)
	}
	o = o.withDefaults()
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("conditional sampling: %w", err)
	}
	obs := &observation{x: make([]float32, size), mask: make([]float32, size)}
	for i, k := range known {
		if k {
			obs.x[i], obs.mask[i] = x[i], 1
		}
	}
	fixed := func([]*g.Node) Denoiser { return d }
	s, err := sampleFrom(ctx, be, fixed, nil, plan, shape, obs, o)
	if err != nil {
		return nil, fmt.Errorf("conditional sampling: %w", err)
	}
	for i := range s.Len() {
		clip := s.At(i)
		for j, k := range known {
			if k {
				clip[j] = x[j]
			}
		}
	}
	return s, nil
}
