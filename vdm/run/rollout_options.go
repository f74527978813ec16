package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// RolloutOptions says how [Run.Rollout] continues a clip to any length.
type RolloutOptions struct {
	// SampleOptions says how each clip is drawn: Count members, numbered from First.
	// Each must be nil, because the frames go to files.
	SampleOptions

	Frames int // frames of every member in all, including those of the start

	// Overlap is how many of the last frames each new clip knows. 0 means half a clip.
	Overlap int

	// Tell, if not nil, returns the covariates of a clip that knows clip, as
	// SampleOptions.Covariates does for one sample: in physical units, [frame, height,
	// width]. clip is in physical units, too, [frame, height, width, channel], with NaN
	// where nothing is known; what is returned must depend on it alone. Covariates must be
	// nil, since each clip has its own.
	Tell func(ctx context.Context, clip []float32) (map[string][]float32, error)

	// Stride is how many frames each new clip adds; the rest of the clip is discarded. 0
	// means all but the overlap.
	Stride int
}

func (o RolloutOptions) withDefaults(clipFrames int) RolloutOptions {
	o.Overlap = cmp.Or(o.Overlap, max(1, clipFrames/2))
	o.Stride = cmp.Or(o.Stride, clipFrames-o.Overlap)
	o.SampleOptions = o.WithConditionalDefaults()
	return o
}

// validate checks the settings that do not concern the drawing of one clip. o must have
// its defaults.
func (o RolloutOptions) validate(clipFrames, startFrames int) error {
	switch {
	case o.Each != nil:
		return errors.New("option Each is set: the frames go to files; read them with Sequences.Read")
	case o.Overlap < 1 || o.Overlap >= clipFrames:
		return fmt.Errorf("overlap is %d: want 1 to %d of the %d frames of a clip", o.Overlap, clipFrames-1, clipFrames)
	case o.Stride < 1 || o.Overlap+o.Stride > clipFrames:
		return fmt.Errorf("stride is %d with an overlap of %d: want 1 to %d, as a clip has %d frames", o.Stride, o.Overlap, clipFrames-o.Overlap, clipFrames)
	case o.Frames <= startFrames:
		return fmt.Errorf("frames is %d and the start has %d: want more", o.Frames, startFrames)
	}
	return o.Validate()
}
