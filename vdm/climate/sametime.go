package climate

import (
	"errors"
	"fmt"
	"math"
)

// InCalendar returns times of one calendar, in hours since [Epoch], as times of another
// that have the same dates: 2018-09-13 06:00 stays 2018-09-13 06:00. Two calendars agree
// over a span in which every month has the same length in both, as the standard and the
// proleptic Gregorian one do from October 1582 on; where they do not, the error names
// the first month. until, a time of the second calendar, lengthens the span over which
// they must agree, unless it is NaN.
func InCalendar(times []float64, from, to string, until float64) ([]float64, error) {
	if from == to || len(times) == 0 {
		return times, nil
	}
	if from == NoCalendar || to == NoCalendar {
		return nil, fmt.Errorf("the calendar is %q against %q: without a calendar there are no dates to compare", from, to)
	}
	out := make([]float64, len(times))
	first, last := math.Inf(1), math.Inf(-1) // in the second calendar
	for i, t := range times {
		day := int(math.Floor(t / 24))
		d := dateOf(from, day)
		if err := d.check(to); err != nil {
			return nil, fmt.Errorf("the calendar is %q against %q: %w", from, to, err)
		}
		out[i] = float64(d.number(to))*24 + (t - float64(day)*24)
		first, last = math.Min(first, out[i]), math.Max(last, out[i])
	}
	if !math.IsNaN(until) {
		first, last = math.Min(first, until), math.Max(last, until)
	}
	a, b := dateOf(to, int(math.Floor(first/24))), dateOf(to, int(math.Floor(last/24)))
	for y, m := a.year, a.month; y < b.year || y == b.year && m < b.month; m++ {
		if m > 12 {
			y, m = y+1, 1
			if y == b.year && m >= b.month {
				break
			}
		}
		days := func(calendar string) int {
			next := date{y, m + 1, 1}
			if m == 12 {
				next = date{y + 1, 1, 1}
			}
			begin := date{y, m, 1}
			if y == a.year && m == a.month {
				begin = a
			}
			return next.number(calendar) - begin.number(calendar)
		}
		if p, q := days(from), days(to); p != q {
			if a, b := daysInMonth(from, y, m), daysInMonth(to, y, m); a != b { // the message names the whole month
				p, q = a, b
			}
			return nil, fmt.Errorf("the calendar is %q against %q, and %04d-%02d has %d days in the one, %d in the other", from, to, y, m, p, q)
		}
	}
	return out, nil
}

// ErrNoFrame is wrapped by the error for times that a record does not have.
var ErrNoFrame = errors.New("the data have no frame")

// FramesAt returns the frame of f for each time of part. Times are compared as
// instants: the calendars of both must agree over the span, f may have more
// frames and finer steps. A time that f does not have is an error that names it.
func (f *Field) FramesAt(part *Field) ([]int, error) {
	times, tolerance, err := f.timesOf(part)
	if err != nil {
		return nil, err
	}
	frames := make([]int, len(times))
	k := 0
	for i, t := range times {
		for k+1 < f.Frames() && math.Abs(f.Times[k+1]-t) <= math.Abs(f.Times[k]-t) {
			k++
		}
		if off := math.Abs(f.Times[k] - t); !(off <= tolerance) {
			return nil, fmt.Errorf("%w at %s: they go from %s to %s, and the nearest frame is at %s",
				ErrNoFrame, part.Date(i), f.Date(0), f.Date(f.Frames()-1), f.Date(k))
		}
		if i > 0 && frames[i-1] == k {
			return nil, fmt.Errorf("the data have one frame, at %s, for %s and %s", f.Date(k), part.Date(i-1), part.Date(i))
		}
		frames[i] = k
	}
	return frames, nil
}

// sameTime returns by how many hours two times of one instant may differ: a hundredth of
// the smaller step, and a second where there is none.
func sameTime(steps ...float64) float64 {
	tolerance := math.Inf(1)
	for _, s := range steps {
		if s > 0 {
			tolerance = math.Min(tolerance, s/100)
		}
	}
	if math.IsInf(tolerance, 1) {
		return 1.0 / 3600
	}
	return tolerance
}

// MonthOf returns the beginning and the end of the month in which a time lies, all in
// hours since [Epoch] in the calendar.
func MonthOf(hours float64, calendar string) (from, to float64) {
	d := dateOf(calendar, int(math.Floor(hours/24)))
	next := date{d.year, d.month + 1, 1}
	if d.month == 12 {
		next = date{d.year + 1, 1, 1}
	}
	return float64(date{d.year, d.month, 1}.number(calendar)) * 24, float64(next.number(calendar)) * 24
}

// timesOf returns the times of another field in the calendar of f, and by how much times
// may differ and still be the same.
func (f *Field) timesOf(part *Field) (times []float64, tolerance float64, err error) {
	if part.Epoch != f.Epoch {
		return nil, 0, fmt.Errorf("its times are %q, those of the data %q", part.Epoch, f.Epoch)
	}
	times = part.Times
	if part.Calendar != f.Calendar {
		if times, err = InCalendar(part.Times, part.Calendar, f.Calendar, math.NaN()); err != nil {
			return nil, 0, err
		}
	}
	return times, sameTime(part.Step(), f.Step()), nil
}
