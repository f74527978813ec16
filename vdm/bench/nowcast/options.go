package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// run makes the forecasts of an event, start by start and in turn, and scores them.
func (o options) run(ctx context.Context, e *event, ours, theirs *program) (*result, error) {
	r := &result{e: e, leads: int(math.Round(o.hour / e.minutes))}
	r.starts = e.starts(o.starts, o.known, r.leads, o.wet)
	if len(r.starts) < 2 {
		return nil, fmt.Errorf("%d frames have %d starts with %d known and %d forecast frames and rain of %g mm/h, want at least 2", len(e.frames), len(r.starts), o.known, r.leads, o.wet)
	}
	for _, s := range []struct {
		score *(*score)
		name  string
	}{{&r.ours, "ours"}, {&r.theirs, "pysteps"}, {&r.advection, "advection"}, {&r.oursCommon, "ours"}, {&r.theirsCommon, "pysteps"}, {&r.truth, "truth"}} {
		var err error
		if *s.score, err = newScore(s.name, r.leads, e.height, e.width); err != nil {
			return nil, err
		}
	}
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
	c := forecast.Case{Frames: o.known + r.leads, Height: e.height, Width: e.width, Known: make([]bool, o.known+r.leads), Clip: slices.Concat(known, truth)}
	for f := range o.known {
		c.Known[f] = true
	}
	moved, err := forecast.Advection{}.Forecast(ctx, c, 1, 0)
	if err != nil {
		return err
	}
	return errors.Join(
		r.ours.add(a, truth), r.theirs.add(dry, truth), r.advection.add([][]float32{moved[0][o.known*cells:]}, truth),
		r.oursCommon.add(a, common), r.theirsCommon.add(b, common), r.truth.look(truth, truth),
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
