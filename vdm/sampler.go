package vdm

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// SampleFrom draws clips from any denoiser by any plan of a linear sampler. It
// is what [Model.Sample] does with a network, and it returns what the plan ends
// with: nothing is clamped or transformed.
//
//   - d: called once, while the step is compiled; z is [o.Batch, frame, height,
//     width, channel].
//   - shape: frames, height, width and channels of a clip.
//   - o: its Count, First, Seed, Batch and Progress; the rest is the plan's or
//     the Model's.
//
// The latent of sample i and its noise at step k are functions of (seed, i) and
// (seed, i, k) alone.
func SampleFrom(ctx context.Context, be compute.Backend, d Denoiser, plan Plan, shape [4]int, o SampleOptions) (*Samples, error) {
	if slices.Min(shape[:]) < 1 {
		return nil, fmt.Errorf("sample: clips of %v (frames, height, width, channels): want each at least 1", shape)
	}
	o = o.withDefaults()
	if err := o.Validate(); err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	fixed := func([]*g.Node) Denoiser { return d }
	s, err := sampleFrom(ctx, be, fixed, nil, plan, shape, nil, o)
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return s, nil
}

// inputDenoiser makes a denoiser of inputs of its graph that stay the same from
// step to step, such as weights.
type inputDenoiser func(inputs []*g.Node) Denoiser

// sampleFrom takes batches of members through a plan, given what is known.
func sampleFrom(ctx context.Context, be compute.Backend, d inputDenoiser, inputs []*tensors.Tensor, plan Plan, shape [4]int, obs *observation, o SampleOptions) (*Samples, error) {
	step, err := newStepper(be, d, inputs, plan, shape, obs, o)
	if err != nil {
		return nil, err
	}
	defer step.close()
	out := NewSamples(o.Count, shape[0], shape[1], shape[2], shape[3])
	batches := (o.Count + o.Batch - 1) / o.Batch
	clock := &progressClock{total: int64(batches * len(plan.Steps)), progress: o.Progress}
	for b := range batches {
		// The last batch is filled up with members that are thrown away, so that
		// one compiled program serves all.
		from := b * o.Batch
		z, err := step.sample(ctx, o.First+from, clock)
		if err != nil {
			return nil, err
		}
		copy(out.Data[from*out.Size():], z)
	}
	return out, nil
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

// stepper is one compiled step of a linear sampler, and the plan it follows.
type stepper struct {
	be     compute.Backend
	exec   *g.Exec
	plan   Plan
	batch  int
	size   int // values of a clip
	dims   []int
	seed   uint64
	obs    *observation
	inputs []*tensors.Tensor // the denoiser's, not ours to free
	known  []*tensors.Tensor // mask and values of the known cells
	memory bool              // the plan looks at the x̂ of the step before
}

func newStepper(be compute.Backend, d inputDenoiser, inputs []*tensors.Tensor, plan Plan, shape [4]int, obs *observation, o SampleOptions) (*stepper, error) {
	s := &stepper{
		be: be, plan: plan, batch: o.Batch, size: shape[0] * shape[1] * shape[2] * shape[3],
		dims: append([]int{o.Batch}, shape[:]...), seed: o.Seed, obs: obs, inputs: inputs,
		memory: slices.ContainsFunc(plan.Steps, func(p PlanStep) bool { return p.Previous != 0 }),
	}
	if obs != nil {
		repeat := func(x []float32) *tensors.Tensor {
			return tensors.FromFlatDataAndDimensions(slices.Repeat(x, o.Batch), s.dims...)
		}
		s.known = []*tensors.Tensor{repeat(obs.mask), repeat(obs.x)}
	}
	exec, err := program(be, "sampling step", func(in []*g.Node) []*g.Node {
		take := func(n int) (taken []*g.Node) {
			taken, in = in[:n], in[n:]
			return taken
		}
		state, c, den := take(3), take(4), d(take(len(inputs)))
		z, logSNR, n := state[0], state[1], state[2]
		if obs != nil {
			var weight *g.Node
			if o.Guidance > 0 {
				weight = g.Const(z.Graph(), float32(o.Guidance))
			}
			known := take(3)
			den = Conditioned(den, known[0], known[1], known[2], weight)
		}
		p := den(z, logSNR)
		x := p.X()
		next := g.Add(g.Add(g.Mul(c[0], p.Z), g.Mul(c[1], x)), g.Mul(c[3], n))
		if !s.memory {
			return []*g.Node{next}
		}
		return []*g.Node{g.Add(next, g.Mul(c[2], in[0])), x}
	})
	s.exec = exec
	return s, err
}

func (s *stepper) close() {
	free(s.known...)
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

// draw makes the noise of the steps to come while the engine works.
func (s *stepper) draw(first int, stop <-chan struct{}) <-chan stepNoise {
	draws := make(chan stepNoise, 1)
	go func() {
		for i, p := range s.plan.Steps {
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
	return draws
}

// sample takes one batch, members first, first+1, …, through the plan.
func (s *stepper) sample(ctx context.Context, first int, clock *progressClock) (_ []float32, err error) {
	stop := make(chan struct{})
	defer close(stop)
	draws := s.draw(first, stop)
	z := tensors.FromFlatDataAndDimensions(s.noise(noise.Latent, first, 0), s.dims...)
	var x *tensors.Tensor // x̂ of the step before, where the plan wants it
	if s.memory {
		x = tensors.FromFlatDataAndDimensions(make([]float32, s.batch*s.size), s.dims...)
	}
	defer func() { free(z, x) }()
	for _, p := range s.plan.Steps {
		if ctx.Err() != nil {
			return nil, ErrInterrupted
		}
		if z, x, err = s.take(p, z, x, <-draws); err != nil {
			return nil, err
		}
		clock.tick()
	}
	return tensors.CopyFlatData[float32](z)
}

// take is one step. It uses up z and x and returns the next ones.
func (s *stepper) take(p PlanStep, z, x *tensors.Tensor, d stepNoise) (nextZ, nextX *tensors.Tensor, err error) {
	up := []*tensors.Tensor{tensors.FromFlatDataAndDimensions(d.step, s.dims...)}
	defer func() { free(append(up, x)...) }()
	donated, err := g.DonateTensorBuffer(z, s.be, 0)
	if err != nil {
		return nil, nil, err
	}
	logSNR := slices.Repeat([]float32{float32(p.LogSNRT)}, s.batch)
	args := []any{donated, logSNR, up[0], float32(p.Z), float32(p.X), float32(p.Previous), float32(p.Noise)}
	args = append(args, anySlice(s.inputs, s.known)...)
	if s.obs != nil {
		up = append(up, tensors.FromFlatDataAndDimensions(d.known, s.dims...))
		args = append(args, up[1])
	}
	if s.memory {
		args = append(args, x)
	}
	out, err := run(s.exec, args...)
	if err != nil {
		return nil, nil, err
	}
	if s.memory {
		nextX = out[1]
	}
	return out[0], nextX, nil
}
