package climate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// FormatHours returns a length of time, given in hours, as people say it: "5 min", "90 min",
// "1 h", "3 days". What adding up times has left of a round one is not shown.
func FormatHours(hours float64) string {
	format := func(x float64, unit string) string { return strconv.FormatFloat(x, 'g', 6, 64) + " " + unit }
	whole := func(x float64) bool { return math.Abs(x-math.Round(x)) < 1e-4 }
	switch h := math.Abs(hours); {
	case h < 1./60:
		return format(hours*3600, "s")
	case h < 1 || h < 4 && !whole(h) && whole(60*h):
		return format(hours*60, "min")
	case h >= 48:
		return format(hours/24, "days")
	}
	return format(hours, "h")
}

var spokenLength = regexp.MustCompile(`^([0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?) ?([a-zA-Z]*)$`)

// lengthUnits are the units of lengths of time as people write them, in hours.
var lengthUnits = map[string]float64{
	"s": 1. / 3600, "sec": 1. / 3600, "secs": 1. / 3600, "second": 1. / 3600, "seconds": 1. / 3600,
	"m": 1. / 60, "min": 1. / 60, "mins": 1. / 60, "minute": 1. / 60, "minutes": 1. / 60,
	"h": 1, "hr": 1, "hrs": 1, "hour": 1, "hours": 1,
	"d": 24, "day": 24, "days": 24,
}

// ParseHours returns a length of time in hours: "10min", "1.5 h", "3600s", "2 days", or a
// number alone, which is one of hours.
func ParseHours(text string) (float64, error) {
	m := spokenLength.FindStringSubmatch(strings.TrimSpace(text))
	if m == nil {
		return 0, notLength(text)
	}
	unit, known := lengthUnits[strings.ToLower(m[2])]
	if m[2] == "" {
		unit, known = 1, true
	}
	value, err := strconv.ParseFloat(m[1], 64)
	if err != nil || !known || math.IsInf(value, 0) {
		return 0, notLength(text)
	}
	if unit < 1 {
		return value / math.Round(1/unit), nil // ten minutes to the last digit
	}
	return value * unit, nil
}

func notLength(text string) error {
	return fmt.Errorf("%q is no length of time: want a number of hours, or one with a unit, as in 10min, 1h or 2days", text)
}

// ParseLengths returns lengths of time with commas between, in hours. One without a unit
// has the unit of the next: "5,10,30min" are minutes.
func ParseLengths(text string) (all []float64, err error) {
	words := strings.Split(text, ",")
	unit := ""
	for i := len(words) - 1; i >= 0; i-- {
		word := strings.TrimSpace(words[i])
		if m := spokenLength.FindStringSubmatch(word); m != nil && m[2] != "" {
			unit = m[2]
		} else {
			word += unit
		}
		hours, err := ParseHours(word)
		if err != nil {
			return nil, err
		}
		all = append([]float64{hours}, all...)
	}
	return all, nil
}

// compact matches dates as names of files have them, 20180914T0800 or 201809140800.
var compact = regexp.MustCompile(`^([0-9]{4})([0-9]{2})([0-9]{2})[T_ ]?([0-9]{2}):?([0-9]{2})(Z?)$`)

// FrameAt returns the frame that a date is of, such as "2018-09-14T08:00": whose stamp in
// the file it is, else whose time, else in whose interval it lies.
func (f *Field) FrameAt(date string) (int, error) {
	if !f.HasDates() {
		return 0, fmt.Errorf("%s: the times of the data count from no date; give the number of a frame, from 0", date)
	}
	hours, err := ParseTime(compact.ReplaceAllString(date, "$1-$2-${3}T$4:$5$6"), f.Calendar)
	if err != nil {
		return 0, err
	}
	const slack = 0.5 / 3600 // times are said to the second
	for _, times := range [][]float64{f.Stamps, f.Times} {
		for i, t := range times {
			if math.Abs(t-hours) <= slack {
				return i, nil
			}
		}
	}
	for i := range f.From {
		if hours >= f.From[i]-slack && hours < f.To[i]-slack {
			return i, nil
		}
	}
	nearest := 0
	for i, t := range f.Times {
		if math.Abs(t-hours) < math.Abs(f.Times[nearest]-hours) {
			nearest = i
		}
	}
	return 0, fmt.Errorf("the data have no frame at %s: they are of %s, and nearest is frame %d at %s", date, f.Period(), nearest, f.Date(nearest))
}
