package cf

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// sortFiles sorts the files by their first times.
func (p *Preparation) sortFiles() {
	start := func(f plannedFile) float64 {
		first := math.Inf(1)
		for _, part := range f.parts {
			if part.head != nil {
				first = min(first, part.head.Times[0])
			}
		}
		return first
	}
	slices.SortStableFunc(p.files, func(a, b plannedFile) int { return compare(start(a), start(b)) })
}

// join converts the parts of a variable to one grid and calendar and sorts them by time.
func (p *Preparation) join(c int) error {
	var mine []int
	for i := range p.files {
		if p.files[i].parts[c].head != nil {
			mine = append(mine, i)
		}
	}
	if len(mine) == 0 {
		var all []string
		for i := range p.files {
			all = append(all, fmt.Sprintf("%s has %s", p.files[i].path, p.files[i].has()))
		}
		const most = 5
		if len(all) > most {
			all = append(all[:most], "…")
		}
		return fmt.Errorf("%w %q in any of the files: %s", climate.ErrNoVariable, p.variables[c], strings.Join(all, "; "))
	}
	first := &p.files[mine[0]]
	for _, i := range mine[1:] {
		if err := first.joins(&p.files[i], c); err != nil {
			return err
		}
	}
	slices.SortStableFunc(mine, func(i, j int) int {
		return compare(p.files[i].parts[c].head.Times[0], p.files[j].parts[c].head.Times[0])
	})
	running, _ := parseTotals(p.optionsOf(p.variables[c]).Totals) // validated before
	for n, i := range mine {
		part := &p.files[i].parts[c]
		again := running.running()
		opt := p.optionsIn(&p.files[i], p.variables[c])
		if n > 0 && !part.startsAnew(&p.files[mine[n-1]].parts[c]) {
			prior := p.files[mine[n-1]].parts[c]
			overlap := part.first < prior.last.time-1.0/3600
			forward := part.head.Stamps[0] > prior.head.Stamps[prior.head.Frames()-1]
			if forward && (again || overlap) && part.head.Kind == climate.KindRain {
				ends, err := climate.InCalendar([]float64{prior.last.time}, part.head.Calendar, part.calendar, math.NaN())
				if err != nil {
					return fmt.Errorf("%s: %w", p.files[i].path, err)
				}
				part.carried = before{time: ends[0], from: prior.last.from - prior.last.time + ends[0]}
				opt.before, part.after, again = &part.carried, mine[n-1], true
			}
		}
		if !again || part.head.Kind != climate.KindRain {
			continue
		}
		opt.joined = false
		known := *part
		fresh, err := p.files[i].headOf(opt)
		if err != nil {
			if alone := fmt.Sprint(err); n == 0 && len(mine) > 1 && strings.Contains(alone, "makes no rate") {
				mine[n] = -1 // only the next frame needs its total, to begin from
				continue
			}
			return err
		}
		fresh.after, fresh.carried, fresh.rows, fresh.cols = known.after, known.carried, known.rows, known.cols
		fresh.head.Grid = known.head.Grid
		if fresh.head.Calendar != known.head.Calendar {
			if err := fresh.toCalendar(known.head); err != nil {
				return err
			}
		}
		*part = fresh
	}
	mine = slices.DeleteFunc(mine, func(i int) bool { return i < 0 })
	mine, err := p.once(c, mine)
	if err != nil {
		return err
	}
	return p.record(c, mine)
}

// startsAnew reports whether a part belongs to another forecast than the one before it,
// so that its totals do not continue.
func (p *plannedPart) startsAnew(prior *plannedPart) bool {
	return math.Abs(p.start-prior.start) > 1.0/3600 // false where either is unknown
}

// record joins the parts of a variable, in the order of time, in a record.
func (p *Preparation) record(c int, mine []int) error {
	whole := *p.files[mine[0]].parts[c].head
	whole.Times, whole.From, whole.To, whole.Stamps, whole.Notes = nil, nil, nil, nil, nil
	known, times := true, map[string]int{}
	for _, i := range mine {
		part := &p.files[i].parts[c]
		h := part.head
		part.t0 = len(whole.Times)
		whole.Times = append(whole.Times, h.Times...)
		whole.Stamps = append(whole.Stamps, h.Stamps...)
		known = known && h.From != nil
		whole.From, whole.To = append(whole.From, h.From...), append(whole.To, h.To...)
		for _, note := range h.Notes {
			if !slices.Contains(whole.Notes, note) {
				whole.Notes = append(whole.Notes, note)
			}
			times[note]++
		}
	}
	for i, note := range whole.Notes { // a note that is not true of every frame says so
		if n := times[note]; n < len(mine) {
			whole.Notes[i] = fmt.Sprintf("in %d of %d files: %s", n, len(mine), note)
		}
	}
	if !known {
		whole.From, whole.To = nil, nil
	}
	const most = 12
	if more := len(whole.Notes) - most; more > 0 {
		whole.Notes = append(whole.Notes[:most], fmt.Sprintf("%d more notes of single files, which inspect prints", more))
	}
	p.whole, p.channels = append(p.whole, &whole), append(p.channels, mine)
	return nil
}

