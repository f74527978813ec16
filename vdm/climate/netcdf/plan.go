package netcdf

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Preparation is files that have been looked at, in the order of time, and what
// prepared data would be made of them.
type Preparation struct {
	opt       PrepareOptions
	variables []string
	files     []plannedFile
	channels  [][]int          // of each variable, its files in the order of time
	whole     []*climate.Field // of each variable, without values
	growth    []*growth
	source    climate.Grid // of the files
	reduction climate.Reduction
	header    climate.PreparedHeader
}

type plannedFile struct {
	path   string
	source climate.Source // without checksum
	parts  []plannedPart  // of each variable
}

// plannedPart is what one file has of one variable.
type plannedPart struct {
	head       *climate.Field // nil where the file does not have it
	times      []float64      // as the file has them; those of head are in the record's calendar
	variable   string         // its name in the file
	calendar   string         // of the file
	t0         int            // place of its first frame in the record
	rows, cols []int          // where the cells of the record stand in the file; nil as they are
	first      float64        // begin of the first frame's bounds, NaN where not known
	last       before         // the last frame
	after      int            // the file whose last frame comes before the first; -1 where none is needed
	carried    before         // that frame
}

func (f *plannedFile) has() string {
	var names []string
	for _, p := range f.parts {
		if p.head != nil {
			names = append(names, p.head.Name)
		}
	}
	return strings.Join(names, ", ")
}

// PlanPreparation reads the metadata of files, and says whether they can be joined:
// in time, one grid, calendar dates that follow one another, one time step, units that
// convert, no time twice; and of several variables, each of which may be in files of
// its own, the same times. Data are not read. progress, if not nil, is told the files
// looked at.
func PlanPreparation(ctx context.Context, paths []string, opt PrepareOptions, progress func(files, total int)) (*Preparation, error) {
	if len(paths) == 0 {
		return nil, errors.New("no files to prepare")
	}
	p := &Preparation{opt: opt, variables: opt.Variables}
	if len(p.variables) == 0 {
		p.variables = []string{""}
	}
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if i%probedAtOnce == 0 && !opt.Read.Trusted {
			probeTogether(ctx, paths[i:min(len(paths), i+probedAtOnce)])
		}
		f, err := p.look(path, len(paths) > 1)
		if err != nil {
			return nil, err
		}
		p.files = append(p.files, f)
		if progress != nil {
			progress(i+1, len(paths))
		}
	}
	p.sortFiles()
	for c := range p.variables {
		if err := p.join(c); err != nil {
			return nil, err
		}
	}
	if err := p.align(); err != nil {
		return nil, err
	}
	p.growth = make([]*growth, len(p.channels))
	for c := range p.growth {
		p.growth[c] = &growth{}
	}
	return p, p.plan()
}

// ReadFiles reads variables of files into memory, joined as PlanPreparation says:
// one field a variable, all of the same times and grid.
func ReadFiles(ctx context.Context, paths []string, opt PrepareOptions) ([]*climate.Field, error) {
	p, err := PlanPreparation(ctx, paths, opt, nil)
	if err != nil {
		return nil, err
	}
	for i := range p.files {
		if err := admit(p.files[i].path, opt.Read.Trusted); err != nil {
			return nil, err
		}
	}
	for c, f := range p.whole {
		cells := f.Height() * f.Width()
		if err := fits(f.Name, f.Frames(), f.Height(), f.Width()); err != nil {
			return nil, err
		}
		f.Data = make([]float32, f.Frames()*cells)
		for _, i := range p.channels[c] {
			part := &p.files[i].parts[c]
			notes, err := p.readPart(i, c, func(t0 int, data []float32) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				copy(f.Data[(part.t0+t0)*cells:], data)
				return nil
			})
			if err != nil {
				return nil, err
			}
			f.Notes = append(f.Notes, notes...)
		}
		if err := p.growth[c].problem(f.Name, p.optionsOf(p.variables[c])); err != nil {
			return nil, err
		}
	}
	return p.whole, nil
}

// optionsOf is how a variable is read.
func (p *Preparation) optionsOf(variable string) *ReadOptions {
	opt, special := p.opt.Each[variable]
	if !special {
		opt = p.opt.Read
	}
	opt.Variable = variable
	return &opt
}

// look reads the metadata of one file.
func (p *Preparation) look(path string, several bool) (f plannedFile, err error) {
	f.path = path
	if f.source, err = statSource(path); err != nil {
		if other := climate.Unread(path); other != nil {
			err = other
		}
		return f, err
	}
	var absent error
	for _, name := range p.variables {
		opt := p.optionsOf(name)
		opt.joined = several
		part, err := headOf(path, opt)
		if without := (*noVariable)(nil); errors.As(err, &without) && several && len(p.variables) > 1 {
			absent = err
			f.parts = append(f.parts, plannedPart{})
			continue
		}
		if err != nil {
			return f, err
		}
		f.parts = append(f.parts, part)
	}
	if f.has() == "" {
		return f, absent
	}
	return f, nil
}

// headOf is Head with what joining needs besides.
func headOf(path string, opt *ReadOptions) (part plannedPart, err error) {
	if err := opt.Validate(); err != nil {
		return part, fmt.Errorf("reading %s: %w", path, err)
	}
	check := checkFile
	if !opt.Trusted {
		check = func(path string) error { return probe(path, depthHead) }
	}
	if err := check(path); err != nil {
		return part, err
	}
	err = withDataset(path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		part = plannedPart{head: &s.field, times: s.field.Times, variable: s.v.name, calendar: s.field.Calendar, first: s.firstFrom, last: s.last, after: -1}
		return nil
	})
	return part, err
}

