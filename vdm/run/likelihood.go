package run

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// volume returns −log p in physical units minus −log p in the network's units, in nats,
// for one clip: −log|dy/dx| summed over its values, plus what rounding adds. This is the
// change of variables log p(x) = log p(y) + Σ log dy/dx; for rounded data log P(x) ≥
// E_u[log p(x + u)] + n·log δ with u uniform on [0, δ) (Theis et al. 2016, A note on the
// evaluation of generative models, section 3.1).
func (m *Run) volume(x []float32, step float64, maps []transform.Transform) float64 {
	sum := 0.0
	for i, v := range x {
		sum -= maps[i%len(maps)].LogDerivative(float64(v))
	}
	if step > 0 {
		sum -= float64(len(x)) * math.Log(step)
	}
	return sum
}

// likelihoodClips returns clips in the network's units, dequantised, with their volumes.
// It refuses data that have no likelihood.
func (m *Run) likelihoodClips(clips vdm.Clips, o vdm.LikelihoodOptions) (y *vdm.Samples, volumes []float64, err error) {
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
	y = vdm.NewSamples(clips.Len(), f, h, w, ch)
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

// mostCommon returns the value that occurs most often, and how often it occurs.
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

// ELBO returns a bound of −log p of clips in physical units, in nats a clip; see
// [vdm.ELBO]. Its Volume is the difference between the bound in physical units and the
// bound in the network's.
func (m *Run) ELBO(ctx context.Context, clips vdm.Clips, o vdm.LikelihoodOptions) (vdm.Bound, error) {
	d, y, volumes, err := m.likelihood(clips, o)
	if err != nil {
		return vdm.Bound{}, fmt.Errorf("ELBO: %w", err)
	}
	defer d.Release()
	b, err := d.ELBO(ctx, m.schedule, y, o)
	if err != nil {
		return vdm.Bound{}, err
	}
	return b.WithVolume(volumes), nil
}

// FlowLikelihood returns −log p of clips in physical units, in nats a clip, by the
// model's probability-flow ODE; see [vdm.FlowLikelihood].
func (m *Run) FlowLikelihood(ctx context.Context, clips vdm.Clips, o vdm.LikelihoodOptions) (vdm.Flow, error) {
	d, y, volumes, err := m.likelihood(clips, o)
	if err != nil {
		return vdm.Flow{}, fmt.Errorf("likelihood by the probability flow: %w", err)
	}
	defer d.Release()
	f, err := d.FlowLikelihood(ctx, m.schedule, y, o)
	if err != nil {
		return vdm.Flow{}, err
	}
	return f.WithVolume(volumes), nil
}

// likelihood returns the network on its engine and the clips in the network's units,
// with their volumes.
func (m *Run) likelihood(clips vdm.Clips, o vdm.LikelihoodOptions) (d vdm.EngineDenoiser, y *vdm.Samples, volumes []float64, err error) {
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
	d, err = m.Config.fixedDenoiser(be, m.state.EMA)
	return d, y, volumes, err
}
