package vdm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// LikelihoodOptions says how a likelihood is estimated.
type LikelihoodOptions struct {
	Levels int    // noise levels of each clip, for the bound; 0 means 64
	Steps  int    // of the fourth-order Runge–Kutta method, for the flow; 0 means 64
	Probes int    // random probes of the trace of each clip, for the flow; 0 means 1
	Batch  int    // evaluations at a time; 0 means 8
	Seed   uint64 // of the noise

	// Dequantise is the step to which the data were rounded, in physical units
	// (mm/h for rain), for a Model. Each value is moved up by uniform noise within
	// the step, and the likelihood is that of the rounded value: a probability, in
	// bits at least 0. A step larger than the smallest gap between distinct values of
	// a channel is refused: the steps would overlap and the probabilities add up to
	// more than 1. (It may be larger by 5 %, for records that write their step with
	// few digits.) Without Dequantise the likelihood is a density, which an atom such
	// as the dry cells of rain makes infinite: data with repeated values are refused.
	Dequantise float64

	Progress func(Progress) // called after every evaluation
}

func (o LikelihoodOptions) withDefaults() LikelihoodOptions {
	o.Levels = cmp.Or(o.Levels, 64)
	o.Steps = cmp.Or(o.Steps, 64)
	o.Probes = cmp.Or(o.Probes, 1)
	o.Batch = cmp.Or(o.Batch, 8)
	return o
}

// Validate reports a setting that makes no sense.
func (o LikelihoodOptions) Validate() error {
	o = o.withDefaults()
	for _, f := range []struct {
		name  string
		value int
	}{{"levels", o.Levels}, {"steps", o.Steps}, {"probes", o.Probes}, {"batch", o.Batch}} {
		if f.value < 1 {
			return fmt.Errorf("%s is %d, want at least 1", f.name, f.value)
		}
	}
	if !(o.Dequantise >= 0) || math.IsInf(o.Dequantise, 1) {
		return fmt.Errorf("dequantise is %v, want the finite step of the data, or 0", o.Dequantise)
	}
	return nil
}

// Nats is a mean over clips, in nats a clip, and its standard error, the clips taken for
// independent of each other: clips that overlap or follow each other make it too
// small.
type Nats struct{ Mean, StdErr float64 }

func natsOf(values []float64) Nats {
	n := float64(len(values))
	mean, square := 0.0, 0.0
	for _, v := range values {
		mean += v / n
	}
	for _, v := range values {
		square += (v - mean) * (v - mean)
	}
	return Nats{mean, math.Sqrt(square / (n - 1) / n)} // NaN for one clip
}

// BitsPerDim turns nats a clip into bits per dimension.
func (e Nats) BitsPerDim(dimensions int) Nats {
	scale := 1 / (float64(dimensions) * math.Ln2)
	return Nats{e.Mean * scale, e.StdErr * scale}
}

// volume is −log|dy/dx| of a clip, summed over its values, and what rounding
// adds: by how much −log p of the model's units differs from that of x. It is the
// change of variables log p(x) = log p(y) + Σ log dy/dx; for rounded data
// log P(x) ≥ E_u[log p(x + u)] + n·log δ with u uniform on [0, δ) (Theis et al.
// 2016, A note on the evaluation of generative models, section 3.1).
func (m *Model) volume(x []float32, step float64, maps []transform.Transform) float64 {
	sum := 0.0
	for i, v := range x {
		sum -= maps[i%len(maps)].LogDerivative(float64(v))
	}
	if step > 0 {
		sum -= float64(len(x)) * math.Log(step)
	}
	return sum
}

