package netcdf

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// ReadOptions says how a file is read. The zero value reads a file with one data
// variable that describes itself.
type ReadOptions struct {
	Variable string       // name; empty for the only data variable of the file
	Kind     climate.Kind // rain or not; KindAuto decides by standard_name, else by name

	Interval float64 // hours over which each value of an amount was accumulated; 0 to find out

	// What the file says wrongly or not at all; each takes the place of the
	// attribute where not empty.
	Units, TimeUnits, Calendar string

	Fill  []float64      // more values (unpacked, in the file's units) that mean missing
	Index map[string]int // place along dimensions that are neither time nor horizontal, as {"member": 3}

	// Trusted reads without the child process that Probe starts: for files that
	// this program has just written.
	Trusted bool
}

// Validate refuses what cannot be meant.
func (o ReadOptions) Validate() error {
	if !(o.Interval >= 0) || o.Interval > 24*366 {
		return fmt.Errorf("read option Interval is %v hours, expected 0 to a year", o.Interval)
	}
	if o.Kind < climate.KindAuto || o.Kind > climate.KindOther {
		return fmt.Errorf("read option Kind is %d, expected KindAuto, KindRain or KindOther", o.Kind)
	}
	return nil
}

// Read reads one variable of a file as a field: (time, y, x), rain in mm/h,
// missing cells NaN, rows from south to north and columns from west to east.
// What was decided on the way is in the field's Notes. A file that does not say
// what is needed is refused, as is one whose values cannot be what they are said
// to be: negative rain, or magnitudes that only undeclared fill values have.
func Read(path string, opt ReadOptions) (*climate.Field, error) {
	if err := opt.Validate(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if err := admit(path, opt.Trusted); err != nil {
		return nil, err
	}
	var f *climate.Field
	err := withDataset(path, func(d *dataset) (err error) {
		if f, err = d.read(opt); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return f, err
}

// admit checks a file before the C library opens it in this process.
func admit(path string, trusted bool) error {
	if trusted {
		return checkFile(path)
	}
	return Probe(path)
}

// Head is Read without the values: the field's Data are nil. Of the file only
// metadata and coordinates are read.
func Head(path string, opt ReadOptions) (*climate.Field, error) {
	if err := opt.Validate(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	check := checkFile
	if !opt.Trusted {
		check = func(path string) error { return probe(path, depthHead) }
	}
	if err := check(path); err != nil {
		return nil, err
	}
	var f *climate.Field
	err := withDataset(path, func(d *dataset) error {
		s, err := d.sourceOf(opt)
		if err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		f = &s.field
		return nil
	})
	return f, err
}

// sourceOf is the variable that the options choose, ready to be read as a field.
func (d *dataset) sourceOf(opt ReadOptions) (*source, error) {
	v, err := d.choose(opt.Variable)
	if err != nil {
		return nil, err
	}
	s, err := d.newSource(v, opt)
	if err != nil {
		return nil, err
	}
	return s, s.refused
}

func (d *dataset) read(opt ReadOptions) (*climate.Field, error) {
	s, err := d.sourceOf(opt)
	if err != nil {
		return nil, err
	}
	f := &s.field
	frame := f.Height() * f.Width()
	if err := fits(f.Name, f.Frames(), f.Height(), f.Width()); err != nil {
		return nil, err
	}
	f.Data = make([]float32, f.Frames()*frame)
	var check screen
	err = s.stream(
		func(t0, n int) []float32 { return f.Data[t0*frame : (t0+n)*frame] },
		func(t0 int, data []float32) error {
			check.add(f, t0, data)
			return nil
		})
	if err != nil {
		return nil, err
	}
	if err := check.problem(f); err != nil {
		return nil, err
	}
	if note := check.note(); note != "" {
		f.Notes = append(f.Notes, note)
	}
	return f, nil
}

// choose finds the variable to read.
func (d *dataset) choose(name string) (*variable, error) {
	data := d.dataVariables()
	names := make([]string, len(data))
	for i, v := range data {
		names[i] = v.name
	}
	if name != "" {
		v := d.find(name)
		if v == nil {
			return nil, fmt.Errorf("there is no variable %q; data variables are: %s", name, strings.Join(names, ", "))
		}
		if !v.isNumeric() {
			return nil, fmt.Errorf("variable %q holds no numbers", name)
		}
		return v, nil
	}
	switch len(data) {
	case 0:
		return nil, fmt.Errorf("there is no data variable: none holds numbers on two or more dimensions")
	case 1:
		return data[0], nil
	}
	return nil, fmt.Errorf("there are %d data variables, choose one: %s", len(data), strings.Join(names, ", "))
}

// source is a variable ready to be read: all that its field needs but the data.
type source struct {
	v       *variable
	layout  *layout
	order   *ordering
	unpack  *unpacker
	field   climate.Field
	factor  float64   // from the file's units to the field's
	lengths []float64 // hours that divide each frame of an amount; nil for none
	refused error     // why the values do not become those of a field; units are then the file's
}

// newSource reads a variable's coordinates and decides how its values are
// converted. That they cannot be is not an error here but refused, so that
// inspect can describe such variables too.
func (d *dataset) newSource(v *variable, opt ReadOptions) (*source, error) {
	s := &source{v: v, factor: 1}
	var err error
	if s.layout, err = d.findLayout(v, opt.Index); err != nil {
		return nil, err
	}
	if s.order, err = d.readGrid(v, s.layout); err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	if s.unpack, err = newUnpacker(v, opt.Fill); err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	axis, err := d.readTime(s.layout, opt)
	if err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	units := v.text("units")
	if opt.Units != "" {
		units = opt.Units
	}
	f := &s.field
	*f = climate.Field{
		Name: v.name, LongName: v.text("long_name"), StandardName: v.text("standard_name"), Kind: opt.Kind,
		Units: climate.NormalizeUnits(units), Grid: s.order.grid, Times: axis.times, Calendar: axis.calendar, Epoch: axis.epoch,
	}
	if f.Kind == climate.KindAuto {
		f.Kind = climate.DetectKind(f.Name, f.StandardName)
	}
	if s.layout.timeVar == nil {
		f.Notes = append(f.Notes, "no time coordinate: one frame")
	} else if axis.epoch == climate.RelativeEpoch {
		f.Notes = append(f.Notes, fmt.Sprintf("time units %q name no date: times are hours from an unknown start", axis.stored))
	}
	f.Notes = append(f.Notes, s.order.notes...)
	if f.Kind != climate.KindRain {
		return s, nil
	}

	scale, err := climate.ParseRainUnits(units)
	if err != nil {
		s.refused = fmt.Errorf("variable %q: %w", v.name, err)
		return s, nil
	}
	var divided string
	if scale.Amount {
		step := f.Step()
		var from string
		if s.lengths, from, err = accumulation(v, axis, step, opt); err != nil {
			s.refused = err
			return s, nil
		}
		divided = fmt.Sprintf(", divided by %s (%s)", hours(s.lengths[0]), from)
	}
	s.factor = scale.Factor
	if f.Units != climate.RainUnits {
		f.Notes = append(f.Notes, fmt.Sprintf("units %q become %s: times %.6g%s", units, climate.RainUnits, scale.Factor, divided))
	}
	f.Units = climate.RainUnits
	switch {
	case axis.middles != nil:
		f.Times = axis.middles
	case scale.Amount:
		f.Notes = append(f.Notes, "times are those of the file: without bounds, where in its interval a value stands is not known")
	}
	return s, nil
}

// stream reads all frames in order, a block at a time, into room that the caller
// gives for n frames from t0, and then hands it back filled. An error of done ends
// the reading.
func (s *source) stream(room func(t0, n int) []float32, done func(t0 int, data []float32) error) error {
	l, f := s.layout, &s.field
	height, width, frames := f.Height(), f.Width(), f.Frames()
	raw := newSlab(s.v, s.unpack)
	most := 1
	if l.t >= 0 {
		most = s.v.blockLength(l.t, raw.bytes()*height*width)
	}
	start := append([]int(nil), l.fixed...)
	count := make([]int, len(start))
	for i := range count {
		count[i] = 1
	}
	count[l.y], count[l.x] = height, width
	for t0 := 0; t0 < frames; t0 += most {
		n := min(most, frames-t0)
		if l.t >= 0 {
			start[l.t], count[l.t] = t0, n
		}
		if err := raw.read(start, count); err != nil {
			return fmt.Errorf("variable %q: reading frames %d to %d (file damaged or truncated?): %w", s.v.name, t0, t0+n-1, err)
		}
		strides := make([]int, len(count))
		for i, stride := len(count)-1, 1; i >= 0; i-- {
			strides[i] = stride
			stride *= count[i]
		}
		dst := room(t0, n)
		for t := range n {
			factor, base := s.factor, 0
			if s.lengths != nil {
				factor /= s.lengths[t0+t]
			}
			if l.t >= 0 {
				base = t * strides[l.t]
			}
			for y := range height {
				row := dst[(t*height+y)*width : (t*height+y+1)*width]
				raw.row(row, base+placed(s.order.rows, y)*strides[l.y], strides[l.x], s.order.cols, factor)
			}
		}
		if err := done(t0, dst); err != nil {
			return err
		}
	}
	return nil
}

// oneBlock gives room for stream that is used again for every block.
func (s *source) oneBlock() func(t0, n int) []float32 {
	var block []float32
	return func(_, n int) []float32 {
		if size := n * s.field.Height() * s.field.Width(); cap(block) < size {
			block = make([]float32, size)
		} else {
			block = block[:size]
		}
		return block
	}
}
