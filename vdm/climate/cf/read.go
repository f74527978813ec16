package cf

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Read returns one variable of a file as a field: (time, y, x), rain in mm/h, missing
// cells NaN, rows from south to north and columns from west to east. The field's Notes
// list all conversions. A file without the necessary attributes is refused, as is one
// whose values are impossible for what they are said to be: negative rain, or magnitudes
// that only undeclared fill values have.
func Read(path string, opt ReadOptions) (*climate.Field, error) {
	if err := opt.Validate(); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	format, err := formatOf(path)
	if err != nil {
		return nil, err
	}
	var f *climate.Field
	err = format.with(path, func(d *dataset) (err error) {
		if f, err = d.read(opt); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
		return nil
	})
	return f, err
}

// sourceOf is the variable that the options choose, ready to be read as a field.
func (d *dataset) sourceOf(opt *ReadOptions) (*source, error) {
	v, err := d.choose(opt)
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
	s, err := d.sourceOf(&opt)
	if err != nil {
		return nil, err
	}
	f := &s.field
	frame := f.Height() * f.Width()
	if err := fits(f.Name, f.Frames(), f.Height(), f.Width()); err != nil {
		return nil, err
	}
	f.Data = make([]float32, f.Frames()*frame)
	check := s.screen()
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
	f.Notes = append(f.Notes, check.notes()...)
	return f, nil
}

// noVariable is the error for a name that a file does not have.
type noVariable struct{ name, has string }

func (e *noVariable) Error() string {
	return fmt.Sprintf("%v %q; data variables are: %s", climate.ErrNoVariable, e.name, e.has)
}

func (e *noVariable) Is(target error) bool { return target == climate.ErrNoVariable }

// choose returns the variable that should be read.
func (d *dataset) choose(opt *ReadOptions) (*variable, error) {
	data := d.dataVariables()
	names := make([]string, len(data))
	for i, v := range data {
		names[i] = v.name
	}
	if name := opt.Variable; name != "" {
		v := d.find(name)
		if v == nil {
			return nil, &noVariable{name, strings.Join(names, ", ")}
		}
		if !v.isNumeric() {
			return nil, fmt.Errorf("%s", strings.Join(append([]string{fmt.Sprintf("variable %q holds no numbers", name)}, v.notes...), ": "))
		}
		return v, nil
	}
	switch len(data) {
	case 0:
		return nil, fmt.Errorf("there is no data variable: none holds numbers on two or more dimensions")
	case 1:
		return data[0], nil
	}
	return nil, fmt.Errorf("there are %d data variables, %w (%s): %s", len(data), climate.ErrManyVariables, opt.called("Variable"), strings.Join(names, ", "))
}

// extreme matches methods of cell_methods whose results are rain, but no mean of it.
var extreme = regexp.MustCompile(`^(maximum|minimum|median|mode|mid_range)$`)