// likelihoodClips reads clips, in physical units, dequantised, and refuses those
// that have no likelihood.
func (m *Model) likelihoodClips(clips Clips, o LikelihoodOptions) (y *Samples, volumes []float64, err error) {
	f, h, w, ch := clips.Shape()
	c := m.Config.Clip
	if [4]int{f, h, w, ch} != [4]int{c.Frames, c.Height, c.Width, len(c.Channels)} {
		return nil, nil, fmt.Errorf("clips of %d×%d×%d×%d, the model's are %d×%d×%d×%d", f, h, w, ch, c.Frames, c.Height, c.Width, len(c.Channels))
	}
	if clips.Len() == 0 {
		return nil, nil, errors.New("no clips")
	}
	var maps []transform.Transform
	for _, channel := range c.Channels {
		t, err := channel.Transform.Build()
		if err != nil {
			return nil, nil, err
		}
		maps = append(maps, t)
	}
	y = NewSamples(clips.Len(), f, h, w, ch)
	values := make([]distinct, ch)
	for i := range clips.Len() {
		x := y.At(i)
		if err := clips.Clip(i, x); err != nil {
			return nil, nil, err
		}
		if j := slices.IndexFunc(x, func(v float32) bool { return math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) }); j >= 0 {
			return nil, nil, fmt.Errorf("clip %d: value %d is %v: a clip with missing cells has no likelihood", i, j, x[j])
		}
		switch {
		case o.Dequantise > 0:
			for k := range values {
				values[k].add(x, k, ch)
			}
			r := noise.Key{Seed: o.Seed, Stream: noise.Dequantisation, Sample: uint32(i)}.Rand()
			for j := range x {
				x[j] += float32(o.Dequantise * r.Float64())
			}
		default:
			if v, n := mostCommon(x); n > 1+len(x)/100 {
				return nil, nil, fmt.Errorf("clip %d: %d of %d values are %v: an atom has an infinite density, say by Dequantise to which step the data were rounded", i, n, len(x), v)
			}
		}
		volumes = append(volumes, m.volume(x, o.Dequantise, maps))
	}
	for k, channel := range c.Channels {
		if err := checkRounding(o.Dequantise, channel.Name, values[k]); err != nil {
			return nil, nil, err
		}
	}
	m.Forward(y.Data)
	if j := slices.IndexFunc(y.Data, func(v float32) bool { return math.IsNaN(float64(v)) }); j >= 0 {
		return nil, nil, fmt.Errorf("clip %d holds a value outside the domain of the run's transform", j/y.Size())
	}
	return y, volumes, nil
}

// mostCommon is the value that occurs most often, and how often.
func mostCommon(x []float32) (value float32, count int) {
	sorted := slices.Sorted(slices.Values(x))
	for from := 0; from < len(sorted); {
		to := from
		for to < len(sorted) && sorted[to] == sorted[from] {
			to++
		}
		if to-from > count {
			value, count = sorted[from], to-from
		}
		from = to
	}
	return value, count
}

// ELBO bounds the model's likelihood of clips in physical units; see [ELBOOf].
// Its Volume takes the bound from the model's units to those of the clips.
func (m *Model) ELBO(ctx context.Context, clips Clips, o LikelihoodOptions) (Bound, error) {
	d, y, volumes, err := m.likelihood(clips, o)
	if err != nil {
		return Bound{}, fmt.Errorf("ELBO: %w", err)
	}
	defer d.Release()
	b, err := d.ELBO(ctx, m.schedule, y, o)
	if err != nil {
		return Bound{}, err
	}
	return b.WithVolume(volumes), nil
}

// FlowLikelihood is the model's −log p of clips in physical units by its
// probability-flow ODE; see [FlowLikelihoodOf].
func (m *Model) FlowLikelihood(ctx context.Context, clips Clips, o LikelihoodOptions) (Flow, error) {
	d, y, volumes, err := m.likelihood(clips, o)
	if err != nil {
		return Flow{}, fmt.Errorf("likelihood by the probability flow: %w", err)
	}
	defer d.Release()
	f, err := d.FlowLikelihood(ctx, m.schedule, y, o)
	if err != nil {
		return Flow{}, err
	}
	return f.WithVolume(volumes), nil
}

// likelihood prepares the network and clips, in its units, with their volumes.
func (m *Model) likelihood(clips Clips, o LikelihoodOptions) (d EngineDenoiser, y *Samples, volumes []float64, err error) {
	if err := o.Validate(); err != nil {
		return d, nil, nil, err
	}
	if y, volumes, err = m.likelihoodClips(clips, o); err != nil {
		return d, nil, nil, err
	}
	be, _, err := m.Engine()
	if err != nil {
		return d, nil, nil, err
	}
	d, err = m.Config.fixedDenoiser(be, m.ema)
	return d, y, volumes, err
}