// joins converts a part of another file to the grid and calendar of this one, and
// returns why it cannot follow or precede it in time.
func (f *plannedFile) joins(o *plannedFile, c int) error {
	a, part := f.parts[c].head, &o.parts[c]
	b := part.head
	differ := func(what string, here, there any) error {
		return fmt.Errorf("%s: variable %q has %s %v, in %s it is %v: they cannot be joined", o.path, b.Name, what, here, f.path, there)
	}
	switch {
	case a.Name != b.Name:
		return fmt.Errorf("%s holds the variable %q, %s holds %q: choose one that all files have", o.path, b.Name, f.path, a.Name)
	case !climate.SameUnits(a.Units, b.Units):
		return differ("units", quoted(b.Units), quoted(a.Units))
	case a.Kind != b.Kind:
		return differ("the kind", b.Kind, a.Kind)
	case a.Epoch != b.Epoch:
		return differ("time units", quoted(b.Epoch), quoted(a.Epoch))
	}
	if a.Calendar != b.Calendar {
		if err := part.toCalendar(a); err != nil {
			return fmt.Errorf("%s: variable %q cannot be joined with that in %s: %w", o.path, b.Name, f.path, err)
		}
	}
	rows, cols, err := sameCells(&a.Grid, &b.Grid)
	if err != nil {
		return fmt.Errorf("%s: variable %q is on another grid than in %s: %w: they cannot be joined", o.path, b.Name, f.path, err)
	}
	part.take(rows, cols, a)
	if s, t := a.Step(), b.Step(); s > 0 && t > 0 && (t < 0.99*s || t > 1.01*s) && !bothMonthly(s, t) {
		return differ("the time step", hours(t), hours(s))
	}
	return nil
}

// sameCells returns where the cells of a grid are in another grid of the same cells.
func sameCells(a, b *climate.Grid) (rows, cols []int, err error) {
	if b.Height != a.Height || b.Width != a.Width {
		return nil, nil, fmt.Errorf("%d×%d cells against %d×%d", b.Height, b.Width, a.Height, a.Width)
	}
	if _, _, err := a.Find(b); err != nil {
		return nil, nil, err
	}
	return b.Find(a)
}

// take records where the cells of the record are in the part.
func (p *plannedPart) take(rows, cols []int, like *climate.Field) {
	if !slices.IsSorted(rows) || !slices.IsSorted(cols) {
		p.rows, p.cols = rows, cols
	}
	p.head.Grid = like.Grid // stored once, however many files there are
}

// toCalendar converts the times to the calendar of another field.
func (p *plannedPart) toCalendar(like *climate.Field) (err error) {
	h := p.head
	for _, times := range []*[]float64{&h.Times, &h.From, &h.To, &h.Stamps} {
		if *times != nil {
			if *times, err = climate.InCalendar(*times, h.Calendar, like.Calendar, like.Times[0]); err != nil {
				return err
			}
		}
	}
	for _, t := range []*float64{&p.first, &p.last.time, &p.last.from} {
		if math.IsNaN(*t) {
			continue
		}
		moved, err := climate.InCalendar([]float64{*t}, h.Calendar, like.Calendar, math.NaN())
		if err != nil {
			return err
		}
		*t = moved[0]
	}
	h.Calendar = like.Calendar
	return nil
}

// align compares the variables: they must have the same cells at the same times. Where
// the files have the same time stamps, frames with the same stamp belong together,
// although rain over an interval has the time of its middle.
func (p *Preparation) align() error {
	a := p.whole[0]
	for c := 1; c < len(p.whole); c++ {
		b := p.whole[c]
		if b.Calendar != a.Calendar && b.Epoch == a.Epoch {
			for _, i := range p.channels[c] {
				if err := p.files[i].parts[c].toCalendar(a); err != nil {
					return fmt.Errorf("variables %q and %q: %w", a.Name, b.Name, err)
				}
			}
			mine := p.channels[c]
			p.whole, p.channels = p.whole[:c], p.channels[:c]
			rest := slices.Clone(p.variables[c+1:])
			if err := p.record(c, mine); err != nil {
				return err
			}
			for k := range rest {
				if err := p.join(c + 1 + k); err != nil {
					return err
				}
			}
			b = p.whole[c]
		}
		rows, cols, err := sameCells(&a.Grid, &b.Grid)
		if err != nil {
			return fmt.Errorf("variables %q and %q are on different grids: %w", a.Name, b.Name, err)
		}
		if !slices.IsSorted(rows) || !slices.IsSorted(cols) {
			for _, i := range p.channels[c] {
				part := &p.files[i].parts[c]
				part.rows, part.cols = through(part.rows, rows), through(part.cols, cols)
			}
		}
		b.Grid = a.Grid
		if !nearTimes(a.Times, b.Times) && nearTimes(a.Stamps, b.Stamps) {
			b.Notes = append(b.Notes, fmt.Sprintf("its frames are those of %s with the same time stamps in the files; its own times are %s later", a.Name, hours(b.Times[0]-a.Times[0])))
			b.Times, b.From, b.To = a.Times, nil, nil
		}
		if !nearTimes(a.Times, b.Times) && a.From != nil && b.From != nil && nearTimes(a.From, b.From) && nearTimes(a.To, b.To) {
			b.Notes = append(b.Notes, fmt.Sprintf("its intervals are those of %s, whose times are taken; its own stamps are %s later", a.Name, hours(b.Times[0]-a.Times[0])))
			b.Times = a.Times
		}
	}
	return nil
}

// through returns places in an order; nil means unchanged.
func through(order, places []int) []int {
	if order == nil {
		return places
	}
	out := make([]int, len(places))
	for i, k := range places {
		out[i] = order[k]
	}
	return out
}

func nearTimes(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(s, t float64) bool { return math.Abs(s-t) < 1.0/60 })
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }
