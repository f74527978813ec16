package vdm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Sampler draws batches of clips from a denoiser by one plan, with one compiled step
// that serves every step of every plan. [SampleFrom] is the loop over batches that
// most callers want; a Sampler is for those who draw clip after clip, or look at the
// steps one by one.
type Sampler struct {
	// First is the number of the first sample, and Clip the clip of a long sequence;
	// both are part of the noise's key. They may be changed between batches.
	First int
	Clip  uint64

	d        EngineDenoiser
	exec     *g.Exec
	plan     Plan
	guidance Guidance
	batch    int
	size     int // values of a clip
	dims     []int
	shape    [4]int
	seed     uint64
	samples  int
	obs      *resolved
	silent   *tensors.Tensor // the noise of a step that has none
	memory   int             // how many of z₋₁, x̂₋₁ and x̂₋₂ the plan looks at
	watched  bool            // the program returns x̂ at every step
	err      error           // of the last loop over Steps
}

// NewSampler prepares batches of o.Batch clips of a shape (frames, height, width,
// channels), given an observation or, where that is empty, none. Nothing is compiled
// before the first step. o gives First, Seed, Count, Batch and Guidance, nil of which
// means [Replacement].
func NewSampler(d EngineDenoiser, plan Plan, shape [4]int, given Observation, o DrawOptions) (*Sampler, error) {
	if err := plan.Validate(); err != nil {
		return nil, err
	}
	s := &Sampler{
		First: o.First, d: d, plan: plan, guidance: o.Guidance, batch: o.Batch, size: shape[0] * shape[1] * shape[2] * shape[3],
		dims: append([]int{o.Batch}, shape[:]...), shape: shape, seed: o.Seed, samples: o.Count,
		memory: plan.memory(),
	}
	if s.guidance == nil {
		s.guidance = Replacement{}
	}
	if err := s.Observe(given); err != nil {
		return nil, err
	}
	if s.obs == nil && o.Guidance != nil {
		return nil, fmt.Errorf("%s without an observation", o.Guidance)
	}
	s.silent = tensors.FromFlatDataAndDimensions(make([]float32, s.batch*s.size), s.dims...)
	return s, nil
}

// Observe puts another observation in the place of the one before, of as many
// measurements by the same operators.
func (s *Sampler) Observe(given Observation) error {
	obs, err := given.resolve(s.shape, s.samples)
	if err != nil {
		return err
	}
	if obs != nil {
		if err := s.guidance.Check(obs.replaceable); err != nil {
			return err
		}
	}
	s.obs = obs
	return nil
}

// Close frees what the sampler has on the engine. The denoiser's weights stay.
func (s *Sampler) Close() {
	engine.Release(s.silent)
	if s.exec != nil {
		s.exec.Finalize()
	}
}

// inputs returns the shapes of the inputs of graph, in order.
func (s *Sampler) inputs() []shapes.Shape {
	clip, each, number := shapes.Make(dtypes.Float32, s.dims...), shapes.Make(dtypes.Float32, s.batch), shapes.Make(dtypes.Float32)
	in := append([]shapes.Shape{clip, each, each, clip}, slices.Repeat([]shapes.Shape{number}, 6)...)
	for _, w := range s.d.Weights {
		in = append(in, w.Shape())
	}
	if s.obs != nil {
		in = append(in, clip)
		for _, m := range s.obs.Observation {
			shape, _ := m.Of.Shape(s.shape)
			in = append(in, slices.Repeat([]shapes.Shape{shapes.Make(dtypes.Float32, append([]int{s.batch}, shape[:]...)...)}, 3)...)
		}
	}
	return append(in, slices.Repeat([]shapes.Shape{clip}, s.memory)...)
}

// Compile compiles the step, which the first batch would do else.
func (s *Sampler) Compile() error {
	exec, err := s.program(false)
	if err != nil {
		return err
	}
	_, err = exec.Compile(s.inputs()...)
	return err
}

