package netcdf

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// timeAxis is the times of a variable's frames.
type timeAxis struct {
	times     []float64 // hours since the epoch, as stored
	intervals []float64 // length in hours of each frame's bounds; nil without bounds
	middles   []float64 // middle of the bounds
	calendar  string
	epoch     string
	stored    string // the units in the file
}

// readTime reads the time coordinate and its bounds. A variable without time is
// one frame.
func (d *dataset) readTime(l *layout, opt ReadOptions) (*timeAxis, error) {
	c := l.timeVar
	if c == nil {
		return &timeAxis{times: []float64{0}, calendar: climate.NoCalendar, epoch: climate.RelativeEpoch}, nil
	}
	units, calendar := c.text("units"), c.text("calendar")
	if opt.TimeUnits != "" {
		units = opt.TimeUnits
	}
	if opt.Calendar != "" {
		calendar = opt.Calendar
	}
	u, err := climate.ParseTimeUnits(units, calendar)
	if err != nil {
		return nil, fmt.Errorf("time coordinate %q: %w", c.name, err)
	}
	values, err := c.readAll()
	if err != nil {
		return nil, err
	}
	a := &timeAxis{times: make([]float64, len(values)), calendar: u.Calendar, epoch: u.Epoch(), stored: units}
	for i, v := range values {
		if a.times[i], err = u.Hours(v); err != nil {
			return nil, fmt.Errorf("time coordinate %q, frame %d: %w", c.name, i, err)
		}
		if i > 0 && a.times[i] <= a.times[i-1] {
			return nil, fmt.Errorf("time coordinate %q does not go forward: frame %d is at %s, frame %d at %s", c.name,
				i-1, climate.FormatTime(a.times[i-1], a.calendar), i, climate.FormatTime(a.times[i], a.calendar))
		}
	}
	bounds := d.find(c.text("bounds"))
	if bounds == nil || !bounds.isNumeric() {
		return a, nil
	}
	if n := len(bounds.shape); n != len(c.shape)+1 || bounds.shape[n-1] != 2 || n == 2 && bounds.shape[0] != len(values) {
		return nil, fmt.Errorf("time bounds %q have the shape %v, expected two for each of %d times", bounds.name, bounds.shape, len(values))
	}
	ends, err := bounds.readAll()
	if err != nil {
		return nil, err
	}
	for i := range a.times {
		from, err := u.Hours(ends[2*i])
		if err != nil {
			return nil, fmt.Errorf("time bounds %q, frame %d: %w", bounds.name, i, err)
		}
		to, err := u.Hours(ends[2*i+1])
		if err != nil {
			return nil, fmt.Errorf("time bounds %q, frame %d: %w", bounds.name, i, err)
		}
		if to <= from { // an instant: bounds that bound nothing
			return &timeAxis{times: a.times, calendar: a.calendar, epoch: a.epoch, stored: a.stored}, nil
		}
		a.intervals = append(a.intervals, to-from)
		a.middles = append(a.middles, (from+to)/2)
	}
	return a, nil
}

// timeMethod is what a variable's cell_methods say about time: the method
// ("sum", "mean", "" if nothing) and the interval in hours, 0 if none is given.
func timeMethod(cellMethods string) (method string, interval float64) {
	m := timeMethodPattern.FindStringSubmatch(cellMethods)
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

var timeMethodPattern = regexp.MustCompile(`(?i)\btime\s*:\s*(?:[a-z_]+\s*:\s*)*([a-z_]+)` +
	`(?:\s*\(\s*interval\s*:\s*([0-9.]+(?:e[+-]?[0-9]+)?)\s*([a-z]+))?`)

// accumulation finds the interval in hours over which each frame of an amount
// was accumulated: as set explicitly, else from time bounds, else from
// cell_methods where it agrees with the time step. It is not guessed.
func accumulation(v *variable, a *timeAxis, step float64, opt ReadOptions) (intervals []float64, from string, err error) {
	every := func(hours float64) []float64 {
		out := make([]float64, len(a.times))
		for i := range out {
			out[i] = hours
		}
		return out
	}
	method, interval := timeMethod(v.text("cell_methods"))
	if opt.Interval > 0 {
		return every(opt.Interval), "as set", nil
	}
	refuse := func(why string) error {
		hint := ""
		if step > 0 {
			hint = fmt.Sprintf(" (the time step is %s)", hours(step))
		}
		return fmt.Errorf("variable %q: units %q are an amount, and %s; set Interval to the hours over which each value "+
			"was accumulated%s", v.name, v.text("units"), why, hint)
	}
	if method != "" && method != "sum" {
		return nil, "", refuse(fmt.Sprintf("cell_methods %q does not say that it is a sum over time", v.text("cell_methods")))
	}
	if a.intervals != nil {
		return a.intervals, "time bounds", nil
	}
	switch {
	case interval == 0:
		return nil, "", refuse("neither time bounds nor an interval in cell_methods say over which time")
	case step > 0 && math.Abs(interval-step) > 0.01*step:
		// By CF the interval of cell_methods is that of the data summed, which
		// need not be the length of the sum.
		return nil, "", refuse(fmt.Sprintf("the interval of %s in cell_methods is not the time step, so it may be that of the data that were summed",
			hours(interval)))
	}
	return every(interval), "cell_methods", nil
}

// hours writes a length of time, in minutes or days where that reads better.
func hours(h float64) string {
	format := func(x float64, unit string) string {
		return strconv.FormatFloat(x, 'g', 6, 64) + " " + unit
	}
	switch {
	case h < 1:
		return format(h*60, "min")
	case h >= 48:
		return format(h/24, "days")
	}
	return format(h, "h")
}
