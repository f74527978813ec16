package vdm

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// stepper is the one compiled step of all samplers, and the plan it follows.
type stepper struct {
	be     compute.Backend
	exec   *g.Exec
	plan   Plan
	first  int // number of the first sample
	batch  int
	size   int // values of a clip
	dims   []int
	seed   uint64
	clip   uint64 // which clip of a long sequence: part of the noise's key
	obs    *resolved
	inputs []*tensors.Tensor // the denoiser's, not ours to free
	silent *tensors.Tensor   // the noise of a step that has none
	memory int               // how many of z₋₁, x̂₋₁ and x̂₋₂ the plan looks at
}

func newStepper(be compute.Backend, d inputDenoiser, inputs []*tensors.Tensor, plan Plan, shape [4]int, obs *resolved, o SampleOptions) (*stepper, error) {
	s := &stepper{
		be: be, plan: plan, first: o.First, batch: o.Batch, size: shape[0] * shape[1] * shape[2] * shape[3],
		dims: append([]int{o.Batch}, shape[:]...), seed: o.Seed, obs: obs, inputs: inputs,
		memory: plan.memory(),
	}
	var guidance Guidance = Replacement{}
	if o.Guidance != nil {
		guidance = o.Guidance
	}
	if obs != nil {
		if err := guidance.Check(obs.replaceable); err != nil {
			return nil, err
		}
	}
	s.silent = tensors.FromFlatDataAndDimensions(make([]float32, s.batch*s.size), s.dims...)
	exec, err := engine.Compile(be, "sampling step", func(in []*g.Node) []*g.Node {
		take := func(n int) (taken []*g.Node) {
			taken, in = in[:n], in[n:]
			return taken
		}
		state, c, den := take(4), take(6), d(take(len(inputs)))
		z, logSNRT, logSNRS, n := state[0], state[1], state[2], state[3]
		var given *Given
		if obs != nil {
			known := take(3*len(obs.Observation) + 1)
			given = obs.graph(known[1:], known[0])
			den = guidance.Guide(den, given)
		}
		p := den(z, logSNRT)
		x := p.X()
		// What replacement put into z stays there: p.Z is what the denoiser saw.
		next := g.Add(g.Add(g.Mul(c[0], p.Z), g.Mul(c[1], x)), g.Mul(c[5], n))
		for i := range s.memory {
			next = g.Add(next, g.Mul(c[2+i], in[i]))
		}
		if after, ok := guidance.(stepGuidance); ok && given != nil {
			next = after.After(p, logSNRS, next, given)
		}
		// One number a sample, which is finite where all values of x̂ and z′ are.
		check := g.ReduceSum(g.Add(g.Abs(x), g.Abs(next)), 1, 2, 3, 4)
		if s.memory == 0 {
			return []*g.Node{next, check}
		}
		// Some engines hand back freed memory for an output that is an input, such as
		// p.Z where nothing was replaced.
		copied := func(x *g.Node) *g.Node { return g.Add(x, g.ZerosLike(x)) }
		return []*g.Node{next, check, copied(p.Z), x, copied(in[1])}[:2+s.memory]
	})
	s.exec = exec
	return s, err
}

func (s *stepper) close() {
	engine.Release(s.silent)
	s.exec.Finalize()
}

// noise makes the standard normal numbers of a batch, each sample from its own
// key.
func (s *stepper) noise(stream noise.Stream, from int, step uint64) []float32 {
	x := make([]float32, s.batch*s.size)
	_ = engine.InParallel(s.batch, func(i int) error {
		key := noise.Key{Seed: s.seed, Stream: stream, Sample: uint32(s.first + from + i), Step: s.clip<<32 | step}
		key.Normal(x[i*s.size : (i+1)*s.size])
		return nil
	})
	return x
}

// stepNoise is what one step draws, on the engine; nil is none.
type stepNoise struct {
	step, known *tensors.Tensor
	err         error
}

// draw makes the noise of the steps to come, and uploads it, while the engine
// works. Who reads it frees it.
func (s *stepper) draw(from int, stop <-chan struct{}) <-chan stepNoise {
	draws := make(chan stepNoise, 1)
	go func() {
		defer close(draws)
		for i, p := range s.plan.Steps {
			var d stepNoise
			if p.Noise != 0 {
				d.step, d.err = s.upload(s.noise(noise.Step, from, uint64(i)))
			}
			if s.obs != nil && d.err == nil {
				d.known, d.err = s.upload(s.noise(noise.Known, from, uint64(i)))
			}
			select {
			case draws <- d:
			case <-stop:
				engine.Release(d.step, d.known)
				return
			}
		}
	}()
	return draws
}

