package cf

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// once returns the files of a variable, in the order of time, after frames were left out
// whose times another file has too: of every time the options take the frame of the first
// or of the last file. Without the option such files are refused.
func (p *Preparation) once(c int, mine []int) ([]int, error) {
	opt := p.optionsOf(p.variables[c])
	running, _ := parseTotals(opt.Totals) // validated before
	var kept []int
	for _, i := range mine {
		part := &p.files[i].parts[c]
		for len(kept) > 0 {
			j := kept[len(kept)-1]
			prior := &p.files[j].parts[c]
			a, b := prior.head, part.head
			end := a.Times[len(a.Times)-1]
			if b.Times[0] > end {
				break
			}
			if b.Epoch == climate.RelativeEpoch && len(a.Times) == 1 && len(b.Times) == 1 {
				return nil, fmt.Errorf("%s and %s have no times: %s with a date, as %q, counts the files in the order in which they are given",
					p.files[j].path, p.files[i].path, opt.called("TimeUnits"), "days since 2018-09-13")
			}
			overlap := fmt.Sprintf("%s and %s overlap in time: the second begins at %s, the first ends at %s", p.files[j].path, p.files[i].path, b.Date(0), a.Date(len(a.Times)-1))
			if opt.Repeated == "" {
				return nil, fmt.Errorf("%s: give every time once, or %s takes the first or the last file of each time (members of an ensemble are no one record)", overlap, opt.called("Repeated"))
			}
			if running.running() || part.after >= 0 || prior.after >= 0 {
				return nil, fmt.Errorf("%s: of running totals every time is needed once", overlap)
			}
			if opt.Repeated == "first" {
				n := countBefore(b.Times, end, true)
				if t := firstOther(b.Times[:n], a.Times); t >= 0 {
					return nil, fmt.Errorf("%s, and the first lacks %s, which is in the second: files must follow one another", overlap, b.Date(t))
				}
				if n == len(b.Times) {
					part = nil
					break
				}
				part.cut(n, len(b.Times))
				break
			}
			n := countBefore(a.Times, b.Times[0], false)
			if t := firstOther(a.Times[n:], b.Times); t >= 0 {
				return nil, fmt.Errorf("%s, and the second lacks %s, which is in the first: files must follow one another", overlap, a.Date(n+t))
			}
			if n > 0 {
				prior.cut(0, n)
				break
			}
			prior.head, kept = nil, kept[:len(kept)-1]
		}
		if part == nil {
			p.files[i].parts[c].head = nil
			continue
		}
		kept = append(kept, i)
	}
	return kept, nil
}

// cut leaves of the frames of a part those from one to before another.
func (p *plannedPart) cut(from, to int) {
	h := *p.head
	h.Times, h.Stamps = h.Times[from:to], h.Stamps[from:to]
	if h.From != nil {
		h.From, h.To = h.From[from:to], h.To[from:to]
	}
	h.Notes = append(slices.Clone(h.Notes), "frames left out whose times another file has (as set)")
	p.head, p.skip = &h, p.skip+from
}

// countBefore returns how many ascending times come before one, or with it.
func countBefore(times []float64, t float64, with bool) int {
	n := slices.IndexFunc(times, func(x float64) bool { return x > t || x == t && !with })
	if n < 0 {
		return len(times)
	}
	return n
}

// firstOther returns the place of the first time that is not among others, -1 where all
// are.
func firstOther(times, others []float64) int {
	return slices.IndexFunc(times, func(t float64) bool {
		return !slices.ContainsFunc(others, func(o float64) bool { return math.Abs(o-t) < 1.0/60 })
	})
}
