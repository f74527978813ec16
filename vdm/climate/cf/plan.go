package cf

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// PlanPreparation reads the metadata of files, and returns an error where they cannot be
// joined: in time, they need one grid, calendar dates that follow one another, one time
// step, units that convert, and no time twice; several variables, each of which may be
// in files of its own, need the same times. Data are not read. progress, if not nil,
// receives the number of files inspected.
func PlanPreparation(ctx context.Context, paths []string, opt PrepareOptions, progress func(files, total int)) (*Preparation, error) {
	if len(paths) == 0 {
		return nil, errors.New("no files to prepare")
	}
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	p := &Preparation{opt: opt, variables: opt.Variables}
	if len(p.variables) == 0 {
		p.variables = []string{""}
	}
	for i, path := range paths {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		f, err := p.look(path, i, len(paths) > 1)
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

// ReadFiles returns variables of files in memory, joined as by PlanPreparation: one
// field for each variable, all of the same times and grid.
func ReadFiles(ctx context.Context, paths []string, opt PrepareOptions) ([]*climate.Field, error) {
	p, err := PlanPreparation(ctx, paths, opt, nil)
	if err != nil {
		return nil, err
	}
	for c, f := range p.whole {
		cells := f.Height() * f.Width()
		if err := p.room(f); err != nil {
			return nil, err
		}
		for _, i := range p.channels[c] {
			part := &p.files[i].parts[c]
			notes, err := p.readPart(i, c, func(t0 int, data []float32) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				copy(f.Data[(part.t0+t0)*cells:], data)
				if opt.Scratch != nil {
					return opt.Scratch.Release()
				}
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

// room makes room for the values of a field: in a scratch file where one is wanted and
// the disk has room, else in memory.
func (p *Preparation) room(f *climate.Field) (err error) {
	values := f.Frames() * f.Height() * f.Width()
	if p.opt.Scratch != nil {
		if f.Data, err = p.opt.Scratch.Room(values); err == nil {
			return nil
		}
	}
	if err := fits(f.Name, f.Frames(), f.Height(), f.Width()); err != nil {
		return err
	}
	f.Data = make([]float32, values)
	return nil
}

// look reads the metadata of one file.
func (p *Preparation) look(path string, number int, several bool) (f plannedFile, err error) {
	f.path, f.number = path, number
	if f.format, err = formatOf(path); err != nil {
		return f, err
	}
	if f.source, err = f.format.source(path, false); err != nil {
		if other := climate.Unread(path); other != nil {
			err = other
		}
		return f, err
	}
	var absent error
	for _, name := range p.variables {
		opt := p.optionsIn(&f, name)
		opt.joined = several
		part, err := f.headOf(opt)
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

// readPart reads the frames of a variable in a file, a block at a time, in the order of
// the record's cells, and returns notes on all conversions.
func (p *Preparation) readPart(i, c int, done func(t0 int, data []float32) error) (notes []string, err error) {
	f := &p.files[i]
	part := &f.parts[c]
	opt := p.optionsIn(f, p.variables[c])
	opt.Variable = part.variable
	if part.after >= 0 {
		carried := part.carried
		if carried.values, err = p.lastFrame(part.after, c); err != nil {
			return nil, err
		}
		opt.before = &carried
	}
	var block []float32
	err = f.format.with(f.path, func(d *dataset) error {
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
			p.growth[c].rates = check.growth.rates
			check.growth = p.growth[c] // continues from file to file
		}
		cells := own.Height() * own.Width()
		if err := s.stream(s.twoBlocks(), func(t0 int, data []float32) error {
			check.add(own, t0, data)
			from, to := max(t0, part.skip), min(t0+len(data)/cells, part.skip+part.head.Frames())
			if from >= to {
				return nil
			}
			data, t0 = data[(from-t0)*cells:(to-t0)*cells], from-part.skip
			if part.rows == nil {
				return done(t0, data)
			}
			block = slices.Grow(block[:0], len(data))[:len(data)]
			reorder(block, data, part.rows, part.cols)
			return done(t0, block)
		}); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		if err := cmp.Or(check.impossibleValues(own), check.undeclaredFill(own)); err != nil {
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

// reorder copies the cells of frames in another order.
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

// lastFrame returns the last frame of a variable in a file as it is stored, unpacked.
func (p *Preparation) lastFrame(i, c int) (values []float32, err error) {
	f := &p.files[i]
	opt := p.optionsIn(f, p.variables[c])
	opt.Kind = climate.KindOther
	opt.Variable = f.parts[c].variable
	err = f.format.with(f.path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
		values = make([]float32, s.field.Height()*s.field.Width())
		return s.readFrames(newSlab(s.v, s.unpack), s.frames[len(s.frames)-1].at, 1, values)
	})
	return values, err
}

// plan computes the header of the data.
func (p *Preparation) plan() (err error) {
	first := p.whole[0]
	p.source = first.Grid
	coarsen := max(1, p.opt.Coarsen)
	if p.opt.Coarsen < 0 {
		return fmt.Errorf("coarsening %d-fold; want 1 or more", p.opt.Coarsen)
	}
	from := p.files[p.channels[0][0]].path
	if p.reduction, err = climate.Coarsening(p.source, coarsen); err != nil {
		return fmt.Errorf("%s: variable %q: %w", from, first.Name, err)
	}
	var recipe []string
	for c, f := range p.whole {
		opt := p.optionsOf(p.variables[c])
		recipe = append(recipe, fmt.Sprintf("variable %s in %s", f.Name, f.Units)+opt.inWords())
	}
	if coarsen > 1 {
		recipe = append(recipe, fmt.Sprintf("coarsened by the mean of %d × %d cells with equal weights; blocks that the end of the grid cuts are dropped, "+
			"a block with a missing cell is missing", coarsen, coarsen))
	}
	if c := p.opt.Crop; c != nil {
		if p.reduction, err = p.reduction.Around(c.Lat, c.Lon, c.Height, c.Width); err != nil {
			return fmt.Errorf("%s: variable %q: cropping: %w", from, first.Name, err)
		}
		recipe = append(recipe, fmt.Sprintf("cropped to %d × %d cells around latitude %v, longitude %v: rows from %d, columns from %d",
			c.Height, c.Width, c.Lat, c.Lon, p.reduction.Row, p.reduction.Column))
	}
	h := climate.PreparedHeader{Recipe: recipe, Parts: len(p.files)}
	for _, f := range p.whole {
		whole := *f
		whole.Grid = p.reduction.Grid()
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
