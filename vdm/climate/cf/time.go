package cf

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// readTime returns the time coordinate and its bounds. A variable without time is one
// frame.
func (d *dataset) readTime(v *variable, l *layout, opt *ReadOptions) (*timeAxis, error) {
	c := l.timeVar
	if c == nil && (l.t >= 0 || opt.TimeUnits != "") {
		return l.countedFrames(v, opt)
	}
	if c == nil {
		return &timeAxis{keep: []int{0}, times: []float64{0}, calendar: climate.NoCalendar, epoch: climate.RelativeEpoch, start: math.NaN()}, nil
	}
	a := &timeAxis{start: math.NaN()}
	times, u, resolution, err := d.instants(v, l, c, opt, a)
	if err != nil {
		return nil, err
	}
	if l.period != nil {
		if err := d.addPeriod(v, l, u, times); err != nil {
			return nil, err
		}
		a.notes = append(a.notes, fmt.Sprintf("times are those that forecasts are for: %s and %s together", c.name, l.period.name))
		if isSingle(c) && l.period.isNumeric() && slices.Contains(l.period.dims, v.dims[max(l.t, 0)]) {
			a.start, _ = u.hours(l.alongFrames(v, c, u.values, 1)[0][0])
		}
	}
	a.startOf(l, u)
	if err := a.sort(c, times, resolution, opt); err != nil {
		return nil, err
	}
	if c.text("climatology") != "" {
		a.notes = append(a.notes, fmt.Sprintf("%s is climatological: each frame is made of several years or days (its attribute climatology), and its date is only a label", c.base()))
	}
	if err := d.readBounds(v, l, c, u, opt, a); err != nil {
		return nil, err
	}
	a.sharpen(resolution)
	return a, nil
}

// startOf finds out when the forecast started to which all frames belong.
func (a *timeAxis) startOf(l *layout, u *instantUnits) {
	if l.start == nil || !math.IsNaN(a.start) || u.TimeUnits != nil && u.Relative {
		return
	}
	units, err := climate.ParseTimeUnits(l.start.text("units"), cmp.Or(l.start.text("calendar"), a.calendar))
	if err != nil || units.Relative {
		return
	}
	values, err := l.start.readAll()
	if err != nil || len(values) != 1 {
		return
	}
	hours, err := units.Hours(values[0])
	if err != nil {
		return
	}
	if same, err := climate.InCalendar([]float64{hours}, units.Calendar, a.calendar, math.NaN()); err == nil {
		a.start = same[0]
	}
}

// countedFrames returns the times of frames that have none in the file: 0, 1, 2 … in the
// units of the options. A file without a dimension of time has the number of the file.
func (l *layout) countedFrames(v *variable, opt *ReadOptions) (*timeAxis, error) {
	u, err := climate.ParseTimeUnits(opt.TimeUnits, opt.Calendar)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", opt.called("TimeUnits"), err)
	}
	a := &timeAxis{calendar: u.Calendar, epoch: u.Epoch(), stored: opt.TimeUnits, start: math.NaN()}
	frames := 1
	if l.t >= 0 {
		frames = v.shape[l.t]
	}
	for i := range frames {
		t, err := u.Hours(float64(i + opt.number))
		if err != nil {
			return nil, fmt.Errorf("%s, frame %d: %w", opt.called("TimeUnits"), i, err)
		}
		a.keep, a.times = append(a.keep, i), append(a.times, t)
	}
	counted := "frames are counted"
	if l.t < 0 {
		counted = "files are counted, in the order in which they were given,"
	}
	a.notes = []string{fmt.Sprintf("the file has no times: %s in %q (as set)", counted, opt.TimeUnits)}
	return a, nil
}

func (u *instantUnits) hours(value float64) (float64, error) {
	if u.TimeUnits == nil {
		return value, nil // for texts: already in hours
	}
	return u.Hours(value)
}

