package netcdf

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// timeAxis is the times of a variable's frames, ascending.
type timeAxis struct {
	keep       []int     // place in the file of each frame
	times      []float64 // hours since the epoch, as stored
	from, to   []float64 // bounds of each frame in the same hours; nil without
	calendar   string
	epoch      string
	stored     string // the units in the file
	notes      []string
	boundsName string
	outside    string  // a sentence on bounds that cannot be meant; then from is nil
	start      float64 // of the forecast that all frames are of; NaN where not known
}

// readTime reads the time coordinate and its bounds. A variable without time is one
// frame.
func (d *dataset) readTime(v *variable, l *layout, opt *ReadOptions) (*timeAxis, error) {
	c := l.timeVar
	if c == nil && l.t >= 0 {
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
	if err := a.sort(c, times, resolution, opt); err != nil {
		return nil, err
	}
	if err := d.readBounds(v, l, c, u, opt, a); err != nil {
		return nil, err
	}
	a.sharpen(resolution)
	return a, nil
}

// countedFrames are the times of frames that have none in the file: 0, 1, 2 … in the
// units of the options.
func (l *layout) countedFrames(v *variable, opt *ReadOptions) (*timeAxis, error) {
	u, err := climate.ParseTimeUnits(opt.TimeUnits, opt.Calendar)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", opt.called("TimeUnits"), err)
	}
	a := &timeAxis{calendar: u.Calendar, epoch: u.Epoch(), stored: opt.TimeUnits, start: math.NaN()}
	for i := range v.shape[l.t] {
		t, err := u.Hours(float64(i))
		if err != nil {
			return nil, fmt.Errorf("%s, frame %d: %w", opt.called("TimeUnits"), i, err)
		}
		a.keep, a.times = append(a.keep, i), append(a.times, t)
	}
	a.notes = []string{fmt.Sprintf("the file has no times: frames are counted in %q (as set)", opt.TimeUnits)}
	return a, nil
}

// instantUnits converts the values of a time coordinate.
type instantUnits struct {
	*climate.TimeUnits
	values []float64
}

func (u *instantUnits) hours(value float64) (float64, error) {
	if u.TimeUnits == nil {
		return value, nil // of text: hours already
	}
	return u.Hours(value)
}

// instants reads the time of every stored frame in hours, NaN where it cannot be
// read, and by how much at most the stored type rounds it.
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
		name := opt.called("TimeUnits")
		if strings.Contains(err.Error(), "calendar") && !strings.Contains(err.Error(), "date") {
			name = opt.called("Calendar")
		}
		return nil, nil, 0, fmt.Errorf("time coordinate %q: %w; %s gives it", c.name, err, name)
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
		if err != nil && !(math.IsNaN(row[0]) || math.Abs(row[0]) > undeclared && c.typ != nc.INT64 && c.typ != nc.UINT64) {
			return nil, nil, 0, fmt.Errorf("time coordinate %q, frame %d: %w", c.name, i, err)
		}
		if err != nil {
			t = math.NaN()
		}
		times = append(times, t)
	}
	return times, u, u.resolution(c), nil
}

