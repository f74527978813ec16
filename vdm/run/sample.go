package run

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

// Sample returns o.Count clips drawn from the model without a condition, in physical
// units.
func (m *Run) Sample(ctx context.Context, o SampleOptions) (*vdm.Samples, error) {
	err := m.checkUnconditional(o)
	var s *vdm.Samples
	if err == nil {
		s, err = m.generate(ctx, nil, nil, o)
	}
	if err != nil {
		return nil, fmt.Errorf("sample: %w", err)
	}
	return s, nil
}

// checkUnconditional refuses a network that never saw a clip of which nothing is known.
func (m *Run) checkUnconditional(o SampleOptions) error {
	c := m.Config.Conditions
	if c.TakesMap() && c.Tasks["nothing"] == 0 {
		return fmt.Errorf("the network was trained for %s, and never with nothing known: use it for those", strings.Join(c.trained(), ", "))
	}
	return c.checkTold(o.Covariates, shownFrames{})
}

// Nowcast returns continuations of a clip: its first knownFrames frames are known (NaN
// cells among them are not), the others, whatever they contain, are generated. clip is
// in physical units, [frame, height, width, channel]: one clip, of which o.Count members
// are drawn, or as many clips as members, one after another, each continued once.
func (m *Run) Nowcast(ctx context.Context, clip []float32, knownFrames int, o SampleOptions) (*vdm.Samples, error) {
	if frames := m.Config.Clip.Frames; knownFrames < 0 || knownFrames > frames {
		return nil, fmt.Errorf("nowcast: %d frames known of a clip of %d", knownFrames, frames)
	}
	return m.Interpolate(ctx, clip, climate.FirstFrames(m.Config.Clip.Frames, knownFrames), o)
}

// Interpolate returns clips in which the unknown frames of a clip (or of several, as in
// Nowcast) are generated; known has one entry for each frame. The known cells of the
// result have their known values.
func (m *Run) Interpolate(ctx context.Context, clip []float32, known climate.KnownFrames, o SampleOptions) (*vdm.Samples, error) {
	frames := m.Config.Clip.Frames
	if len(known) != frames {
		return nil, fmt.Errorf("conditional sampling: known has %d entries, the clip %d frames", len(known), frames)
	}
	return m.Inpaint(ctx, clip, known.Cells(len(clip), m.Config.Clip.size()), o)
}

// Inpaint returns clips in which the unknown cells of a clip (or of several, as in
// Nowcast) are generated; known has one entry for each value of clip, in its order. NaN
// is unknown as well. The known cells of the result have their known values.
func (m *Run) Inpaint(ctx context.Context, clip []float32, known []bool, o SampleOptions) (*vdm.Samples, error) {
	o = m.conditional(o)
	cells, err := m.knownCells(clip, known, o.Count)
	if err == nil {
		o.alternate, err = m.checkConditions(o, cells, known)
	}
	if err != nil {
		return nil, fmt.Errorf("conditional sampling: %w", err)
	}
	size := m.Config.Clip.size()
	// The known values are written again, because the transform and its inverse lose
	// their last digits.
	s, err := m.generate(ctx, vdm.Observation{cells}, func(sample int, x []float32) {
		at := sample * size % len(clip)
		for i, y := range cells.Y[at : at+size] {
			if !math.IsNaN(float64(y)) {
				x[i] = clip[at+i]
			}
		}
	}, o)
	if err != nil {
		return nil, fmt.Errorf("conditional sampling: %w", err)
	}
	return s, nil
}

// checkConditions refuses conditions that the network was not trained for, and reports
// whether exactly every second frame is known.
func (m *Run) checkConditions(o SampleOptions, cells vdm.Measurement, known []bool) (alternate bool, err error) {
	frames, err := m.checkKnown(o, cells, known)
	if err != nil {
		return false, err
	}
	return frames.alternate, m.Config.Conditions.checkTold(o.Covariates, frames)
}

// checkKnown does what checkConditions does for all but the covariates, and returns which
// frames are shown.
func (m *Run) checkKnown(o SampleOptions, cells vdm.Measurement, known []bool) (shownFrames, error) {
	shown, err := m.shownCells(cells, known)
	if err != nil {
		return shownFrames{}, err
	}
	if err := m.checkMap(o.Guidance, shown); err != nil {
		return shownFrames{}, err
	}
	return m.Config.Clip.shownFrames(func(i int) bool { return shown.shown[i] }), nil
}

// knownCells returns the known cells of a clip, or of one clip for each of count
// samples, as a measurement in the network's units. clip is in physical units.
func (m *Run) knownCells(clip []float32, known []bool, count int) (vdm.Measurement, error) {
	c := m.Config.Clip
	if n := c.size(); len(clip) != n && len(clip) != count*n {
		return vdm.Measurement{}, fmt.Errorf("the clip has %d values, want %d (%d frames × %d × %d × %d channels), or as many for each of %d samples", len(clip), n, c.Frames, c.Height, c.Width, len(c.Channels), count)
	}
	cells, err := vdm.KnownCells(clip, known)
	if err != nil {
		return vdm.Measurement{}, err
	}
	cells.Y, err = m.forward(cells.Y)
	return cells, err
}