// instants returns the time of every stored frame in hours, NaN where it cannot be read,
// and the largest rounding error of the stored type.
func (d *dataset) instants(v *variable, l *layout, c *variable, opt *ReadOptions, a *timeAxis) (times []float64, u *instantUnits, resolution float64, err error) {
	units, calendar := c.text("units"), c.text("calendar")
	if opt.TimeUnits != "" {
		units = opt.TimeUnits
	}
	if opt.Calendar != "" {
		calendar = opt.Calendar
	}
	a.stored = units
	u = &instantUnits{}
	if c.isText() && opt.TimeUnits == "" {
		return d.writtenDates(v, l, c, calendar, a, u)
	}
	if units == "" && opt.TimeUnits == "" {
		if text := d.textTime(v, l); text != nil {
			l.timeVar = text
			return d.writtenDates(v, l, text, calendar, a, u)
		}
	}
	if u.TimeUnits, err = climate.ParseTimeUnits(units, calendar); err != nil {
		gives := opt.called("TimeUnits") + " gives it"
		switch text := err.Error(); {
		case strings.Contains(text, "is not in month"):
			gives = fmt.Sprintf("%s gives another calendar, %s other units", opt.called("Calendar"), opt.called("TimeUnits"))
		case strings.Contains(text, "calendar") && !strings.Contains(text, "date"):
			gives = opt.called("Calendar") + " gives it"
		}
		gives += c.daysOfMATLAB(opt)
		return nil, nil, 0, fmt.Errorf("time coordinate %q: %w; %s", c.name, err, gives)
	}
	a.calendar, a.epoch = u.Calendar, u.Epoch()
	if u.values, err = c.readTimes(); err != nil {
		return nil, nil, 0, err
	}
	for i, row := range l.alongFrames(v, c, u.values, 1) {
		if row == nil {
			return nil, nil, 0, fmt.Errorf("time coordinate %q has %d values, fewer than frame %d", c.name, len(u.values), i)
		}
		t, err := u.hours(row[0])
		const undeclared = 1e15 // what no unit of time reaches, such as a fill of 1e20
		if err != nil && !(math.IsNaN(row[0]) || math.Abs(row[0]) > undeclared && c.typ != Int64 && c.typ != UInt64) {
			return nil, nil, 0, fmt.Errorf("time coordinate %q, frame %d: %w; %s gives other units, %s another calendar (in 360_day every month has 30 days)", c.name, i, err,
				opt.called("TimeUnits"), opt.called("Calendar"))
		}
		if err != nil {
			t = math.NaN()
		}
		times = append(times, t)
	}
	return times, u, u.resolution(c), nil
}

// daysOfMATLAB returns the options by which a time coordinate is read that seems to hold
// MATLAB's datenum, the days since the last one before the year 0; "" where it does not.
// Its words say so, or else its values, which are of the years 1916 to 2190 if they are.
func (c *variable) daysOfMATLAB(opt *ReadOptions) string {
	words := strings.ToLower(strings.Join([]string{c.name, c.text("units"), c.text("long_name"), c.text("comment"), c.text("description")}, " "))
	seems := "its attributes name them"
	if !strings.Contains(words, "matlab") && !strings.Contains(words, "datenum") {
		values, err := c.readTimes()
		if err != nil || len(values) == 0 || opt.TimeUnits != "" || slices.ContainsFunc(values, func(x float64) bool { return !(x > 700_000 && x < 800_000) }) {
			return ""
		}
		seems = fmt.Sprintf("its first value, %.9g, may be one", values[0])
	}
	return fmt.Sprintf(". MATLAB's day numbers (datenum; %s) are read with %s and %s", seems,
		opt.set("TimeUnits", "days since -0001-12-31"), opt.set("Calendar", climate.ProlepticGregorian))
}

// resolution returns half the distance in hours between neighbouring values of the
// coordinate: of its type, or of the decimals to which it was rounded.
func (u *instantUnits) resolution(c *variable) float64 {
	largest := 0.0
	for _, x := range u.values {
		if !math.IsNaN(x) {
			largest = math.Max(largest, math.Abs(x))
		}
	}
	apart := climate.RoundedTo(u.values)
	if c.typ == Float {
		single := float32(largest)
		apart = math.Max(apart, float64(math.Nextafter32(single, float32(math.Inf(1)))-single))
	}
	if largest > 0 {
		apart = math.Max(apart, math.Nextafter(largest, math.Inf(1))-largest)
	}
	first, err := u.Hours(largest)
	if err != nil || apart == 0 {
		return 0
	}
	second, err := u.Hours(largest + apart)
	if err != nil {
		return 0
	}
	return math.Abs(second-first)/2*1.001 + 1e-9
}

// readTimes returns the values of a time coordinate; values that were never written are
// NaN.
func (v *variable) readTimes() ([]float64, error) { return v.readAll() }

