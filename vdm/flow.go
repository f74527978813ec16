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
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Flow is −log p(x) by the probability-flow ODE, in nats a clip, term by term.
type Flow struct {
	Prior  Nats // −log N(z₁; 0, I) at the end z₁ of the flow
	Trace  Nats // minus the integral of the divergence, and n·log α₀ because z₀ = α₀·x
	Volume Nats // change of variables of the transform and of rounding, as in Bound
	Total  Nats

	Clips      []float64 // the total of each clip
	Dimensions int
}

// WithVolume returns the likelihood with one volume added for each clip, in nats: −log p
// of the physical clip minus −log p of the clip in the denoiser's units.
func (f Flow) WithVolume(volumes []float64) Flow {
	f.Volume, f.Clips = natsOf(volumes), added(f.Clips, volumes)
	f.Total = natsOf(f.Clips)
	return f
}

// FlowLikelihood returns −log p of clips in the denoiser's units, in nats, by the
// probability-flow ODE (Song et al. 2021, Score-based generative modelling, section 4.3
// and appendix D.2). In λ the ODE reads
//
//	dz/dλ = −½·α·σ·v̂(z, λ),  d log p(z)/dλ = ½·α·σ·tr ∂v̂/∂z
//
// which is smooth at both ends. It is followed from z = α₀·x at λ_max to λ_min in
// o.Steps uniform steps of the classical Runge–Kutta method. The trace is Hutchinson's
// estimate uᵀ(∂v̂/∂z)u with o.Probes random signs u that stay the same along the flow;
// it takes a vector–Jacobian product of the denoiser at every evaluation.
//
// For an exact denoiser the only errors are those of the steps and of the probes. For a
// network the result is the likelihood under the distribution of the samples that the
// ODE draws; it does not bound the likelihood under a stochastic sampler.
func FlowLikelihood(ctx context.Context, be compute.Backend, d Denoiser, s Schedule, clips *Samples, o LikelihoodOptions) (Flow, error) {
	return OnEngine(be, d).FlowLikelihood(ctx, s, clips, o)
}

// FlowLikelihood returns what the function [FlowLikelihood] returns, for a denoiser that
// is already on its engine.
func (d EngineDenoiser) FlowLikelihood(ctx context.Context, s Schedule, clips *Samples, o LikelihoodOptions) (Flow, error) {
	o = o.withDefaults()
	err := o.Validate()
	if err == nil && clips.Len() == 0 {
		err = fmt.Errorf("no clips")
	}
	var f Flow
	if err == nil {
		f, err = d.flow(ctx, s, clips, o)
	}
	if err != nil {
		return Flow{}, fmt.Errorf("likelihood by the probability flow: %w", err)
	}
	return f, nil
}

// flowStep returns z and the change of log p after one Runge–Kutta step of length h in
// λ. logSNR contains the levels at its beginning, middle and end.
func flowStep(d Denoiser, z, probe *g.Node, logSNR [3]*g.Node, h *g.Node) (next, logP *g.Node) {
	slope := func(z, l *g.Node) (dz, dp *g.Node) {
		at := Level{LogSNR: l}
		v := d(z, at, Batch{}).V
		alpha, sigma := at.AlphaSigma(z)
		rate := g.MulScalar(g.Mul(alpha, sigma), 0.5)
		product := g.Gradient(g.ReduceAllSum(g.Mul(v, probe)), z)[0]
		trace := g.ReduceAndKeep(g.Mul(product, probe), g.ReduceSum, 1, 2, 3, 4)
		return g.Neg(g.Mul(rate, v)), g.Mul(rate, trace)
	}
	ahead := func(dz *g.Node, share float64) *g.Node {
		return g.Add(z, g.Mul(g.MulScalar(h, share), dz))
	}
	z1, p1 := slope(z, logSNR[0])
	z2, p2 := slope(ahead(z1, 0.5), logSNR[1])
	z3, p3 := slope(ahead(z2, 0.5), logSNR[1])
	z4, p4 := slope(ahead(z3, 1), logSNR[2])
	mean := func(a, b, c, d *g.Node) *g.Node {
		return g.Mul(g.DivScalar(h, 6), g.Add(g.Add(a, d), g.MulScalar(g.Add(b, c), 2)))
	}
	return g.Add(z, mean(z1, z2, z3, z4)), g.ReduceSum(mean(p1, p2, p3, p4), 1, 2, 3, 4)
}

