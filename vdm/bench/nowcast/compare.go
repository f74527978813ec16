package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"
)

// result is the result of an event. Scores of the whole count all cells that the truth
// and some known frame have: where pysteps gives no value, because inflow is unknown,
// the cell counts as dry. Scores of the common part count the cells where all members of
// pysteps have values.
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

func (a *answer) add(o answer) {
	a.Seconds += o.Seconds
	a.Processor += o.Processor
	a.Peak = max(a.Peak, o.Peak)
}

// kept returns a program's answer to an order, or the stored one if keep is set and the
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
		same := o // the paths of the files do not count
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

// String returns the tables of an event.
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

// summarise returns the paired difference over the starts of all events, which are
// separated so that no block reaches from one into the next.
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
