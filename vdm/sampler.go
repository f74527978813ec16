package vdm

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Sampler draws batches of clips from a denoiser by one plan. One compiled program
// serves every step. [SampleFrom] is the loop over batches that most callers want; a
// Sampler serves callers that draw clip after clip, or look at the steps one by one.
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
	size     int // number of values of a clip
	dims     []int
	shape    [4]int
	seed     uint64
	samples  int
	obs      *resolved
	silent   *tensors.Tensor // the noise of steps that draw none: zeros
	memory   int             // how many of z₋₁, x̂₋₁ and x̂₋₂ the plan uses
	told     covariates
	watched  bool  // whether the program returns x̂ at every step
	err      error // the error of the last loop over Steps
}

// NewSampler returns a sampler of batches of o.Batch clips of a shape (frames, height,
// width, channels), given an observation or, where that is empty, without one. Nothing
// is compiled before the first step. It reads First, Seed, Count, Batch, Guidance and
// Covariates of o, whose zero values mean the defaults; Each and Progress, which belong to
// [SampleFrom], are refused.
func NewSampler(d EngineDenoiser, plan Plan, shape [4]int, given Observation, o DrawOptions) (*Sampler, error) {
	o = o.WithDefaults()
	if err := errors.Join(plan.Validate(), o.Validate()); err != nil {
		return nil, err
	}
	if o.Each != nil || o.Progress != nil {
		return nil, errors.New("a Sampler calls neither Each nor Progress: range over its Steps, or use SampleFrom")
	}
	if slices.Min(shape[:]) < 1 {
		return nil, fmt.Errorf("clips of %v (frames, height, width, channels): want each at least 1", shape)
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
	if err := s.Tell(o.Covariates); err != nil {
		return nil, err
	}
	if s.obs == nil && o.Guidance != nil {
		return nil, fmt.Errorf("%s without an observation", o.Guidance)
	}
	s.silent = tensors.FromFlatDataAndDimensions(make([]float32, s.batch*s.size), s.dims...)
	return s, nil
}

// Observe replaces the observation by another of as many measurements with the same
// operators, for which the step was compiled.
func (s *Sampler) Observe(given Observation) error {
	obs, err := given.resolve(s.shape, s.samples)
	if err != nil {
		return err
	}
	if s.exec != nil {
		if err := s.sameOperators(obs); err != nil {
			return err
		}
	}
	if obs != nil {
		if err := s.guidance.Check(given); err != nil {
			return err
		}
	}
	s.obs = obs
	return nil
}

// Tell replaces the covariates by others of the same names and channels, for which the
// step was compiled.
func (s *Sampler) Tell(fields map[string]Covariate) error {
	told := covariates{s.shape, s.samples, fields}
	if err := told.check(); err != nil {
		return err
	}
	if s.exec != nil && !told.like(s.told) {
		return fmt.Errorf("the sampler was compiled for the covariates %v and is given %v, or others of their channels: make another", s.told.names(), told.names())
	}
	s.told = told
	return nil
}

// sameOperators refuses an observation for which the step was not compiled.
func (s *Sampler) sameOperators(obs *resolved) error {
	var was, now Observation
	if s.obs != nil {
		was = s.obs.Observation
	}
	if obs != nil {
		now = obs.Observation
	}
	if len(was) != len(now) {
		return fmt.Errorf("the sampler was compiled for %d measurements and is given %d: make another", len(was), len(now))
	}
	for i := range was {
		if !reflect.DeepEqual(was[i].Of, now[i].Of) {
			return fmt.Errorf("measurement %d has another operator than the sampler was compiled for: make another", i)
		}
	}
	if len(was) > 0 && (s.obs.replaceable != obs.replaceable || s.obs.orthogonal != obs.orthogonal) {
		return errors.New("the observation is exact where the one before had errors, or the other way round, which the compiled step tells apart: make another sampler")
	}
	return nil
}

// Close frees the sampler's memory on the engine. The denoiser's weights stay.
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
	in = append(in, s.told.shapes(s.batch)...)
	return append(in, slices.Repeat([]shapes.Shape{clip}, s.memory)...)
}

// Compile compiles the step, which otherwise the first batch would do.
func (s *Sampler) Compile() error {
	exec, err := s.program(false)
	if err != nil {
		return err
	}
	_, err = exec.Compile(s.inputs()...)
	return err
}

// Cost returns the operations and the memory of one step for a batch. The graph is built
// and not compiled, so that the largest network takes no more than a second.
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

// program returns the compiled step. It is compiled again where x̂ is wanted and the
// last program does not return it.
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

// graph is one step. Inputs: z, λ_t, λ_s, noise, six coefficients, the denoiser's
// weights, the observation, the covariates, and what the plan remembers. Outputs: z′,
// one number for each sample that is finite where all its values are, x̂ if it is
// watched, and what the next step remembers.
func (s *Sampler) graph(in []*g.Node, watch bool) []*g.Node {
	take := func(n int) (taken []*g.Node) {
		taken, in = in[:n], in[n:]
		return taken
	}
	state, c, den := take(4), take(6), s.d.Denoiser(take(len(s.d.Weights)))
	z, from, to, n := state[0], Level{LogSNR: state[1]}, Level{LogSNR: state[2]}, state[3]
	var given *BoundObservation
	if s.obs != nil {
		known := take(3*len(s.obs.Observation) + 1)
		given = s.obs.graph(known[1:], known[0])
		den = s.guidance.Guide(den, given)
	}
	p := den(z, from, Batch{Covariates: s.told.nodes(take(len(s.told.fields)))})
	x := p.X()
	// The step starts from p.Z, the input of the denoiser, so that what replacement put
	// into z stays there.
	next := g.Add(g.Add(g.Mul(c[0], p.Z), g.Mul(c[1], x)), g.Mul(c[5], n))
	for i := range s.memory {
		next = g.Add(next, g.Mul(c[2+i], in[i]))
	}
	if after, ok := s.guidance.(StepGuidance); ok && given != nil {
		next = after.After(p, to, next, given)
	}
	// Some engines return freed memory for an output that is an input, such as p.Z where
	// nothing was replaced, or for a node that is two outputs.
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
