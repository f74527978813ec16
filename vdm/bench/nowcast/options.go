package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// run makes the forecasts of an event, start by start and in turn, and scores them.
func (o options) run(ctx context.Context, e *event, ours, theirs *program) (*result, error) {
	r := &result{e: e, leads: int(math.Round(o.hour / e.minutes))}
	r.starts = e.starts(o.starts, o.known, r.leads, o.wet)
	if len(r.starts) < 2 {
		return nil, fmt.Errorf("%d frames have %d starts with %d known and %d forecast frames and rain of %g mm/h, want at least 2", len(e.frames), len(r.starts), o.known, r.leads, o.wet)
	}
	var err error
	if r.whole, err = newPart("whole", e, r.leads); err != nil {
		return nil, err
	}
	if r.common, err = newPart("common part", e, r.leads); err != nil {
		return nil, err
	}
	r.truth = newLook(e.height, e.width)
	for i, start := range r.starts {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if err := o.start(ctx, r, start, o.seed+uint64(i), ours, theirs); err != nil {
			return nil, fmt.Errorf("start at frame %d: %w", start, err)
		}
	}
	return r, nil
}

// start makes and scores the forecasts of one start.
func (o options) start(ctx context.Context, r *result, start int, seed uint64, ours, theirs *program) error {
	e, cells := r.e, r.e.height*r.e.width
	stem := filepath.Join(o.work, fmt.Sprintf("%s-%g-%d-%d-%d-%d", e.name, e.kilometres, start, o.known, o.members, o.threads))
	known := slices.Concat(e.frames[start : start+o.known]...)
	truth := slices.Concat(e.frames[start+o.known : start+o.known+r.leads]...)
	if err := writeFloats(stem+".known", known); err != nil {
		return err
	}
	defer os.Remove(stem + ".known")
	ask := order{What: "forecast", Input: stem + ".known", Known: o.known, Height: e.height, Width: e.width, Leads: r.leads,
		Members: o.members, Kilometres: e.kilometres, Minutes: e.minutes, Seed: seed}
	members := func(p *program, name string, keep bool) ([][]float32, answer, error) {
		ask := ask
		ask.Output = stem + "." + name
		a, err := kept(p, ask, keep)
		if err != nil {
			return nil, a, err
		}
		all, err := readFloats(ask.Output, o.members*r.leads*cells)
		if err != nil {
			return nil, a, err
		}
		return slices.Collect(slices.Chunk(all, r.leads*cells)), a, nil
	}
	a, cost, err := members(ours, "ours", false)
	if err != nil {
		return err
	}
	b, theirCost, err := members(theirs, "pysteps", true)
	if err != nil {
		return err
	}
	r.oursCost.add(cost)
	r.theirsCost.add(theirCost)
	r.secondsRatio = append(r.secondsRatio, theirCost.Seconds/cost.Seconds)
	r.processRatio = append(r.processRatio, theirCost.Processor/cost.Processor)

	truth = where(truth, a)
	common := where(truth, b)
	var dry [][]float32
	for _, m := range b {
		dry = append(dry, dryWhereNothing(m))
	}
	c := forecast.Case{Frames: o.known + r.leads, Height: e.height, Width: e.width, Known: climate.FirstFrames(o.known+r.leads, o.known), Clip: slices.Concat(known, truth)}
	moved, err := forecast.Advection{}.Forecast(ctx, c, 1, 0)
	if err != nil {
		return err
	}
	our := report.Forecast{Name: "ours", Members: a}
	return errors.Join(
		r.whole.add(truth, our, report.Forecast{Name: "pysteps", Members: dry}, report.Forecast{Name: "our advection", Members: [][]float32{moved[0][o.known*cells:]}}),
		r.common.add(common, our, report.Forecast{Name: "pysteps", Members: b}), r.truth.add(truth, truth),
	)
}

// options are the settings of a comparison.
type options struct {
	python, script, work string
	starts, known        int
	hour                 float64 // minutes to forecast
	members, threads     int
	wet                  float64
	seed                 uint64
}