// Cost counts the work and the memory of one step for a batch. The graph is built and
// not compiled, so that the largest network takes no more than a second.
func (s *Sampler) Cost() (cost engine.Cost, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("building the sampling step: %v", r)
		}
	}()
	graph := g.NewGraph(s.d.Engine, "sampling step")
	defer graph.Finalize()
	var in []*g.Node
	for i, shape := range s.inputs() {
		in = append(in, g.Parameter(graph, fmt.Sprintf("in%d", i), shape))
	}
	return engine.CostOf(graph, s.graph(in, false)...), nil
}

// program compiles the step, anew where x̂ is wanted and was not before.
func (s *Sampler) program(watch bool) (*g.Exec, error) {
	if s.exec != nil && s.watched == watch {
		return s.exec, nil
	}
	if s.exec != nil {
		s.exec.Finalize()
	}
	exec, err := engine.Compile(s.d.Engine, "sampling step", func(in []*g.Node) []*g.Node { return s.graph(in, watch) })
	s.exec, s.watched = exec, watch
	return exec, err
}

// graph is one step: z, λ_t, λ_s, noise, six coefficients, the denoiser's weights, what
// is known, and what the plan remembers. Outputs: z′, a number a sample that is finite
// where all its values are, x̂ if it is watched, and what the next step remembers.
func (s *Sampler) graph(in []*g.Node, watch bool) []*g.Node {
	take := func(n int) (taken []*g.Node) {
		taken, in = in[:n], in[n:]
		return taken
	}
	state, c, den := take(4), take(6), s.d.Denoiser(take(len(s.d.Weights)))
	z, from, to, n := state[0], Level{state[1]}, Level{state[2]}, state[3]
	var given *Given
	if s.obs != nil {
		known := take(3*len(s.obs.Observation) + 1)
		given = s.obs.graph(known[1:], known[0])
		den = s.guidance.Guide(den, given)
	}
	p := den(z, from, Batch{})
	x := p.X()
	// What replacement put into z stays there: p.Z is what the denoiser saw.
	next := g.Add(g.Add(g.Mul(c[0], p.Z), g.Mul(c[1], x)), g.Mul(c[5], n))
	for i := range s.memory {
		next = g.Add(next, g.Mul(c[2+i], in[i]))
	}
	if after, ok := s.guidance.(StepGuidance); ok && given != nil {
		next = after.After(p, to, next, given)
	}
	// Some engines hand back freed memory for an output that is an input, such as p.Z
	// where nothing was replaced, or for one that stands twice among the outputs.
	copied := func(x *g.Node) *g.Node { return g.Add(x, g.ZerosLike(x)) }
	out := []*g.Node{next, g.ReduceSum(g.Add(g.Abs(x), g.Abs(next)), 1, 2, 3, 4)}
	if watch {
		out = append(out, copied(x))
	}
	if s.memory > 0 {
		out = append(out, []*g.Node{copied(p.Z), x, copied(in[1])}[:s.memory]...)
	}
	return out
}