// newSource reads a variable's coordinates and decides how its values are converted.
// Values that cannot be converted are not an error here but recorded in refused, so that
// inspect can describe such variables too.
func (d *dataset) newSource(v *variable, opt *ReadOptions) (*source, error) {
	s := &source{v: v, opt: opt, factor: 1}
	var err error
	if s.layout, err = d.findLayout(v, opt); err != nil {
		return nil, err
	}
	if s.order, err = d.readGrid(v, s.layout); err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	if s.unpack, err = newUnpacker(v, opt); err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	axis, err := d.readTime(v, s.layout, opt)
	if err != nil {
		return nil, fmt.Errorf("variable %q: %w", v.name, err)
	}
	units := v.text("units")
	if opt.Units != "" {
		units = opt.Units
	}
	f := &s.field
	*f = climate.Field{
		Name: v.base(), LongName: longName(v), StandardName: climate.StandardNameOf(v.text("standard_name")), Kind: opt.Kind,
		Units: climate.NormalizeUnits(units), Grid: s.order.grid, Calendar: axis.calendar, Epoch: axis.epoch, CellMethods: timeMethodOnly(v, axis),
	}
	found := recognised(v, units, opt)
	if f.Kind == climate.KindAuto {
		f.Kind = found.Kind
	}
	s.rain = reflectivity(v, units, f.Kind, opt)
	s.frames, s.begun = axis.plain(), axis.start
	if n := len(s.frames); n > 0 {
		l := s.frames[n-1]
		s.last, s.firstFrom = before{time: l.time, from: l.from}, s.frames[0].from
		if axis.from != nil {
			s.last.time = l.to
		}
	}
	defer func() { s.takeTimes(axis) }()
	if s.layout.timeVar == nil && s.layout.t < 0 && opt.TimeUnits == "" {
		f.Notes = append(f.Notes, "no time coordinate: one frame")
	} else if axis.epoch == climate.RelativeEpoch {
		f.Notes = append(f.Notes, fmt.Sprintf("time units %q name no date: times are hours from an unknown start", axis.stored))
	}
	f.Notes = append(f.Notes, v.notes...)
	f.Notes = append(f.Notes, s.order.notes...)
	f.Notes = append(f.Notes, s.layout.notes...)
	f.Notes = append(f.Notes, s.unpack.notes...)
	defer func() { f.Notes = append(f.Notes, axis.notes...) }()
	if f.Kind != climate.KindRain {
		if axis.outside != "" {
			f.Notes = append(f.Notes, axis.outside+"; they are not used")
		}
		if found.Doubt != "" && opt.Kind == climate.KindAuto {
			f.Notes = append(f.Notes, fmt.Sprintf("this may be rain: %s; %s rain takes it as such and converts it, %s other says that it is none", found.Doubt, opt.called("Kind"), opt.called("Kind")))
		}
		return s, nil
	}
	if opt.Kind == climate.KindAuto && found.Reason != "" {
		f.Notes = append(f.Notes, "taken as rain by "+found.Reason)
	}
	f.Notes = append(f.Notes, d.partOfRain(v)...)

	if s.rain != nil {
		s.rain.describe(f, opt)
		units = climate.RainUnits
	}
	scale, err := climate.ParseRainUnits(units)
	if err != nil {
		s.refused = fmt.Errorf("variable %q: %w; %s gives the units where they are wrong, %s other keeps the values as they are", v.name, err, opt.called("Units"), opt.called("Kind"))
		if amount, over, ok := climate.SumUnits(units); ok {
			s.refused = fmt.Errorf("%w; sums over %s are amounts: %s with %s", s.refused, hours(over), opt.set("Units", amount), opt.lasting(over))
		}
		if strings.Contains(strings.ToLower(units), "mon") {
			s.refused = fmt.Errorf("%w; sums over calendar months are amounts: %s mm with %s", s.refused, opt.called("Units"), opt.months())
		}
		if isReflectivity(units) {
			s.refused = fmt.Errorf("%w; those of radar reflectivity become rain by Z = aR^b with %s rain (a and b by %s)", s.refused, opt.called("Kind"), opt.called("Reflectivity"))
		}
		return s, nil
	}
	operated, err := d.operated(v, units, scale.Amount, opt)
	if err != nil {
		s.refused = err
		return s, nil
	}
	if operated != "" {
		f.Notes = append(f.Notes, operated)
	}
	frames, how, err := asRates(v, axis, scale.Amount, opt)
	if err != nil {
		s.refused = err
		if found.Totals && scale.Amount {
			s.refused = fmt.Errorf("%w. Its description speaks of an accumulation: %q", err, longName(v))
		}
		return s, nil
	}
	s.frames, s.factor, s.amounts = frames, scale.Factor, scale.Amount
	s.counted = s.rain == nil && opt.Totals == "" && !slices.ContainsFunc(frames, func(f frame) bool { return f.before != 0 })
	if axis.outside != "" {
		f.Notes = append(f.Notes, axis.outside+"; they are not used")
	}
	divided := ""
	if how != "" {
		divided = ", " + how
	}
	if f.Units != climate.RainUnits || how != "" {
		f.Notes = append(f.Notes, fmt.Sprintf("units %q become %s: times %.6g%s", units, climate.RainUnits, scale.Factor, divided))
	}
	if !scale.Amount && s.rain == nil {
		if told := d.assumed(v, axis, units, opt); told != "" {
			f.Notes = append(f.Notes, told)
		}
	}
	f.StandardName = climate.RateStandardName(f.StandardName) // as a rate of depth it has another name than as a flux of mass
	f.Units = climate.RainUnits
	if method := strings.TrimPrefix(f.CellMethods, "time: "); extreme.MatchString(method) {
		f.Notes = append(f.Notes, fmt.Sprintf("by cell_methods each value is the %s over its interval, and no mean", method))
	}
	if scale.Amount {
		f.CellMethods = "time: mean"
		if s.frames[0].from != s.frames[0].from {
			f.Notes = append(f.Notes, "times are those of the file: without bounds, where in its interval a value stands is not known")
		}
	}
	return s, nil
}

