package vdm

import (
	"context"
	"errors"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
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
		present := v == v
		if known[i/frame] && present {
			o.mask[i] = 1
			count++
		} else {
			o.x[i] = 0
		}
		if math.IsInf(float64(v), 0) {
			return nil, fmt.Errorf("the clip is infinite at frame %d", i/frame)
		}
		if known[i/frame] && !present && clip[i] == clip[i] {
			return nil, fmt.Errorf("value %v in frame %d is outside the domain of the run's transform", clip[i], i/frame)
		}
	}
	if count == 0 {
		return nil, errors.New("no cell is known: use Sample")
	}
	return o, nil
}

// generate runs the sampler over batches of members.
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
	step, err := m.newStepper(be, obs, o)
	if err != nil {
		return nil, err
	}
	defer step.close()
	c := m.Config.Clip
	out := NewSamples(o.Count, c.Frames, c.Height, c.Width, len(c.Channels))
	batches := (o.Count + o.Batch - 1) / o.Batch
	clock := &progressClock{total: int64(batches * o.Steps), progress: o.Progress}
	for b := range batches {
		// The last batch is filled up with members that are thrown away, so that
		// one compiled program serves all.
		from := b * o.Batch
		z, err := step.sample(ctx, plan, o.First+from, clock)
		if err != nil {
			return nil, err
		}
		copy(out.Data[from*out.Size():], z)
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

// progressClock counts steps over batches.
type progressClock struct {
	done, total int64
	timer       rateTimer
	progress    func(Progress)
}

func (p *progressClock) tick() {
	p.done++
	p.timer.tick()
	if p.progress != nil {
		p.progress(Progress{
			Step: p.done, Steps: p.total, Loss: math.NaN(), HeldOut: math.NaN(),
			PerSecond: p.timer.rate(), Left: p.timer.left(p.total - p.done),
		})
	}
}

// stepper is one compiled step of a linear sampler.
type stepper struct {
	be    compute.Backend
	exec  *g.Exec
	batch int
	size  int
	dims  []int
	seed  uint64
	obs   *observation
	fixed []*tensors.Tensor // weights (where they are an input), known, xKnown, guidance
}

func (m *Model) newStepper(be compute.Backend, obs *observation, o SampleOptions) (*stepper, error) {
	if err := m.Config.Network.Check(be); err != nil {
		return nil, err
	}
	c := m.Config
	s := &stepper{be: be, batch: o.Batch, seed: o.Seed, obs: obs}
	s.dims = []int{o.Batch, c.Clip.Frames, c.Clip.Height, c.Clip.Width, len(c.Clip.Channels)}
	s.size = c.Clip.Frames * c.Clip.Height * c.Clip.Width * len(c.Clip.Channels)

	flat := m.ema
	if o.LastWeights {
		flat = m.weights
	}
	// Some engines compile convolutions faster for weights that cannot change.
	constant := be.Capabilities().PreferConstantsForVariables
	var values map[string][]float32
	if constant {
		values = unflatten(c.Network, flat)
	} else {
		v, err := newVector(be, append([]float32(nil), flat...))
		if err != nil {
			return nil, err
		}
		s.fixed = append(s.fixed, v.t)
	}
	if obs != nil {
		repeat := func(x []float32) *tensors.Tensor {
			all := make([]float32, 0, o.Batch*s.size)
			for range o.Batch {
				all = append(all, x...)
			}
			return tensors.FromFlatDataAndDimensions(all, s.dims...)
		}
		s.fixed = append(s.fixed, repeat(obs.mask), repeat(obs.x))
	}

	exec, err := program(be, "sampling step", func(in []*g.Node) []*g.Node {
		z, logSNR, n := in[0], in[1], in[2]
		cz, cx, cn := in[3], in[4], in[5]
		rest := in[6:]
		var w unet.Weights
		if constant {
			w = unet.Weights{}
			for _, v := range c.Network.Variables() {
				w[v.Name] = g.Const(z.Graph(), tensors.FromFlatDataAndDimensions(values[v.Name], v.Shape...))
			}
		} else {
			_, w = weightViews(c.Network, rest[0])
			rest = rest[1:]
		}
		d := c.networkDenoiser(w)
		if obs != nil {
			var weight *g.Node
			if o.Guidance > 0 {
				weight = g.Const(z.Graph(), float32(o.Guidance))
			}
			d = Conditioned(d, rest[0], rest[1], rest[2], weight)
		}
		p := d(z, logSNR)
		next := g.Add(g.Add(g.Mul(cz, p.Z), g.Mul(cx, p.X())), g.Mul(cn, n))
		return []*g.Node{next}
	})
	s.exec = exec
	return s, err
}

func (s *stepper) close() {
	free(s.fixed...)
	s.exec.Finalize()
}

// noise makes the standard normal numbers of a batch, each sample from its own
// key.
func (s *stepper) noise(stream noise.Stream, first int, step uint64) []float32 {
	x := make([]float32, s.batch*s.size)
	_ = inParallel(s.batch, func(i int) error {
		key := noise.Key{Seed: s.seed, Stream: stream, Sample: uint32(first + i), Step: step}
		key.Normal(x[i*s.size : (i+1)*s.size])
		return nil
	})
	return x
}

// stepNoise is what one step draws, made ahead on the host.
type stepNoise struct{ step, known []float32 }

// sample takes one batch, members first, first+1, …, through the plan. The
// noise of a step is drawn while the engine takes the step before.
func (s *stepper) sample(ctx context.Context, plan Plan, first int, clock *progressClock) ([]float32, error) {
	draws := make(chan stepNoise, 1)
	stop := make(chan struct{})
	defer close(stop)
	go func() {
		for i, p := range plan.Steps {
			var d stepNoise
			if p.Noise != 0 {
				d.step = s.noise(noise.Step, first, uint64(i))
			} else {
				d.step = make([]float32, s.batch*s.size)
			}
			if s.obs != nil {
				d.known = s.noise(noise.Known, first, uint64(i))
			}
			select {
			case draws <- d:
			case <-stop:
				return
			}
		}
	}()
	z := tensors.FromFlatDataAndDimensions(s.noise(noise.Latent, first, 0), s.dims...)
	for _, p := range plan.Steps {
		if ctx.Err() != nil {
			free(z)
			return nil, ErrInterrupted
		}
		d := <-draws
		logSNR := make([]float32, s.batch)
		for i := range logSNR {
			logSNR[i] = float32(p.LogSNRT)
		}
		donated, err := g.DonateTensorBuffer(z, s.be, 0)
		if err != nil {
			return nil, err
		}
		up := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(d.step, s.dims...)}
		args := []any{donated, logSNR, up[0], float32(p.Z), float32(p.X), float32(p.Noise)}
		for _, f := range s.fixed {
			args = append(args, f)
		}
		if s.obs != nil {
			up = append(up, tensors.FromFlatDataAndDimensions(d.known, s.dims...))
			args = append(args, up[1])
		}
		out, err := run(s.exec, args...)
		free(up...)
		if err != nil {
			return nil, err
		}
		z = out[0]
		clock.tick()
	}
	defer free(z)
	return tensors.CopyFlatData[float32](z)
}
