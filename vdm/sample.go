package vdm

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// SampleOptions says how to sample.
type SampleOptions struct {
	Count    int           // clips to draw, or members of an ensemble; 0 means 1
	First    int           // number of the first one: sample i is the same however it is drawn
	Seed     uint64        // of the noise
	Steps    int           // of the sampler; 0 means 256
	Variance VarianceBound // "" means lower, as the dissertation's program
	Batch    int           // clips at a time; 0 means 8, or Count if that is fewer

	// Guidance is w_r of reconstruction guidance on known cells; 0 is
	// replacement alone. See Conditioned.
	Guidance float64
	// Unclamped leaves values outside the range of the training data. Without
	// it the model's units are clamped to [−1, 1] at the end, where the last step
	// of the transform scales to that range.
	Unclamped bool
	// LastWeights samples with the last weights instead of their average.
	LastWeights bool

	Progress func(Progress) // called after every step; Step counts steps of all batches
}

func (o SampleOptions) withDefaults() SampleOptions {
	orDefault(&o.Count, 1)
	orDefault(&o.Steps, 256)
	orDefault(&o.Variance, LowerBound)
	orDefault(&o.Batch, min(8, o.Count))
	return o
}

// Validate reports a setting that makes no sense.
func (o SampleOptions) Validate() error {
	o = o.withDefaults()
	switch {
	case o.Count < 1:
		return fmt.Errorf("count is %d, want at least 1", o.Count)
	case o.First < 0 || o.First+o.Count > math.MaxUint32:
		return fmt.Errorf("first is %d with count %d, want sample numbers from 0 to %d", o.First, o.Count, uint32(math.MaxUint32))
	case o.Steps < 1:
		return fmt.Errorf("steps is %d, want at least 1", o.Steps)
	case o.Batch < 1:
		return fmt.Errorf("batch is %d, want at least 1", o.Batch)
	case !(o.Guidance >= 0) || math.IsInf(o.Guidance, 1):
		return fmt.Errorf("guidance is %v, want a finite weight of at least 0", o.Guidance)
	}
	return o.Variance.Validate()
}

// Sample draws clips from the model, in physical units.
func (m *Model) Sample(ctx context.Context, o SampleOptions) (*Samples, error) {
	s, err := m.generate(ctx, nil, o)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return s, nil
}

// Nowcast continues a clip: its first frames are known (NaN cells among them
// are not), the others, whatever they hold, are generated. clip is one clip in
// physical units, [frame, height, width, channel]; o.Count members are drawn.
func (m *Model) Nowcast(ctx context.Context, clip []float32, knownFrames int, o SampleOptions) (*Samples, error) {
	if frames := m.Config.Clip.Frames; knownFrames < 0 || knownFrames > frames {
		return nil, fmt.Errorf("nowcast: %d frames known of a clip of %d", knownFrames, frames)
	}
	known := make([]bool, m.Config.Clip.Frames)
	for i := range known {
		known[i] = i < knownFrames
	}
	return m.Interpolate(ctx, clip, known, o)
}

// Interpolate generates the frames of a clip that are not known, as Nowcast
// does; known has one entry a frame. At the end the known cells hold their known
// values.
func (m *Model) Interpolate(ctx context.Context, clip []float32, known []bool, o SampleOptions) (*Samples, error) {
	observed, err := m.observe(clip, known)
	if err == nil {
		var s *Samples
		if s, err = m.generate(ctx, observed, o); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("conditional sampling: %w", err)
}

// observation is what is known of a clip, in the model's units.
type observation struct {
	x, mask  []float32 // one clip
	physical []float32 // the known values as given
}

func (m *Model) observe(clip []float32, known []bool) (*observation, error) {
	c := m.Config.Clip
	frame := c.Height * c.Width * len(c.Channels)
	if len(clip) != c.Frames*frame {
		return nil, fmt.Errorf("the clip has %d values, want %d (%d frames × %d × %d × %d channels)", len(clip), c.Frames*frame, c.Frames, c.Height, c.Width, len(c.Channels))
	}
	if len(known) != c.Frames {
		return nil, fmt.Errorf("known has %d entries, the clip %d frames", len(known), c.Frames)
	}
	o := &observation{
		x:    append([]float32(nil), clip...),
		mask: make([]float32, len(clip)), physical: clip,
	}
	m.Forward(o.x)
	count := 0
	for i, v := range o.x {
		missing := math.IsNaN(float64(clip[i]))
		switch {
		case !known[i/frame] || missing:
			o.x[i] = 0
			continue
		case math.IsInf(float64(clip[i]), 0) || math.IsInf(float64(v), 0):
			return nil, fmt.Errorf("the clip is infinite at frame %d", i/frame)
		case math.IsNaN(float64(v)):
			return nil, fmt.Errorf("value %v in frame %d is outside the domain of the run's transform", clip[i], i/frame)
		}
		o.mask[i] = 1
		count++
	}
	if count == 0 {
		return nil, errors.New("no cell is known: use Sample")
	}
	return o, nil
}

// generate samples with the network, given what is known.
func (m *Model) generate(ctx context.Context, obs *observation, o SampleOptions) (*Samples, error) {
	o = o.withDefaults()
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if obs == nil && o.Guidance != 0 {
		return nil, errors.New("guidance without known cells")
	}
	plan, err := Ancestral(m.schedule, o.Steps, o.Variance)
	if err != nil {
		return nil, err
	}
	be, _, err := m.Engine()
	if err != nil {
		return nil, err
	}
	if err := m.Config.Network.Check(be); err != nil {
		return nil, err
	}
	flat := m.ema
	if o.LastWeights {
		flat = m.weights
	}
	d, weights, err := m.Config.fixedDenoiser(be, flat)
	if err != nil {
		return nil, err
	}
	defer free(weights...)
	c := m.Config.Clip
	out, err := sampleFrom(ctx, be, d, weights, plan, [4]int{c.Frames, c.Height, c.Width, len(c.Channels)}, obs, o)
	if err != nil {
		return nil, err
	}
	for i := range out.Len() {
		m.finish(out.At(i), obs, o)
	}
	return out, nil
}

// finish turns a generated clip into physical units.
func (m *Model) finish(x []float32, obs *observation, o SampleOptions) {
	for i, v := range x {
		ch := m.Config.Clip.Channels[i%len(m.Config.Clip.Channels)]
		if !o.Unclamped && ch.Transform.Bounded() {
			x[i] = max(-1, min(1, v))
		}
	}
	m.Inverse(x)
	if obs == nil {
		return
	}
	for i, known := range obs.mask {
		if known == 1 {
			x[i] = obs.physical[i]
		}
	}
}