// resolution is half the distance in hours between neighbouring values that the
// coordinate can hold: of its type, or of decimals to which it was rounded.
func (u *instantUnits) resolution(c *variable) float64 {
	largest := 0.0
	for _, x := range u.values {
		if !math.IsNaN(x) {
			largest = math.Max(largest, math.Abs(x))
		}
	}
	apart := climate.RoundedTo(u.values)
	if c.typ == nc.FLOAT {
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

// readTimes reads a time coordinate; values that stand for nothing written are NaN.
func (v *variable) readTimes() ([]float64, error) { return v.readAll() }

// addPeriod adds the time since the start of the forecast to the start.
func (d *dataset) addPeriod(v *variable, l *layout, u *instantUnits, times []float64) error {
	values, err := l.period.readAll()
	if err != nil {
		return err
	}
	units := l.period.text("units")
	p, err := climate.ParseTimeUnits(units, "")
	if err != nil || !p.Relative {
		return fmt.Errorf("coordinate %q: its units %q are not those of a length of time", l.period.name, units)
	}
	for i, row := range l.alongFrames(v, l.period, values, 1) {
		if row == nil || math.IsNaN(row[0]) {
			times[i] = math.NaN()
			continue
		}
		hours, err := p.Hours(row[0])
		if err != nil {
			return fmt.Errorf("coordinate %q: %w", l.period.name, err)
		}
		times[i] += hours
	}
	return nil
}

// textTime finds dates in characters along the frames, such as WRF's Times.
func (d *dataset) textTime(v *variable, l *layout) *variable {
	if l.t < 0 {
		return nil
	}
	for _, c := range d.visible(v) {
		if c.isText() && len(c.dims) > 0 && c.dims[0] == v.dims[l.t] && coordinateRole(c) == roleTime {
			return c
		}
	}
	return nil
}

// writtenDates reads dates in characters or strings.
func (d *dataset) writtenDates(v *variable, l *layout, c *variable, calendar string, a *timeAxis, u *instantUnits) (times []float64, _ *instantUnits, resolution float64, err error) {
	canonical, err := climate.CanonicalCalendar(calendar)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("time coordinate %q: %w", c.name, err)
	}
	texts, err := c.texts()
	if err != nil {
		return nil, nil, 0, fmt.Errorf("reading time coordinate %q: %w", c.name, err)
	}
	for _, text := range texts {
		t, err := climate.ParseTime(plainDate(text), canonical)
		if err != nil {
			if strings.Trim(text, "\x00 ") != "" {
				return nil, nil, 0, fmt.Errorf("time coordinate %q: %w", c.name, err)
			}
			t = math.NaN() // never written
		}
		u.values = append(u.values, t)
	}
	a.calendar, a.epoch = canonical, climate.Epoch
	a.stored = "dates in characters"
	for _, row := range l.alongFrames(v, c, u.values, 1) {
		if row == nil {
			return nil, nil, 0, fmt.Errorf("time coordinate %q has too few dates", c.name)
		}
		times = append(times, row[0])
	}
	a.notes = append(a.notes, fmt.Sprintf("times are the dates in characters of %s", c.name))
	return times, u, 0, nil
}

// plainDate brings the forms in which dates are written as characters to one:
// 2018-09-13_06:00:00, 2018/09/13 06:00, 2018091306, 20180913060000.
func plainDate(text string) string {
	text = strings.NewReplacer("_", " ", "/", "-").Replace(strings.TrimSpace(text))
	if m := digitsOnly.FindStringSubmatch(text); m != nil {
		text = m[1] + "-" + m[2] + "-" + m[3] + " " + m[4]
		for _, part := range m[5:] {
			if part != "" {
				text += ":" + part
			}
		}
	}
	return text
}

var digitsOnly = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})[T ]?(\d{2})(\d{2})?(\d{2})?Z?$`)

// sort brings frames into the order of time: those without a time are left out,
// those with the same are refused unless the options say which to take.
func (a *timeAxis) sort(c *variable, times []float64, resolution float64, opt *ReadOptions) error {
	var unwritten []int
	for i, t := range times {
		if math.IsNaN(t) || math.IsInf(t, 0) {
			unwritten = append(unwritten, i)
			continue
		}
		a.keep = append(a.keep, i)
	}
	if len(a.keep) == 0 {
		return fmt.Errorf("time coordinate %q: none of its %d times is written: all are fill values or no numbers", c.name, len(times))
	}
	if n := len(unwritten); n > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%s left out: their times in %s are fill values, never written", framesInWords(unwritten), c.name))
	}
	if !slices.IsSortedFunc(a.keep, func(i, j int) int { return compare(times[i], times[j]) }) {
		how := "in no order"
		if slices.IsSortedFunc(a.keep, func(i, j int) int { return compare(times[j], times[i]) }) {
			how = "from the newest to the oldest"
		}
		slices.SortStableFunc(a.keep, func(i, j int) int { return compare(times[i], times[j]) })
		a.notes = append(a.notes, fmt.Sprintf("frames stand %s in the file and were sorted by time", how))
	}
	var single []int
	repeated, first := 0, 0
	for _, k := range a.keep {
		n := len(single)
		if n == 0 || times[single[n-1]] != times[k] {
			single = append(single, k)
			continue
		}
		if repeated == 0 {
			first = k
		}
		repeated++
		if opt.Repeated == "last" {
			single[n-1] = k
		}
	}
	if repeated > 0 && 2*resolution > 1.0/60 && repeated > len(a.keep)/4 && opt.Repeated == "" {
		return fmt.Errorf("time coordinate %q is stored so coarsely, to within %s, that %d frames have the time of the one before; finer times have to be written to the file "+
			"(in its units %q, in double precision), or %s takes the first or the last of each", c.name, hours(2*resolution), repeated, a.stored, opt.called("Repeated"))
	}
	if repeated > 0 && opt.Repeated == "" {
		return fmt.Errorf("time coordinate %q does not go forward: %d frames repeat a time, the first frame %d (%s); %s takes the first or the last of each time", c.name,
			repeated, first, climate.FormatTime(times[first], a.calendar), opt.called("Repeated"))
	}
	if repeated > 0 {
		a.notes = append(a.notes, fmt.Sprintf("%d frames left out that repeat a time: the %s of each is taken", repeated, opt.Repeated))
	}
	a.keep = single
	for _, k := range single {
		a.times = append(a.times, times[k])
	}
	return nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// framesInWords lists places, runs of them as "21 to 23".
func framesInWords(places []int) string {
	var parts []string
	for i := 0; i < len(places); {
		j := i
		for j+1 < len(places) && places[j+1] == places[j]+1 {
			j++
		}
		if j == i {
			parts = append(parts, strconv.Itoa(places[i]))
		} else {
			parts = append(parts, fmt.Sprintf("%d to %d", places[i], places[j]))
		}
		i = j + 1
	}
	const most = 4
	if len(parts) > most {
		parts = append(parts[:most], "…")
	}
	word := "frames "
	if len(places) == 1 {
		word = "frame "
	}
	return fmt.Sprintf("%s%s (%d in all)", word, strings.Join(parts, ", "), len(places))
}

// readBounds reads the bounds of the frames, in units of their own where they have
// any.
func (d *dataset) readBounds(v *variable, l *layout, c *variable, u *instantUnits, opt *ReadOptions, a *timeAxis) error {
	bounds := d.near(c, c.text("bounds"))
	if bounds == nil { // not referred to, but of the name that everyone gives
		for _, b := range d.visible(v) {
			if strings.TrimSuffix(strings.TrimSuffix(b.base(), "_bnds"), "_bounds") == c.base() && b != c {
				bounds = b
			}
		}
	}
	if bounds == nil || !bounds.isNumeric() || u.TimeUnits == nil {
		return nil
	}
	if n := len(bounds.shape); n != len(c.shape)+1 || bounds.shape[n-1] != 2 || !slices.Equal(bounds.shape[:n-1], c.shape) {
		return fmt.Errorf("time bounds %q have the shape %v, expected two for each of %d times", bounds.name, bounds.shape, len(u.values))
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
	if instants == len(a.keep) { // bounds that bound nothing
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
	if bounds.typ == nc.FLOAT {
		b := &instantUnits{TimeUnits: own, values: ends}
		resolution := b.resolution(bounds)
		a.from, a.to = sharpened(a.from, resolution), sharpened(a.to, resolution)
	}
	return nil
}

// sharpen replaces times that are stored coarsely by the regular ones that are meant.
func (a *timeAxis) sharpen(resolution float64) {
	if resolution <= 0 || a.epoch == "" {
		return
	}
	exact := sharpened(a.times, resolution)
	off := 0.0
	for i := range exact {
		off = math.Max(off, math.Abs(exact[i]-a.times[i]))
	}
	a.times = exact
	if off > 0.5/3600 {
		a.notes = append(a.notes, fmt.Sprintf("times are stored to within %s and were taken as the regular ones that are meant, up to %s away", hours(2*resolution), hours(off)))
	}
}

// sharpened are times as they are meant: regular ones if any are near enough, else,
// for few, the roundest.
func sharpened(times []float64, resolution float64) []float64 {
	if exact, _, ok := climate.Regular(times, resolution); ok {
		return exact
	}
	if len(times) > 2 || resolution < 1.0/3600 {
		return times
	}
	exact := make([]float64, len(times))
	for i, t := range times {
		exact[i] = t
		for _, unit := range []float64{1, 1. / 2, 1. / 4, 1. / 6, 1. / 12, 1. / 60} {
			if round := math.Round(t/unit) * unit; math.Abs(round-t) <= resolution {
				exact[i] = round
				break
			}
		}
	}
	return exact
}

// timeMethod is what a variable's cell_methods say about time: the method
// ("sum", "mean", "" if nothing) and the interval in hours, 0 if none is given. The
// time coordinate may have other names than "time".
func timeMethod(cellMethods string, names ...string) (method string, interval float64) {
	pattern := timeMethodPattern
	for _, name := range names {
		if name != "" && name != "time" {
			pattern = methodPattern("(?:time|" + regexp.QuoteMeta(name) + ")")
		}
	}
	m := pattern.FindStringSubmatch(cellMethods)
	if m == nil {
		return "", 0
	}
	method = strings.ToLower(m[1])
	if m[2] == "" {
		return method, 0
	}
	length, err := strconv.ParseFloat(m[2], 64)
	if err != nil {
		return method, 0
	}
	u, err := climate.ParseTimeUnits(m[3], "")
	if err != nil {
		return method, 0 // months and years have no fixed length
	}
	hours, err := u.Hours(length)
	if err != nil || hours <= 0 {
		return method, 0
	}
	return method, hours
}

func methodPattern(name string) *regexp.Regexp {
	return regexp.MustCompile(`(?i)(?:^|[^a-z0-9_])` + name + `\s*:\s*(?:[a-z_]+\s*:\s*)*([a-z_]+)` +
		`(?:\s*\(\s*interval\s*:\s*([0-9.]+(?:e[+-]?[0-9]+)?)\s*([a-z]+))?`)
}

var timeMethodPattern = methodPattern("time")

// hours writes a length of time, in minutes or days where that reads better.
func hours(h float64) string {
	format := func(x float64, unit string) string {
		return strconv.FormatFloat(x, 'g', 6, 64) + " " + unit
	}
	switch {
	case h < 1.0/60:
		return format(h*3600, "s")
	case h < 1:
		return format(h*60, "min")
	case h >= 48:
		return format(h/24, "days")
	}
	return format(h, "h")
}