func (d EngineDenoiser) flow(ctx context.Context, s Schedule, clips *Samples, o LikelihoodOptions) (Flow, error) {
	size, n := clips.Size(), clips.Len()
	exec, err := engine.Compile(d.Engine, "probability-flow step", func(nodes []*g.Node) []*g.Node {
		next, logP := flowStep(d.Denoiser(nodes[6:]), nodes[0], nodes[1], [3]*g.Node(nodes[2:5]), nodes[5])
		return []*g.Node{next, logP}
	})
	if err != nil {
		return Flow{}, err
	}
	defer exec.Finalize()
	prior, trace := make([]float64, n), make([]float64, n)
	paths := n * o.Probes
	batches := (paths + o.Batch - 1) / o.Batch
	clock := NewProgressClock(int64(batches*o.Steps), o.Progress)
	for from := 0; from < paths; from += o.Batch {
		p, t, err := flowBatch(ctx, exec, d.Weights, s, clips, from, paths, o, clock)
		if err != nil {
			return Flow{}, err
		}
		for k := range min(o.Batch, paths-from) {
			clip := (from + k) / o.Probes
			prior[clip] += p[k] / float64(o.Probes)
			trace[clip] += t[k] / float64(o.Probes)
		}
	}
	_, high := s.Bounds()
	f := Flow{Clips: make([]float64, n), Dimensions: size}
	for i := range n {
		trace[i] -= float64(size) * math.Log(Alpha(high)) // log p(x) = log p(z₀) + n·log α₀
		f.Clips[i] = prior[i] + trace[i]
	}
	f.Prior, f.Trace, f.Total = natsOf(prior), natsOf(trace), natsOf(f.Clips)
	return f, nil
}

// flowBatch follows the paths from, from+1, … and returns, for each path, −log N of its
// end and minus the change of log p along it.
func flowBatch(ctx context.Context, exec *g.Exec, inputs []*tensors.Tensor, s Schedule, clips *Samples, from, paths int, o LikelihoodOptions, clock *ProgressClock) (prior, trace []float64, err error) {
	size := clips.Size()
	low, high := s.Bounds()
	z, probe := make([]float32, o.Batch*size), make([]float32, o.Batch*size)
	for k := range o.Batch {
		path := min(from+k, paths-1)
		for j, x := range clips.At(path / o.Probes) {
			z[k*size+j] = float32(Alpha(high) * float64(x))
		}
		r := noise.Key{Seed: o.Seed, Stream: noise.Probe, Sample: uint32(path / o.Probes), Step: uint64(path % o.Probes)}.Rand()
		for j := range size {
			probe[k*size+j] = float32(2*(r.Uint64()&1)) - 1
		}
	}
	dims := []int{o.Batch, clips.Frames, clips.Height, clips.Width, clips.Channels}
	u := tensors.FromFlatDataAndDimensions(probe, dims...)
	at := tensors.FromFlatDataAndDimensions(z, dims...)
	defer func() { engine.Release(u, at) }()
	trace = make([]float64, o.Batch)
	h := (low - high) / float64(o.Steps)
	for i := range o.Steps {
		if ctx.Err() != nil {
			return nil, nil, ErrInterrupted
		}
		args := []any{at, u}
		for _, share := range []float64{0, 0.5, 1} {
			args = append(args, slices.Repeat([]float32{float32(high + h*(float64(i)+share))}, o.Batch))
		}
		out, err := engine.Execute(exec, append(append(args, float32(h)), engine.Arguments(inputs)...)...)
		if err != nil {
			return nil, nil, err
		}
		engine.Release(at)
		at = out[0]
		change, err := tensors.CopyFlatData[float32](out[1])
		engine.Release(out[1])
		if err != nil {
			return nil, nil, err
		}
		for k, c := range change {
			trace[k] += float64(c) // log p₁ − log p₀ along the path so far
		}
		clock.Tick()
	}
	end, err := tensors.CopyFlatData[float32](at)
	if err != nil {
		return nil, nil, err
	}
	prior = make([]float64, o.Batch)
	for k := range prior {
		for _, v := range end[k*size : (k+1)*size] {
			prior[k] += (float64(v)*float64(v) + math.Log(2*math.Pi)) / 2
		}
	}
	return prior, trace, nil
}
