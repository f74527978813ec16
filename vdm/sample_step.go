package vdm

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// noise returns the standard normal numbers of a batch, each sample's from its own key.
func (s *Sampler) noise(stream noise.Stream, from int, step uint64) []float32 {
	x := make([]float32, s.batch*s.size)
	_ = engine.InParallel(s.batch, func(i int) error {
		key := noise.Key{Seed: s.seed, Stream: stream, Sample: uint32(s.First + from + i), Step: s.Clip<<32 | step}
		key.Normal(x[i*s.size : (i+1)*s.size])
		return nil
	})
	return x
}

// stepNoise contains the noise that one step draws, on the engine; nil where it draws
// none.
type stepNoise struct {
	step, known *tensors.Tensor
	err         error
}

// draw makes and uploads the noise of the coming steps while the engine works. The
// receiver frees it.
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

// Batch draws one batch, the samples from, from+1, … of those asked for, and returns
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

// SampleState is the state of sampling after a step from λ_t to λ_s.
type SampleState struct {
	LogSNRT, LogSNRS float64
	// Z returns z after the step and X the estimate x̂ that the step used, each [batch,
	// frame, height, width, channel] and copied to the host at the call.
	Z, X func() ([]float32, error)
}

// Steps draws one batch, as Batch does, and yields the number of each step, from 0, with
// its state. A loop may stop at any step. After the loop, Err tells whether it came to
// its end without an error.
func (s *Sampler) Steps(ctx context.Context, from int) iter.Seq2[int, SampleState] {
	return func(yield func(int, SampleState) bool) {
		z, err := s.run(ctx, from, true, yield)
		engine.Release(z)
		s.err = err
	}
}

// Err returns the error that ended the last loop over Steps, nil if there was none.
func (s *Sampler) Err() error { return s.err }

// run takes one batch through the plan, as long as yield returns true.
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
	}
	known = append(known, s.told.tensors(from, s.batch)...)
	defer engine.Release(known...)
	z = tensors.FromFlatDataAndDimensions(s.noise(noise.Latent, from, 0), s.dims...)
	var before []*tensors.Tensor // z₋₁, x̂₋₁ and x̂₋₂, where the plan uses them
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

// stepResult is the result of one step, on the engine.
type stepResult struct {
	z, x   *tensors.Tensor // x is nil where x̂ is not watched
	before []*tensors.Tensor
	bad    int // the first sample of the batch that has a value that is not finite, or −1
}

// take executes one step. It frees z, before and the noise.
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
	}
	args = append(args, engine.Arguments(known)...)
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
