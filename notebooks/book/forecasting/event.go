package forecasting

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

// AboutEvent describes the event in one sentence.
const AboutEvent = "Widespread rain over southern Finland, 28 September 2016, from 14:45 to 18:00 UTC, every 5 minutes in cells of 2 km (Finnish Meteorological Institute, CC BY 4.0)."

// Event contains cases of the shipped radar event: square windows of the field at several
// times. Forecasts of them may use the known frames of the whole field.
type Event struct {
	*Cases
	places []radar.Case // the whole field during each case, and the window
}

// OpenEvent returns n cases with windows of side cells, whose starts are spread evenly
// over the event. Each is the window with most rain in its known frames, so that the
// choice does not depend on the others.
func OpenEvent(known climate.KnownFrames, n, side int) (*Event, error) {
	field, err := cf.Read(filepath.Join(report.Root(), eventFile), cf.ReadOptions{})
	if err != nil {
		return nil, err
	}
	frames := len(known)
	if n < 1 || frames > field.Frames() || side > min(field.Height(), field.Width()) {
		return nil, fmt.Errorf("%d cases of %d frames and %d cells a side: the event has %d frames of %d × %d", n, frames, side, field.Frames(), field.Height(), field.Width())
	}
	e := &Event{Cases: &Cases{Known: known, like: field, height: side, width: side}}
	for k := range n {
		start := k * (field.Frames() - frames) / max(1, n-1)
		rain := field.Slice(start, start+frames)
		best, ok := radar.Wettest(rain, known, side)
		if !ok {
			return nil, fmt.Errorf("case %d: every window has missing cells", k)
		}
		e.places, e.Truth = append(e.places, radar.Case{Rain: rain, Window: best}), append(e.Truth, best.Cut(rain))
	}
	return e, nil
}

// Network returns the shipped network, installed in the folder runs/nowcast.
func Network() (*run.Run, error) {
	return pretrained.Install(pretrained.Radar, report.RunFolder("VDM_NOWCAST", "nowcast"))
}

// Network returns members for each case by a network for radar, with the sampler of the
// shipped network's card, and a guidance by name; "" is the map of noise levels, for which
// the network was trained.
func (e *Event) Network(ctx context.Context, m *run.Run, guidance string, members int, progress func(vdm.Progress)) (Forecasts, error) {
	f, o := Forecasts{Name: "network"}, pretrained.SampleOptions()
	if guidance != "" {
		var err error
		if o.Guidance, err = vdm.NewGuidance(guidance); err != nil {
			return f, err
		}
		f.Name = guidance
		if noisy, ok := o.Guidance.(vdm.NoisyGuidance); ok && noisy.DrawsNoise() {
			o.Sampler = vdm.DefaultGuidedSampler
		}
	}
	o.Progress = progress
	var err error
	f.Members, err = radar.Interpolate(ctx, m, e.places, e.Known, members, o)
	return f, err
}

// Baselines returns the forecasts of persistence, linear interpolation (where a frame is
// known on both sides), advection and the STEPS-like ensemble, made of the whole field and
// cut to the windows.
func (e *Event) Baselines(ctx context.Context, members int) ([]Forecasts, error) {
	by := []forecast.Forecaster{forecast.Persistence{}}
	if e.Known.Enclosed() {
		by = append(by, forecast.Linear{})
	}
	by = append(by, forecast.Advection{}, forecast.STEPS{Kilometres: e.like.Grid.Kilometres(), Minutes: 60 * e.like.Step()})
	made := make([]Forecasts, len(by))
	for k, f := range by {
		made[k] = Forecasts{Name: f.Name(), Reference: true}
		count := 1
		if k == len(by)-1 {
			count = members
		}
		for i, c := range e.places {
			cut, err := radar.Rivals(ctx, c.Rain, []radar.Window{c.Window}, e.Known, count, uint64(i), f)
			if err != nil {
				return nil, fmt.Errorf("%s, case %d: %w", f.Name(), i, err)
			}
			made[k].Members = append(made[k].Members, cut[0][0])
		}
	}
	return made, nil
}