// forward returns frames in physical units in the network's units, in new memory. It
// refuses values outside the domain of a transform. NaN stays.
func (m *Run) forward(x []float32) ([]float32, error) {
	c := m.Config.Clip
	frame := c.Height * c.Width * len(c.Channels)
	y := slices.Clone(x)
	m.Forward(y)
	for i, v := range y {
		switch raw := float64(x[i]); {
		case math.IsNaN(raw):
		case math.IsInf(raw, 0) || math.IsInf(float64(v), 0):
			return nil, fmt.Errorf("the clip is infinite at frame %d", i/frame)
		case math.IsNaN(float64(v)):
			return nil, fmt.Errorf("value %v in frame %d is outside the domain of the run's transform", x[i], i/frame)
		}
	}
	return y, nil
}

// generate returns samples of the network, given what is known, in physical units.
// finish, if not nil, may change each clip at the end; sample counts from 0.
func (m *Run) generate(ctx context.Context, given vdm.Observation, finish func(sample int, clip []float32), o SampleOptions) (*vdm.Samples, error) {
	o = o.WithDefaults()
	n, err := m.bind(o)
	if err != nil {
		return nil, err
	}
	defer n.denoiser.Release()
	shape := m.Config.Clip.shape()
	each := o.Each
	var out *vdm.Samples
	if each == nil {
		if err := m.checkRoom(o.Count, shape); err != nil {
			return nil, err
		}
		out = vdm.NewSamples(o.Count, shape[0], shape[1], shape[2], shape[3])
		each = func(i int, clip []float32) error {
			copy(out.At(i-o.First), clip)
			return nil
		}
	}
	o.Each = func(i int, clip []float32) error {
		if err := m.toPhysical(i, clip, o.Unclamped); err != nil {
			return err
		}
		if finish != nil {
			finish(i-o.First, clip)
		}
		return each(i, clip)
	}
	draw := o.draw()
	if draw.Covariates, err = m.covariates(o.Covariates, o.alternate); err != nil {
		return nil, err
	}
	empty, err := n.denoiser.Sample(ctx, n.plan, shape, given, draw)
	if out == nil {
		out = empty
	}
	return out, err
}

// bound is the network on an engine with the plan by which it samples.
type bound struct {
	choice   backend.Choice
	denoiser vdm.EngineDenoiser // its weights must be released
	plan     vdm.Plan
}

// bind checks the options, opens the engine and returns the network on it.
func (m *Run) bind(o SampleOptions) (b bound, err error) {
	if err := o.Validate(); err != nil {
		return b, err
	}
	if b.plan, err = vdm.NewPlan(o.Sampler, o.Grid, m.schedule, o.Evaluations); err != nil {
		return b, err
	}
	be, choice, err := m.Engine()
	if err != nil {
		return b, err
	}
	if err := m.Config.Network.Check(be); err != nil {
		return b, err
	}
	flat := m.state.EMA
	if o.LastWeights {
		flat = m.state.Weights
	}
	b.choice = choice
	if b.denoiser, err = m.Config.fixedDenoiser(be, flat); err != nil {
		return b, err
	}
	b.denoiser, err = m.Config.Conditions.weighted(b.denoiser, o)
	return b, err
}

// checkRoom refuses to keep more clips than fit in the free memory.
func (m *Run) checkRoom(count int, shape [4]int) error {
	available := m.freeMemory
	if available == nil {
		available = machine.FreeMemory
	}
	need, room := 4*int64(count)*int64(shape[0]*shape[1]*shape[2]*shape[3]), available()
	if room > 0 && need > room {
		return fmt.Errorf("%d clips need %.1f GiB and %.1f GiB are free: take them one by one with SampleOptions.Each", count, machine.GiB(need), machine.GiB(room))
	}
	return nil
}

// toPhysical converts a generated clip to physical units, in place. It is an error where
// the transform's inverse is infinite: such a value would be written as if it were data.
func (m *Run) toPhysical(sample int, x []float32, unclamped bool) error {
	channels := m.Config.Clip.Channels
	for i, v := range x {
		if !unclamped && channels[i%len(channels)].Transform.Bounded() {
			x[i] = max(-1, min(1, v))
		}
	}
	largest := slices.Max(x)
	m.Inverse(x)
	for i, v := range x {
		if math.IsInf(float64(v), 0) {
			ch := channels[i%len(channels)]
			return fmt.Errorf("sample %d: %s is infinite at frame %d: its transform %s has no finite inverse where the network generated up to %.4g; train for longer, or take a transform that grows more slowly",
				sample, ch.Name, i/(len(x)/m.Config.Clip.Frames), ch.Transform, largest)
		}
	}
	return nil
}
