package netcdf

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// PrepareOptions say what prepared data are made of files. The zero value joins
// the only variable of the files in time and changes nothing else.
type PrepareOptions struct {
	Read      ReadOptions // how files are read; Variable is not used
	Variables []string    // each becomes a channel; none means the only one of the files

	Coarsen int                  // this many cells a side become one by their mean; 0 is 1
	Crop    *Crop                // nil keeps the whole grid
	Split   *climate.SeasonSplit // nil for no split
}

// Crop is a window of Height × Width cells, counted after coarsening, around the
// cell whose centre is nearest to a place in degrees: see [climate.Reduction].
type Crop struct {
	Lat, Lon      float64
	Height, Width int
}

// Preparation is files that have been looked at, in the order of time, and what
// prepared data would be made of them.
type Preparation struct {
	opt       PrepareOptions
	variables []string
	files     []plannedFile
	source    climate.Grid // of the files
	reduction climate.Reduction
	header    climate.PreparedHeader
}

type plannedFile struct {
	path   string
	source climate.Source // without checksum
	t0     int            // place of its first frame in the record
	heads  []*climate.Field
}

// PlanPreparation reads the metadata of files, and says whether they can be joined:
// one grid, calendar and time step, units that convert, no time twice. Data are not
// read. progress, if not nil, is told the files looked at.
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
		f, err := p.look(path)
		if err != nil {
			return nil, err
		}
		if i > 0 {
			if err := p.files[0].joins(f); err != nil {
				return nil, err
			}
			for _, h := range f.heads {
				h.Grid = p.files[0].heads[0].Grid // held once, however many files there are
			}
		}
		p.files = append(p.files, f)
		if progress != nil {
			progress(i+1, len(paths))
		}
	}
	if err := p.order(); err != nil {
		return nil, err
	}
	return p, p.plan()
}

// look reads the metadata of one file.
func (p *Preparation) look(path string) (f plannedFile, err error) {
	f.path = path
	if f.source, err = statSource(path); err != nil {
		return f, err
	}
	for _, name := range p.variables {
		read := p.opt.Read
		read.Variable = name
		head, err := Head(path, read)
		if err != nil {
			return f, err
		}
		f.heads = append(f.heads, head)
	}
	return f, nil
}

// statSource is a source by size and time alone.
func statSource(path string) (climate.Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return climate.Source{}, err
	}
	return climate.Source{Name: filepath.Base(path), Bytes: info.Size(), Modified: info.ModTime().UnixNano()}, nil
}

// joins says whether another file can go on where this one ends, or end where it
// begins.
func (f *plannedFile) joins(o plannedFile) error {
	for i, a := range f.heads {
		b := o.heads[i]
		differ := func(what string, here, there any) error {
			return fmt.Errorf("%s: variable %q has %s %v, in %s it is %v: they cannot be joined", o.path, b.Name, what, here, f.path, there)
		}
		switch {
		case a.Name != b.Name:
			return fmt.Errorf("%s holds the variable %q, %s holds %q: choose one that all files have", o.path, b.Name, f.path, a.Name)
		case a.Units != b.Units:
			return differ("units", quoted(b.Units), quoted(a.Units))
		case a.Calendar != b.Calendar:
			return differ("calendar", quoted(b.Calendar), quoted(a.Calendar))
		case a.Epoch != b.Epoch:
			return differ("time units", quoted(b.Epoch), quoted(a.Epoch))
		}
		if why := a.Grid.Difference(&b.Grid); why != "" {
			return fmt.Errorf("%s: variable %q is on another grid than in %s: %s: they cannot be joined", o.path, b.Name, f.path, why)
		}
		if s, t := a.Step(), b.Step(); s > 0 && t > 0 && (t < 0.99*s || t > 1.01*s) {
			return differ("the time step", hours(t), hours(s))
		}
	}
	return nil
}