// noise makes the standard normal numbers of a batch, each sample from its own
// key.
func (s *Sampler) noise(stream noise.Stream, from int, step uint64) []float32 {
	x := make([]float32, s.batch*s.size)
	_ = engine.InParallel(s.batch, func(i int) error {
		key := noise.Key{Seed: s.seed, Stream: stream, Sample: uint32(s.First + from + i), Step: s.Clip<<32 | step}
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
func (s *Sampler) draw(from int, stop <-chan struct{}) <-chan stepNoise {
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

func (s *Sampler) upload(x []float32) (*tensors.Tensor, error) {
	t := tensors.FromFlatDataAndDimensions(x, s.dims...)
	return t, t.ToDevice(s.d.Engine, 0)
}

// Batch draws one batch, samples from, from+1, … of those asked for, and returns
// their values, [batch, frame, height, width, channel]. tick, if not nil, is called
// after every step.
func (s *Sampler) Batch(ctx context.Context, from int, tick func()) ([]float32, error) {
	z, err := s.run(ctx, from, false, func(int, SampleState) bool {
		if tick != nil {
			tick()
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	defer engine.Release(z)
	return tensors.CopyFlatData[float32](z)
}

// SampleState is a moment of sampling, after a step from λ_t to λ_s.
type SampleState struct {
	LogSNRT, LogSNRS float64
	// Z is z after the step and X the estimate x̂ that the step used, each
	// [batch, frame, height, width, channel] and copied to the host when it is called.
	Z, X func() ([]float32, error)
}

// Steps draws one batch, as Batch does, and yields the number of each step, from 0,
// with its state. A loop may stop at any step. After the loop, Err tells whether it
// came to its end without an error.
func (s *Sampler) Steps(ctx context.Context, from int) iter.Seq2[int, SampleState] {
	return func(yield func(int, SampleState) bool) {
		z, err := s.run(ctx, from, true, yield)
		engine.Release(z)
		s.err = err
	}
}

// Err returns the error that ended the last loop over Steps, nil if there was none.
func (s *Sampler) Err() error { return s.err }

// run takes one batch through the plan, as long as yield wants more.
func (s *Sampler) run(ctx context.Context, from int, watch bool, yield func(int, SampleState) bool) (z *tensors.Tensor, err error) {
	exec, err := s.program(watch)
	if err != nil {
		return nil, err
	}
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
	z = tensors.FromFlatDataAndDimensions(s.noise(noise.Latent, from, 0), s.dims...)
	var before []*tensors.Tensor // z₋₁, x̂₋₁ and x̂₋₂, where the plan looks at them
	for range s.memory {
		before = append(before, tensors.FromFlatDataAndDimensions(make([]float32, s.batch*s.size), s.dims...))
	}
	defer func() {
		engine.Release(before...)
		if err != nil {
			engine.Release(z)
			z = nil
		}
	}()
	for i, p := range s.plan.Steps {
		if ctx.Err() != nil {
			return z, ErrInterrupted
		}
		var r stepResult
		r, err = s.take(exec, p, z, before, known, <-draws)
		z, before = r.z, r.before
		if err == nil && r.bad >= 0 {
			engine.Release(r.x)
			err = fmt.Errorf("sample %d is not finite at step %d of %d (λ from %.4g to %.4g): NaN would read as missing cells; try a smaller weight of the guidance, other bounds of λ, or an earlier snapshot of the network",
				s.First+from+r.bad, i+1, len(s.plan.Steps), p.LogSNRT, p.LogSNRS)
		}
		if err != nil {
			if errors.Is(err, engine.ErrDeviceMemory) && s.batch > 1 {
				err = fmt.Errorf("%w; %d samples are drawn at a time: try a batch of %d", err, s.batch, s.batch/2)
			}
			return z, err
		}
		copied := func(t *tensors.Tensor) func() ([]float32, error) {
			return func() ([]float32, error) { return tensors.CopyFlatData[float32](t) }
		}
		more := yield(i, SampleState{p.LogSNRT, p.LogSNRS, copied(z), copied(r.x)})
		engine.Release(r.x)
		if !more {
			break
		}
	}
	return z, nil
}

// stepResult is what one step leaves on the engine.
type stepResult struct {
	z, x   *tensors.Tensor // x is nil where it is not watched
	before []*tensors.Tensor
	bad    int // the first sample of the batch that has a value that is not finite, or −1
}

// take is one step. It uses up z, what was before and the noise.
func (s *Sampler) take(exec *g.Exec, p PlanStep, z *tensors.Tensor, before, known []*tensors.Tensor, d stepNoise) (r stepResult, err error) {
	defer func() { engine.Release(append(before, d.step, d.known)...) }()
	if d.err != nil {
		engine.Release(z)
		return r, engine.Explain("upload", d.err)
	}
	donated, err := g.DonateTensorBuffer(z, s.d.Engine, 0)
	if err != nil {
		return r, err
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
	args = append(args, engine.Arguments(s.d.Weights)...)
	if s.obs != nil {
		args = append(args, d.known)
		args = append(args, engine.Arguments(known)...)
	}
	args = append(args, engine.Arguments(before)...)
	out, err := engine.Execute(exec, args...)
	if err != nil {
		return r, err
	}
	r.z, r.before = out[0], out[2:]
	if s.watched {
		r.x, r.before = out[2], out[3:]
	}
	defer engine.Release(out[1])
	sums, err := tensors.CopyFlatData[float32](out[1])
	if err != nil {
		engine.Release(r.x)
		return r, err
	}
	r.bad = slices.IndexFunc(sums, func(x float32) bool { return !engine.Finite(float64(x)) })
	return r, nil
}