// statSource is a source by size and time alone.
func statSource(path string) (climate.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return climate.Source{}, err
	}
	return climate.Source{Name: filepath.Base(path), Bytes: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}

// sortFiles puts the files in the order of their first times.
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

// join brings the parts of a variable to one grid and calendar and puts them in the
// order of time.
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
		return fmt.Errorf("there is no variable %q in any of the files: %s", p.variables[c], strings.Join(all, "; "))
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
	opt := p.optionsOf(p.variables[c])
	running, _ := parseTotals(opt.Totals) // validated before
	for n, i := range mine {
		part := &p.files[i].parts[c]
		again := running.running()
		opt.before = nil
		if n > 0 {
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
		fresh, err := headOf(p.files[i].path, opt)
		if err != nil {
			if alone := fmt.Sprint(err); n == 0 && len(mine) > 1 && strings.Contains(alone, "makes no rate") {
				mine[n] = -1 // its total is only what the next begins from
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
	return p.record(c, mine)
}

// record makes the record of a variable of its parts in the order of time.
func (p *Preparation) record(c int, mine []int) error {
	whole := *p.files[mine[0]].parts[c].head
	whole.Times, whole.From, whole.To, whole.Stamps, whole.Notes = nil, nil, nil, nil, nil
	known, times := true, map[string]int{}
	for n, i := range mine {
		part := &p.files[i].parts[c]
		h := part.head
		if n > 0 {
			if last := len(whole.Times) - 1; h.Times[0] <= whole.Times[last] {
				return fmt.Errorf("%s and %s overlap in time: the second begins at %s, the first ends at %s: give every time once",
					p.files[mine[n-1]].path, p.files[i].path, h.Date(0), whole.Date(last))
			}
		}
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
	for i, note := range whole.Notes { // what is not true of every frame says so
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

// joins brings a part of another file to the grid and calendar of this one, and says
// where it cannot go on where this one ends, or end where it begins.
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

// sameCells finds the cells of a grid in another of the same cells.
func sameCells(a, b *climate.Grid) (rows, cols []int, err error) {
	if b.Height != a.Height || b.Width != a.Width {
		return nil, nil, fmt.Errorf("%d×%d cells against %d×%d", b.Height, b.Width, a.Height, a.Width)
	}
	if _, _, err := a.Find(b); err != nil {
		return nil, nil, err
	}
	return b.Find(a)
}

// bothMonthly says whether two usual steps are those of months, whose lengths differ.
func bothMonthly(a, b float64) bool {
	month := func(h float64) bool { return h >= 28*24 && h <= 31*24 }
	return month(a) && month(b)
}

// take notes where the cells of the record stand in the part.
func (p *plannedPart) take(rows, cols []int, like *climate.Field) {
	if !slices.IsSorted(rows) || !slices.IsSorted(cols) {
		p.rows, p.cols = rows, cols
	}
	p.head.Grid = like.Grid // held once, however many files there are
}

// toCalendar expresses the times in the calendar of another field.
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

// align compares the variables: the same cells at the same times. Where the files have
// the same time stamps, frames with the same stamp belong together, although rain over
// an interval stands at its middle.
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

// through follows places through an order; nil is as they are.
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

// readPart reads the frames that a file has of a variable, a block at a time, in the
// order of the record's cells, and returns what was decided on the way.
func (p *Preparation) readPart(i, c int, done func(t0 int, data []float32) error) (notes []string, err error) {
	f := &p.files[i]
	part := &f.parts[c]
	opt := p.optionsOf(p.variables[c])
	opt.Variable, opt.Trusted = part.variable, true // admitted before
	if part.after >= 0 {
		carried := part.carried
		if carried.values, err = p.lastFrame(part.after, c); err != nil {
			return nil, err
		}
		opt.before = &carried
	}
	var block []float32
	err = withDataset(f.path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		own := &s.field
		if !slices.Equal(own.Times, part.times) || own.Height()*own.Width() != p.whole[c].Height()*p.whole[c].Width() {
			return fmt.Errorf("%s was changed while it was read; run again", f.path)
		}
		check := s.screen()
		if check.growth != nil {
			check.growth = p.growth[c] // goes on from file to file
		}
		if err := s.stream(s.oneBlock(), func(t0 int, data []float32) error {
			check.add(own, t0, data)
			if part.rows == nil {
				return done(t0, data)
			}
			block = slices.Grow(block[:0], len(data))[:len(data)]
			reorder(block, data, part.rows, part.cols)
			return done(t0, block)
		}); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		if err := check.impossibleValues(own); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		for _, note := range check.notes() {
			if len(p.files) > 1 {
				note = fmt.Sprintf("%s: %s", filepath.Base(f.path), note)
			}
			notes = append(notes, note)
		}
		return nil
	})
	return notes, err
}

// reorder puts the cells of frames in another order.
func reorder(dst, src []float32, rows, cols []int) {
	cells := len(rows) * len(cols)
	for t := 0; t+cells <= len(src); t += cells {
		for y, r := range rows {
			for x, k := range cols {
				dst[t+y*len(cols)+x] = src[t+r*len(cols)+k]
			}
		}
	}
}

// lastFrame reads the last frame of a variable in a file as it is stored, unpacked.
func (p *Preparation) lastFrame(i, c int) (values []float32, err error) {
	opt := p.optionsOf(p.variables[c])
	opt.Kind = climate.KindOther
	f := &p.files[i]
	opt.Variable = f.parts[c].variable
	if err := admit(f.path, opt.Trusted); err != nil {
		return nil, err
	}
	err = withDataset(f.path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		values = make([]float32, s.field.Height()*s.field.Width())
		return s.readFrames(newSlab(s.v, s.unpack), s.frames[len(s.frames)-1].at, 1, values)
	})
	return values, err
}