func quoted(s string) string { return fmt.Sprintf("%q", s) }

// order puts the files in the order of time.
func (p *Preparation) order() error {
	slices.SortStableFunc(p.files, func(a, b plannedFile) int {
		if a.heads[0].Times[0] < b.heads[0].Times[0] {
			return -1
		}
		return 1
	})
	t0 := 0
	for i := range p.files {
		f := &p.files[i]
		f.t0 = t0
		t0 += f.heads[0].Frames()
		if i == 0 {
			continue
		}
		a, b := p.files[i-1].heads[0], f.heads[0]
		if last := a.Frames() - 1; b.Times[0] <= a.Times[last] {
			return fmt.Errorf("%s and %s overlap in time: the second begins at %s, the first ends at %s: give every time once",
				p.files[i-1].path, f.path, b.Date(0), a.Date(last))
		}
	}
	return nil
}

// plan works out what would be made.
func (p *Preparation) plan() (err error) {
	first := p.files[0].heads
	p.source = first[0].Grid
	coarsen := max(1, p.opt.Coarsen)
	if p.opt.Coarsen < 0 {
		return fmt.Errorf("coarsening %d-fold; want 1 or more", p.opt.Coarsen)
	}
	if p.reduction, err = climate.Coarsening(p.source, coarsen); err != nil {
		return fmt.Errorf("%s: variable %q: %w", p.files[0].path, first[0].Name, err)
	}
	var recipe []string
	for _, h := range first {
		line := fmt.Sprintf("variable %s in %s", h.Name, h.Units)
		recipe = append(recipe, line+p.opt.Read.inWords())
	}
	if coarsen > 1 {
		recipe = append(recipe, fmt.Sprintf("coarsened by the mean of %d × %d cells with equal weights; blocks that the end of the grid cuts are dropped, "+
			"a block with a missing cell is missing", coarsen, coarsen))
	}
	if c := p.opt.Crop; c != nil {
		if p.reduction, err = p.reduction.Around(c.Lat, c.Lon, c.Height, c.Width); err != nil {
			return fmt.Errorf("%s: variable %q: cropping: %w", p.files[0].path, first[0].Name, err)
		}
		recipe = append(recipe, fmt.Sprintf("cropped to %d × %d cells around latitude %v, longitude %v: rows from %d, columns from %d",
			c.Height, c.Width, c.Lat, c.Lon, p.reduction.Row, p.reduction.Column))
	}
	h := climate.PreparedHeader{Recipe: recipe, Parts: len(p.files)}
	for i, head := range first {
		whole := *head
		whole.Grid, whole.Times, whole.Notes = p.reduction.Grid(), nil, nil
		for _, f := range p.files {
			part := f.heads[i]
			whole.Times = append(whole.Times, part.Times...)
			for _, note := range part.Notes {
				if !slices.Contains(whole.Notes, note) {
					whole.Notes = append(whole.Notes, note)
				}
			}
		}
		h.Channels = append(h.Channels, &whole)
	}
	if p.opt.Split != nil {
		if h.Split, err = p.opt.Split.Split(h.Channels[0].Times); err != nil {
			return err
		}
	}
	p.header = h
	return nil
}

