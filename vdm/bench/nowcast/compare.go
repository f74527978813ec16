package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// result is what an event has shown. Scores of the whole are of all cells that
// the truth has and some known frame has: where pysteps says nothing, as nothing
// is known of what flows in, it counts as dry. Those of the common part are of the
// cells where all members of pysteps say something.
type result struct {
	e                          *event
	starts                     []int
	leads                      int
	ours, theirs, advection    *score
	oursCommon, theirsCommon   *score
	truth                      *score
	oursCost, theirsCost       answer // sums over starts; Peak is the largest
	secondsRatio, processRatio []float64
}

// run makes the forecasts of an event, start by start and in turn, and scores
// them.
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

// start is one start.
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

func (a *answer) add(o answer) {
	a.Seconds += o.Seconds
	a.Processor += o.Processor
	a.Peak = max(a.Peak, o.Peak)
}

// kept is a program's answer to an order, made before if it may be kept and the
// same order lies beside its output.
func kept(p *program, o order, keep bool) (answer, error) {
	type record struct {
		Order  order
		Answer answer
	}
	path := o.Output + ".json"
	if raw, err := os.ReadFile(path); keep && err == nil {
		var r record
		if err := json.Unmarshal(raw, &r); err != nil {
			return answer{}, fmt.Errorf("%s: %w; remove it to make the forecast again", path, err)
		}
		same := o // wherever the files lie
		same.Input, same.Output = r.Order.Input, r.Order.Output
		if r.Order == same {
			return r.Answer, nil
		}
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return answer{}, err
	}
	a, err := p.ask(o)
	if err != nil || !keep {
		return a, err
	}
	raw, err := json.Marshal(record{o, a})
	if err != nil {
		return a, err
	}
	return a, os.WriteFile(path, raw, 0o644)
}

// String is the tables of an event.
func (r *result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d×%d cells of %g km, %d starts at frames %v, %d leads of %g minutes\n", r.e.name, r.e.height, r.e.width, r.e.kilometres, len(r.starts), r.starts, r.leads, r.e.minutes)
	fmt.Fprintf(&b, "%-24s %9s %9s %8s %6s %7s   fair CRPS by lead\n", "", "fair CRPS", "plain", "spread/", "dry", "mm/h")
	row := func(what string, s *score) {
		v, ratio := s.crps.Value(), s.spread.Value()
		by := v.FairByLead
		if v.Members == 1 {
			by = v.PlainByLead
		}
		fmt.Fprintf(&b, "%-24s %9.4f %9.4f %8.2f %5.1f%% %7.3f  ", what, v.Fair, v.Plain, ratio.Spread/ratio.RMSE, 100*s.dry/s.cells, s.rain/s.cells)
		for _, x := range by {
			fmt.Fprintf(&b, " %.3f", x)
		}
		b.WriteString("\n")
	}
	row("whole, ours", r.ours)
	row("whole, pysteps", r.theirs)
	row("whole, our advection", r.advection)
	row("common part, ours", r.oursCommon)
	row("common part, pysteps", r.theirsCommon)
	fmt.Fprintf(&b, "%-24s %9s %9s %8s %5.1f%% %7.3f\n", "truth", "", "", "", 100*r.truth.dry/r.truth.cells, r.truth.rain/r.truth.cells)
	fmt.Fprintf(&b, "ours less pysteps, whole: fair %s, plain %s\n", interval(r.ours.fair, r.theirs.fair), interval(r.ours.plain, r.theirs.plain))
	fmt.Fprintf(&b, "ours less pysteps, common part: fair %s, plain %s\n", interval(r.oursCommon.fair, r.theirsCommon.fair), interval(r.oursCommon.plain, r.theirsCommon.plain))
	b.WriteString("power over the truth's by wavelength in cells:")
	side := min(r.e.height, r.e.width)
	ours, theirs, truth := r.ours.bandPower(side), r.theirs.bandPower(side), r.truth.bandPower(side)
	for i, band := range bands {
		fmt.Fprintf(&b, "  %g–%g: ours %.2f, pysteps %.2f", band[0], band[1], ours[i]/truth[i], theirs[i]/truth[i])
	}
	n := float64(len(r.starts))
	fmt.Fprintf(&b, "\na start: ours %.2f s on the wall, %.2f s of processor; pysteps %.2f s, %.2f s; pysteps over ours, median of starts: %.1f on the wall, %.1f of processor; peak memory %.2f and %.2f GiB\n",
		r.oursCost.Seconds/n, r.oursCost.Processor/n, r.theirsCost.Seconds/n, r.theirsCost.Processor/n, median(r.secondsRatio), median(r.processRatio),
		r.oursCost.Peak/(1<<30), r.theirsCost.Peak/(1<<30))
	return b.String()
}

// summarise is the paired difference over the starts of all events, which are set
// apart so that no block reaches from one into the next.
func summarise(all []*result) (string, error) {
	var starts int
	series := make([][]float64, 8)
	for i, r := range all {
		starts += len(r.starts)
		for k, s := range [][]float64{r.ours.fair, r.theirs.fair, r.ours.plain, r.theirs.plain, r.oursCommon.fair, r.theirsCommon.fair, r.oursCommon.plain, r.theirsCommon.plain} {
			if i > 0 {
				for range 3 {
					series[k] = append(series[k], math.NaN())
				}
			}
			series[k] = append(series[k], s...)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d starts of %d events, CRPS in mm/h, mean over starts; in brackets 95 %% intervals by the stationary bootstrap over starts\n", starts, len(all))
	for k, what := range []string{"whole, fair", "whole, plain", "common part, fair", "common part, plain"} {
		a, c := series[2*k], series[2*k+1]
		fmt.Fprintf(&b, "%-20s ours %.4f, pysteps %.4f, difference %s\n", what, meanOf(a), meanOf(c), interval(a, c))
	}
	return strings.TrimSpace(b.String()), nil
}

func meanOf(series []float64) float64 {
	sum, n := 0.0, 0.0
	for _, v := range series {
		if v == v {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}

func median(values []float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