// readBounds reads the bounds of the frames, in units of their own where they have any.
func (d *dataset) readBounds(v *variable, l *layout, c *variable, u *instantUnits, opt *ReadOptions, a *timeAxis) error {
	bounds := d.near(c, c.text("bounds"))
	if bounds == nil { // no attribute refers to them, but their name is the usual one
		for _, b := range d.visible(v) {
			if strings.TrimSuffix(strings.TrimSuffix(b.base(), "_bnds"), "_bounds") == c.base() && b.base() != c.base() {
				bounds = b
			}
		}
	}
	if bounds == nil || !bounds.isNumeric() || u.TimeUnits == nil {
		return nil
	}
	turned := len(bounds.dims) == 2 && len(c.dims) == 1 && bounds.shape[0] == 2 && bounds.dims[1] == c.dims[0]
	if n := len(bounds.shape); !turned && (n != len(c.shape)+1 || bounds.shape[n-1] != 2 || !slices.Equal(bounds.shape[:n-1], c.shape)) {
		a.outside = fmt.Sprintf("time bounds %q have the shape %v, not two for each of %d times", bounds.name, bounds.shape, len(u.values))
		return nil
	}
	units, calendar := bounds.text("units"), bounds.text("calendar")
	own := u.TimeUnits
	if units != "" && (opt.TimeUnits == "" || units != c.text("units")) {
		if calendar == "" || opt.Calendar != "" {
			calendar = u.Calendar
		}
		b, err := climate.ParseTimeUnits(units, calendar)
		if err != nil {
			return fmt.Errorf("time bounds %q: %w", bounds.name, err)
		}
		if b.Relative != u.Relative || b.Calendar != u.Calendar {
			if b.Relative || u.Relative {
				return fmt.Errorf("time bounds %q are in %q, their times in %q: they cannot be compared", bounds.name, units, a.stored)
			}
			if _, err := climate.InCalendar(a.times, u.Calendar, b.Calendar, math.NaN()); err != nil {
				return fmt.Errorf("time bounds %q: %w", bounds.name, err)
			}
			if b, err = climate.ParseTimeUnits(units, u.Calendar); err != nil {
				return fmt.Errorf("time bounds %q: %w", bounds.name, err)
			}
		}
		own = b
	}
	ends, err := bounds.readAll()
	if err != nil {
		return err
	}
	if turned { // all beginnings, then all ends
		n := bounds.shape[1]
		pairs, usual := make([]float64, 0, len(ends)), *bounds
		for i := range n {
			pairs = append(pairs, ends[i], ends[n+i])
		}
		usual.shape, usual.dims = []int{n, 2}, []string{bounds.dims[1], bounds.dims[0]}
		ends, bounds = pairs, &usual
	}
	rows := l.alongFrames(v, bounds, ends, 2)
	from, to := make([]float64, len(a.keep)), make([]float64, len(a.keep))
	swapped, instants := 0, 0
	for i, k := range a.keep {
		for j, end := range []*float64{&from[i], &to[i]} {
			if rows[k] == nil || math.IsNaN(rows[k][j]) {
				a.outside = fmt.Sprintf("time bounds %q of frame %d were never written", bounds.name, k)
				return nil
			}
			if *end, err = own.Hours(rows[k][j]); err != nil {
				return fmt.Errorf("time bounds %q, frame %d: %w", bounds.name, k, err)
			}
		}
		switch {
		case to[i] < from[i]:
			swapped++
			from[i], to[i] = to[i], from[i]
		case to[i] == from[i]:
			instants++
		}
	}
	if instants == len(a.keep) { // bounds of length 0
		return nil
	}
	if swapped > 0 {
		a.notes = append(a.notes, fmt.Sprintf("time bounds %s of %d frames run backwards and were turned", bounds.name, swapped))
	}
	for i, t := range a.times { // a stamp may be either end or anything between
		if slack := 0.01*(to[i]-from[i]) + 1e-3; t < from[i]-slack || t > to[i]+slack {
			date := func(h float64) string { return climate.FormatTime(h, a.calendar) }
			a.outside = fmt.Sprintf("time bounds %q do not belong to their times: those of frame %d, at %s, go from %s to %s", bounds.name, a.keep[i], date(t), date(from[i]), date(to[i]))
			return nil
		}
	}
	if c.text("bounds") == "" {
		a.notes = append(a.notes, fmt.Sprintf("time bounds are those of %s, to which nothing refers", bounds.name))
	}
	a.from, a.to, a.boundsName = from, to, bounds.name
	b := &instantUnits{TimeUnits: own, values: ends}
	const coarse = 1e-8 // hours: of single precision, and of days written as numbers such as 20180913.5
	if resolution := b.resolution(bounds); bounds.typ == Float || resolution > coarse {
		a.from, a.to = sharpened(a.from, resolution), sharpened(a.to, resolution)
	}
	return nil
}
