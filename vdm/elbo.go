package vdm

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Bound is the evidence lower bound, as an upper bound of −log p(x) in nats a clip, term
// by term (2.71). [Nats.BitsPerDim] converts each term to bits per dimension.
type Bound struct {
	Reconstruction Nats // E_q(z₀|x)[−log p(x | z₀)]
	Prior          Nats // KL(q(z₁ | x) ‖ N(0, I))
	Diffusion      Nats // ½ ∫ E‖ε − ε̂‖² dλ
	Volume         Nats // change of variables of the transform and of rounding; 0 without them
	Total          Nats // the sum of the four terms, added clip by clip

	Clips      []float64 // the total of each clip
	Dimensions int       // number of values of a clip
}

// WithVolume returns the bound with one volume added for each clip, in nats: −log p of
// the physical clip minus −log p of the clip in the denoiser's units.
func (b Bound) WithVolume(volumes []float64) Bound {
	b.Volume, b.Clips = natsOf(volumes), added(b.Clips, volumes)
	b.Total = natsOf(b.Clips)
	return b
}

func added(a, b []float64) []float64 {
	sum := make([]float64, len(a))
	for i := range a {
		sum[i] = a[i] + b[i]
	}
	return sum
}

// ELBO returns an upper bound of −log p of clips in the denoiser's units, in nats, clip
// by clip and with its three terms. With continuous time the terms of (2.71) are
//
//	reconstruction: p(x | z₀) = N(z₀/α₀, σ₀²/α₀²): n/2·(1 + log 2π − λ_max), whatever x is
//	prior:          ½ Σ (σ₁² + α₁²x² − 1 − log σ₁²)
//	diffusion:      by o.Levels levels of each clip, stratified and uniform over λ
//
// The control variate α⁴(‖ε‖² − n) is subtracted from the diffusion term: at little
// noise ε̂ is far smaller than ε, and ‖ε − ε̂‖² varies as ‖ε‖² does.
//
// The bound is on the density of the data. For an exact denoiser it becomes tight as
// λ_max → ∞. At a finite λ_max p(x | z₀) adds the noise of z₀ a second time, and the
// bound is loose where the data have scales as fine as exp(−λ_max/2).
//
// The noise is a function of (seed, clip, level) alone.
func ELBO(ctx context.Context, be compute.Backend, d Denoiser, s Schedule, clips *Samples, o LikelihoodOptions) (Bound, error) {
	return OnEngine(be, d).ELBO(ctx, s, clips, o)
}

// ELBO returns what the function [ELBO] returns, for a denoiser that is already on its
// engine.
func (d EngineDenoiser) ELBO(ctx context.Context, s Schedule, clips *Samples, o LikelihoodOptions) (Bound, error) {
	o = o.withDefaults()
	err := o.Validate()
	if err == nil && clips.Len() == 0 {
		err = fmt.Errorf("no clips")
	}
	var b Bound
	if err == nil {
		b, err = d.elbo(ctx, s, clips, o)
	}
	if err != nil {
		return Bound{}, fmt.Errorf("ELBO: %w", err)
	}
	return b, nil
}

func (d EngineDenoiser) elbo(ctx context.Context, s Schedule, clips *Samples, o LikelihoodOptions) (Bound, error) {
	size, n := clips.Size(), clips.Len()
	low, high := s.Bounds()
	reconstruction, prior, diffusion := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range n {
		reconstruction[i] = float64(size) / 2 * (1 + math.Log(2*math.Pi) - high)
		alpha, sigma := Alpha(low), Sigma(low)
		for _, x := range clips.At(i) {
			a := alpha * float64(x)
			prior[i] += (sigma*sigma + a*a - 1 - 2*math.Log(sigma)) / 2
		}
	}
	exec, err := engine.Compile(d.Engine, "diffusion loss", func(nodes []*g.Node) []*g.Node {
		z, at, v := nodes[0], Level{LogSNR: nodes[1]}, nodes[2]
		p := d.Denoiser(nodes[3:])(z, at, Batch{})
		err := g.Sub(v, p.V) // ε − ε̂ = α·(v − v̂)
		return []*g.Node{g.ReduceSum(g.Mul(err, err), 1, 2, 3, 4)}
	})
	if err != nil {
		return Bound{}, err
	}
	defer exec.Finalize()
	evaluations := n * o.Levels
	clock := NewProgressClock(int64((evaluations+o.Batch-1)/o.Batch), o.Progress)
	for from := 0; from < evaluations; from += o.Batch {
		if ctx.Err() != nil {
			return Bound{}, ErrInterrupted
		}
		levels, norms := make([]float64, o.Batch), make([]float64, o.Batch)
		z, v, logSNR := make([]float32, o.Batch*size), make([]float32, o.Batch*size), make([]float32, o.Batch)
		_ = engine.InParallel(o.Batch, func(k int) error {
			clip, level := min(from+k, evaluations-1)/o.Levels, min(from+k, evaluations-1)%o.Levels
			key := noise.Key{Seed: o.Seed, Stream: noise.Likelihood, Sample: uint32(clip)}
			key.Step = 2 * uint64(level)
			// Each stratum has its own offset: one offset for all would make an error of
			// half a stratum times the difference of the loss at the two ends, where the
			// loss is not small.
			u := (float64(level) + key.Rand().Float64()) / float64(o.Levels)
			levels[k] = low + u*(high-low)
			key.Step++
			eps := z[k*size : (k+1)*size]
			key.Normal(eps)
			alpha, sigma := Alpha(levels[k]), Sigma(levels[k])
			for j, x := range clips.At(clip) {
				e := float64(eps[j])
				norms[k] += e * e
				eps[j] = float32(alpha*float64(x) + sigma*e)
				v[k*size+j] = float32(alpha*e - sigma*float64(x))
			}
			logSNR[k] = float32(levels[k])
			return nil
		})
		dims := []int{o.Batch, clips.Frames, clips.Height, clips.Width, clips.Channels}
		up := []*tensors.Tensor{
			tensors.FromFlatDataAndDimensions(z, dims...), tensors.FromFlatDataAndDimensions(logSNR, o.Batch),
			tensors.FromFlatDataAndDimensions(v, dims...),
		}
		squares, err := engine.ExecuteFloats(exec, engine.Arguments(up, d.Weights))
		engine.Release(up...)
		if err != nil {
			return Bound{}, err
		}
		for k := range min(o.Batch, evaluations-from) {
			alpha2 := math.Pow(Alpha(levels[k]), 2)
			control := alpha2 * alpha2 * (norms[k] - float64(size))
			diffusion[(from+k)/o.Levels] += (high - low) / 2 * (alpha2*float64(squares[0][k]) - control) / float64(o.Levels)
		}
		clock.Tick()
	}
	b := Bound{
		Reconstruction: natsOf(reconstruction), Prior: natsOf(prior), Diffusion: natsOf(diffusion),
		Clips: make([]float64, n), Dimensions: size,
	}
	for i := range n {
		b.Clips[i] = reconstruction[i] + prior[i] + diffusion[i]
	}
	b.Total = natsOf(b.Clips)
	return b, nil
}
