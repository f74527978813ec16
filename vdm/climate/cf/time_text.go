package cf

import (
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

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

// textTime returns the variable with dates in characters along the frames, such as WRF's
// Times.
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

// writtenDates returns the times of dates in characters or strings.
func (d *dataset) writtenDates(v *variable, l *layout, c *variable, calendar string, a *timeAxis, u *instantUnits) (times []float64, _ *instantUnits, resolution float64, err error) {
	canonical, err := climate.CanonicalCalendar(calendar)
	if err != nil {
		return nil, nil, 0, fmt.Errorf("time coordinate %q: %w", c.name, err)
	}
	texts, err := c.values.Texts()
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

// plainDate returns a date in one of the forms that files use for characters
// (2018-09-13_06:00:00, 2018/09/13 06:00, 2018091306, 20180913060000) in a common form.
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