// stream reads all frames in order, a block at a time, to the memory that room returns
// for n frames from t0, and then calls done with it, while the next block is read. An error
// of done ends the reading.
func (s *source) stream(room func(t0, n int) []float32, done func(t0 int, data []float32) error) (err error) {
	use := &following{done: done}
	defer func() { err = first(err, use.wait()) }()
	height, width := s.field.Height(), s.field.Width()
	cells := height * width
	raw := newSlab(s.v, s.unpack)
	most := 1
	if s.layout.t >= 0 {
		most = s.v.blockLength(s.layout.t, raw.bytes()*cells)
	}
	const twice = 2 // a block is read while another is used
	if err := fits(s.v.name, twice*min(most, len(s.frames)), height, width); err != nil {
		return err
	}
	last, lastAt := []float32(nil), -1 // the values, before weighting, of an earlier frame
	for t0 := 0; t0 < len(s.frames); {
		n := 1 // frames that follow one another in the file
		for n < most && t0+n < len(s.frames) && s.frames[t0+n].at == s.frames[t0+n-1].at+1 {
			n++
		}
		if f := s.frames[t0]; f.before != 0 && f.previous != lastAt && f.previous != fromBefore {
			last = slices.Grow(last[:0], cells)[:cells]
			if err := s.readFrames(raw, f.previous, 1, last); err != nil {
				return err
			}
		}
		dst := room(t0, n)
		if err := s.readFrames(raw, s.frames[t0].at, n, dst); err != nil {
			return err
		}
		for t := range n {
			f := s.frames[t0+t]
			now := dst[t*cells : (t+1)*cells]
			if f.before == 0 && f.now*s.factor == 1 {
				lastAt = -1
				if t0+t+1 < len(s.frames) && s.frames[t0+t+1].before != 0 {
					last, lastAt = append(last[:0], now...), f.at
				}
				continue
			}
			taken := last
			if f.previous == fromBefore && f.before != 0 {
				if s.opt.before == nil || len(s.opt.before.values) != cells {
					return fmt.Errorf("variable %q: the frame before the first is not at hand", s.v.name)
				}
				taken = s.opt.before.values
			}
			var keep []float32
			if t0+t+1 < len(s.frames) && s.frames[t0+t+1].before != 0 {
				keep = slices.Clone(now)
			}
			weigh(now, taken, f.now*s.factor, f.before*s.factor)
			last, lastAt = keep, f.at
			if keep == nil {
				lastAt = -1
			}
		}
		if err := use.start(t0, dst); err != nil {
			return err
		}
		t0 += n
	}
	return nil
}

// readFrames reads frames that follow one another in the file, unpacked, in the order of
// the grid. For a merged dimension the first place that is not missing counts.
func (s *source) readFrames(raw slab, at, n int, dst []float32) error {
	if s.layout.merged < 0 {
		return s.readPlace(raw, at, n, dst)
	}
	all := s.v.shape[s.layout.merged]
	s.layout.fixed[s.layout.merged] = 0
	s.unpack.quiet = all > 1 // a value that is missing in one place only is not missing
	if err := s.readPlace(raw, at, n, dst); err != nil {
		return err
	}
	other := make([]float32, len(dst))
	for k := 1; k < all; k++ {
		s.layout.fixed[s.layout.merged] = k
		if err := s.readPlace(raw, at, n, other); err != nil {
			return err
		}
		for i, x := range other {
			switch {
			case x != x:
			case dst[i] != dst[i]:
				dst[i] = x
				s.unpack.merged++
			case dst[i] != x:
				s.unpack.conflicts++
			}
		}
	}
	return nil
}

func (s *source) readPlace(raw slab, at, n int, dst []float32) error {
	l, height, width := s.layout, s.field.Height(), s.field.Width()
	start := append([]int(nil), l.fixed...)
	count := make([]int, len(start))
	for i := range count {
		count[i] = 1
	}
	count[l.y], count[l.x] = height, width
	if l.t >= 0 {
		start[l.t], count[l.t] = at, n
	}
	if err := raw.read(start, count); err != nil {
		return fmt.Errorf("variable %q: reading frames %d to %d%s: %w", s.v.name, at, at+n-1, s.v.values.Why(), err)
	}
	strides := make([]int, len(count))
	for i, stride := len(count)-1, 1; i >= 0; i-- {
		strides[i] = stride
		stride *= count[i]
	}
	for t := range n {
		base := 0
		if l.t >= 0 {
			base = t * strides[l.t]
		}
		for y := range height {
			row := dst[(t*height+y)*width : (t*height+y+1)*width]
			raw.row(row, base+placed(s.order.rows, y)*strides[l.y], strides[l.x], s.order.cols)
			s.rain.convert(row)
		}
	}
	return nil
}