func (s *stepper) upload(x []float32) (*tensors.Tensor, error) {
	t := tensors.FromFlatDataAndDimensions(x, s.dims...)
	return t, t.ToDevice(s.be, 0)
}

// sample takes one batch, samples from, from+1, … of those asked for, through
// the plan.
func (s *stepper) sample(ctx context.Context, from int, clock *progressClock) (_ []float32, err error) {
	stop := make(chan struct{})
	draws := s.draw(from, stop)
	defer func() {
		close(stop)
		for d := range draws {
			engine.Release(d.step, d.known)
		}
	}()
	var known []*tensors.Tensor
	if s.obs != nil {
		known = s.obs.inputs(from, s.batch)
		defer engine.Release(known...)
	}
	z := tensors.FromFlatDataAndDimensions(s.noise(noise.Latent, from, 0), s.dims...)
	var before []*tensors.Tensor // z₋₁, x̂₋₁ and x̂₋₂, where the plan looks at them
	for range s.memory {
		before = append(before, tensors.FromFlatDataAndDimensions(make([]float32, s.batch*s.size), s.dims...))
	}
	defer func() { engine.Release(append(before, z)...) }()
	for i, p := range s.plan.Steps {
		if ctx.Err() != nil {
			return nil, ErrInterrupted
		}
		var bad int
		z, before, bad, err = s.take(p, z, before, known, <-draws)
		if err == nil && bad >= 0 {
			err = fmt.Errorf("sample %d is not finite at step %d of %d (λ from %.4g to %.4g): NaN would read as missing cells; try a smaller weight of the guidance, other bounds of λ, or an earlier snapshot of the network",
				s.first+from+bad, i+1, len(s.plan.Steps), p.LogSNRT, p.LogSNRS)
		}
		if err != nil {
			if errors.Is(err, engine.ErrDeviceMemory) && s.batch > 1 {
				err = fmt.Errorf("%w; %d samples are drawn at a time: try a batch of %d", err, s.batch, s.batch/2)
			}
			return nil, err
		}
		clock.tick()
	}
	return tensors.CopyFlatData[float32](z)
}

// take is one step. It uses up z, what was before and the noise, and returns the
// next ones, and the first sample of the batch that has a value that is not
// finite, or −1.
func (s *stepper) take(p PlanStep, z *tensors.Tensor, before, known []*tensors.Tensor, d stepNoise) (next *tensors.Tensor, now []*tensors.Tensor, bad int, err error) {
	defer func() { engine.Release(append(before, d.step, d.known)...) }()
	if d.err != nil {
		return nil, nil, -1, engine.Explain("upload", d.err)
	}
	donated, err := g.DonateTensorBuffer(z, s.be, 0)
	if err != nil {
		return nil, nil, -1, err
	}
	fresh := d.step
	if fresh == nil {
		fresh = s.silent
	}
	level := func(l float64) []float32 { return slices.Repeat([]float32{float32(l)}, s.batch) }
	args := []any{
		donated, level(p.LogSNRT), level(p.LogSNRS), fresh,
		float32(p.Z), float32(p.X), float32(p.PreviousZ), float32(p.PreviousX), float32(p.EarlierX), float32(p.Noise),
	}
	args = append(args, engine.Arguments(s.inputs)...)
	if s.obs != nil {
		args = append(args, d.known)
		args = append(args, engine.Arguments(known)...)
	}
	args = append(args, engine.Arguments(before)...)
	out, err := engine.Execute(s.exec, args...)
	if err != nil {
		return nil, nil, -1, err
	}
	defer engine.Release(out[1])
	sums, err := tensors.CopyFlatData[float32](out[1])
	if err != nil {
		engine.Release(append(out[2:], out[0])...)
		return nil, nil, -1, err
	}
	bad = slices.IndexFunc(sums, func(x float32) bool { return !engine.Finite(float64(x)) })
	return out[0], out[2:], bad, nil
}
