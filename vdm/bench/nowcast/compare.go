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

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// result is the result of an event. Scores of the whole count all cells that the truth
// and some known frame have: where pysteps gives no value, because inflow is unknown,
// the cell counts as dry. Scores of the common part count the cells where all members of
// pysteps have values.
type result struct {
	e                          *event
	starts                     []int
	leads                      int
	whole, common              *part
	truth                      *look
	oursCost, theirsCost       answer // sums over starts; Peak is the largest
	secondsRatio, processRatio []float64
	pairs                      []pairs // after tables
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

// tables returns the tables of an event, and leaves its pairs in the result.
func (r *result) tables() (string, error) {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %d×%d cells of %g km, %d starts at frames %v, %d leads of %g minutes\n", r.e.name, r.e.height, r.e.width, r.e.kilometres, len(r.starts), r.starts, r.leads, r.e.minutes)
	fmt.Fprintf(&b, "%-24s %9s %9s %8s %6s %7s   fair CRPS by lead\n", "", "fair CRPS", "plain", "spread/", "dry", "mm/h")
	for _, p := range []*part{r.whole, r.common} {
		rows, scores, err := p.rows()
		if err != nil {
			return "", err
		}
		b.WriteString(rows)
		r.pairs = append(r.pairs, differences(p.name, scores)...)
	}
	fmt.Fprintf(&b, "%-24s %9s %9s %8s %s\n", "truth", "", "", "", r.truth)
	for _, p := range r.pairs {
		fmt.Fprintf(&b, "ours less pysteps, %s: %s\n", p.what, p)
	}
	b.WriteString("power over the truth's by wavelength in cells:")
	side := min(r.e.height, r.e.width)
	ours, theirs, truth := r.whole.looks[0].bandPower(side), r.whole.looks[1].bandPower(side), r.truth.bandPower(side)
	for i, band := range bands {
		fmt.Fprintf(&b, "  %g–%g: ours %.2f, pysteps %.2f", band[0], band[1], ours[i]/truth[i], theirs[i]/truth[i])
	}
	n := float64(len(r.starts))
	fmt.Fprintf(&b, "\na start: ours %.2f s on the wall, %.2f s of processor; pysteps %.2f s, %.2f s; pysteps over ours, median of starts: %.1f on the wall, %.1f of processor; peak memory %.2f and %.2f GiB\n",
		r.oursCost.Seconds/n, r.oursCost.Processor/n, r.theirsCost.Seconds/n, r.theirsCost.Processor/n, report.Median(r.secondsRatio), report.Median(r.processRatio),
		r.oursCost.Peak/(1<<30), r.theirsCost.Peak/(1<<30))
	return strings.TrimSpace(b.String()), nil
}

// summarise returns the paired difference over the starts of all events, which are set
// apart so that no block reaches from one into the next.
func summarise(all []*result) string {
	apart := slices.Repeat([]float64{math.NaN()}, 3)
	starts, pooled := 0, slices.Clone(all[0].pairs)
	for i, r := range all {
		starts += len(r.starts)
		for k, p := range r.pairs {
			if i > 0 {
				pooled[k].ours = slices.Concat(pooled[k].ours, apart, p.ours)
				pooled[k].theirs = slices.Concat(pooled[k].theirs, apart, p.theirs)
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d starts of %d events, CRPS in mm/h, mean over starts; in brackets 95 %% intervals by the stationary bootstrap over starts\n", starts, len(all))
	for _, p := range pooled {
		fmt.Fprintf(&b, "%-20s ours %.4f, pysteps %.4f, difference %s\n", p.what, meanOf(p.ours), meanOf(p.theirs), p)
	}
	return strings.TrimSpace(b.String())
}

// meanOf returns the mean over the starts that have a score.
func meanOf(series []float64) float64 {
	sum, n := 0.0, 0.0
	for _, v := range series {
		if v == v {
			sum, n = sum+v, n+1
		}
	}
	return sum / n
}