// inWords lists the options that are not zero.
func (o ReadOptions) inWords() string {
	var parts []string
	if o.Kind != climate.KindAuto {
		parts = append(parts, "taken as "+o.Kind.String())
	}
	if o.Interval != 0 {
		parts = append(parts, "accumulated over "+hours(o.Interval))
	}
	for _, set := range []struct{ what, value string }{{"units", o.Units}, {"time units", o.TimeUnits}, {"calendar", o.Calendar}} {
		if set.value != "" {
			parts = append(parts, fmt.Sprintf("%s set to %q", set.what, set.value))
		}
	}
	if len(o.Fill) > 0 {
		parts = append(parts, fmt.Sprintf("%v taken as missing", o.Fill))
	}
	if len(o.Index) > 0 {
		parts = append(parts, fmt.Sprintf("at %v", o.Index))
	}
	if parts == nil {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}

// Fields are the channels that would be made, without their values.
func (p *Preparation) Fields() []*climate.Field { return p.header.Channels }

// String lists what would be read and made, for a dry run.
func (p *Preparation) String() string {
	var b strings.Builder
	f := p.header.Channels[0]
	var bytes int64
	for i := range p.files {
		bytes += p.files[i].source.Bytes
	}
	fmt.Fprintf(&b, "%d files, %.3f GB, in the order of time:\n", len(p.files), float64(bytes)/1e9)
	for i := range p.files {
		h := p.files[i].heads[0]
		fmt.Fprintf(&b, "  %s: %s to %s, %d frames\n", p.files[i].path, h.Date(0), h.Date(h.Frames()-1), h.Frames())
	}
	fmt.Fprintf(&b, "each %d × %d cells: %s\n", p.source.Height, p.source.Width, gridInWords(&p.source))
	for _, line := range p.header.Recipe {
		fmt.Fprintf(&b, "%s\n", line)
	}
	fmt.Fprintf(&b, "makes %d frames of %d × %d cells, %.3f GB: %s\n", f.Frames(), f.Height(), f.Width(),
		4*float64(len(p.header.Channels))*float64(f.Frames())*float64(f.Height())*float64(f.Width())/1e9, gridInWords(&f.Grid))
	fmt.Fprintf(&b, "%s, step %s, calendar %s", span(f), hours(f.Step()), f.Calendar)
	gaps := p.Gaps()
	if len(gaps) == 0 {
		b.WriteString(", no gaps")
	}
	b.WriteString("\n")
	for _, gap := range gaps {
		b.WriteString(gap + "\n")
	}
	if s := p.header.Split; s != nil {
		fmt.Fprintf(&b, "split: %s: %s\n", s.Rule, s.Describe())
	}
	return b.String()
}

// Gaps says where times are missing, a sentence for each gap.
func (p *Preparation) Gaps() (all []string) {
	f := p.header.Channels[0]
	for _, t := range f.Gaps() {
		all = append(all, fmt.Sprintf("gap: %s are missing between %s and %s; no clip spans it",
			hours(f.Times[t+1]-f.Times[t]-f.Step()), f.Date(t), f.Date(t+1)))
	}
	return all
}

func span(f *climate.Field) string { return f.Date(0) + " to " + f.Date(f.Frames()-1) }

// Run makes the prepared data in a folder, file by file, never more than some
// frames in memory. It goes on with what an interrupted Run has left, reading again
// the files that changed meanwhile, and does nothing where the folder holds the data
// already; then made is 0, else the number of files read. Finished data whose
// sources changed, and other data, are an error unless replace is set. progress, if
// not nil, is told the frames read.
func (p *Preparation) Run(ctx context.Context, dir string, replace bool, progress func(frames, total int)) (made int, err error) {
	w, err := climate.CreatePrepared(dir, p.header, replace)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	total := p.header.Channels[0].Frames()
	done, todo := total, []int(nil)
	for i := range p.files {
		f := &p.files[i]
		before, finished := w.Part(i)
		if finished {
			change, err := f.changedSince(before)
			if err != nil {
				return 0, err
			}
			if change != "" && w.Complete() {
				return 0, fmt.Errorf("%s has changed since %s was made of it: %s; replace the data, or restore the file", f.path, dir, change)
			}
			finished = change == ""
		}
		if !finished {
			todo = append(todo, i)
			done -= f.heads[0].Frames()
		}
	}
	if w.Complete() {
		return 0, nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ready := p.admitAhead(ctx, todo)
	if progress != nil {
		progress(done, total) // the first file is probed before a frame of it is read
	}
	for _, i := range todo {
		var a admitted
		select {
		case a = <-ready:
		case <-ctx.Done():
			a.err = ctx.Err()
		}
		if a.err != nil {
			return made, a.err
		}
		err := p.read(ctx, w, i, a.source, func(frames int) {
			done += frames
			if progress != nil {
				progress(done, total)
			}
		})
		if err != nil {
			return made, err
		}
		made++
	}
	return made, w.Commit(ctx, nil)
}

// changedSince says how a file differs from what it was, "" if it does not. The
// checksum decides where size or time differ.
func (f *plannedFile) changedSince(before climate.Source) (string, error) {
	if f.source.Bytes == before.Bytes && f.source.Modified == before.Modified {
		return "", nil
	}
	now, err := climate.HashSource(f.path)
	if err != nil || now.SHA256 == before.SHA256 {
		return "", err
	}
	return fmt.Sprintf("SHA-256 %.12s…, %d bytes (%s); was %.12s…, %d bytes (%s)", now.SHA256, now.Bytes, now.Name, before.SHA256, before.Bytes, before.Name), nil
}

// admitted is a file that has been probed and summed.
type admitted struct {
	source climate.Source
	err    error
}

// admitAhead probes files and takes their checksums, in order, one ahead of the
// reader: the other processor's work while one inflates data.
func (p *Preparation) admitAhead(ctx context.Context, todo []int) <-chan admitted {
	ready := make(chan admitted, 1)
	go func() {
		for _, i := range todo {
			f := &p.files[i]
			a := admitted{err: admit(f.path, p.opt.Read.Trusted)}
			if a.err == nil {
				a.source, a.err = climate.HashSource(f.path)
				a.source.Modified = f.source.Modified
			}
			select {
			case ready <- a:
			case <-ctx.Done():
				return
			}
			if a.err != nil {
				return
			}
		}
	}()
	return ready
}

// read reads one file into its part of the data.
func (p *Preparation) read(ctx context.Context, w *climate.PreparedWriter, i int, source climate.Source, count func(frames int)) error {
	f := &p.files[i]
	var notes [][]string
	for c, head := range f.heads {
		opt := p.opt.Read
		opt.Variable, opt.Trusted = head.Name, true // admitted just now
		var small []float32
		note, err := readFrames(f.path, opt, head, func(t0 int, data []float32) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			n := len(data) / (p.source.Height * p.source.Width)
			cells := p.reduction.Height * p.reduction.Width
			small = slices.Grow(small[:0], n*cells)[:n*cells]
			for t := range n {
				frame := p.source.Height * p.source.Width
				p.reduction.Apply(small[t*cells:(t+1)*cells], data[t*frame:(t+1)*frame])
			}
			if c == 0 {
				defer count(n)
			}
			return w.Write(c, f.t0+t0, small)
		})
		if err != nil {
			return err
		}
		notes = append(notes, note)
	}
	now, err := statSource(f.path)
	if err != nil {
		return err
	}
	if now != f.source {
		return fmt.Errorf("%s was changed while it was read; run again", f.path)
	}
	return w.Finish(i, source, notes)
}

// readFrames reads the frames of a variable whose head is known, a block at a time,
// and returns what was decided on the way.
func readFrames(path string, opt ReadOptions, head *climate.Field, done func(t0 int, data []float32) error) (notes []string, err error) {
	err = withDataset(path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if !slices.Equal(s.field.Times, head.Times) || s.field.Height() != head.Height() || s.field.Width() != head.Width() {
			return fmt.Errorf("%s was changed while it was read; run again", path)
		}
		var check screen
		if err := s.stream(s.oneBlock(), func(t0 int, data []float32) error {
			check.add(&s.field, t0, data)
			return done(t0, data)
		}); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if err := check.problem(&s.field); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		if note := check.note(); note != "" {
			notes = append(notes, fmt.Sprintf("%s: %s", filepath.Base(path), note))
		}
		return nil
	})
	return notes, err
}
