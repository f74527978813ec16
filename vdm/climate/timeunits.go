package climate

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// Epoch is the time axis of all fields: CF time units, in the field's own calendar.
const Epoch = "hours since 1970-01-01 00:00:00"

// RelativeEpoch is the axis of records whose times have no reference date.
const RelativeEpoch = "hours"

// TimeUnits converts the values of a CF time coordinate to hours since [Epoch].
type TimeUnits struct {
	Calendar string // canonical name; NoCalendar without a reference date
	Relative bool   // whether the units name no reference date: hours then count from an unknown start

	mul, div  float64 // hours per unit, as a quotient so that seconds and minutes stay exact
	months    int     // calendar months in a unit where their length varies, else 0
	reference date
	offset    float64 // hours into the reference day, in UTC
	packed    bool    // for dates as numbers: "day as %Y%m%d.%f", "yyyymmddhh"
	clock     int     // number of digits of a packed date behind the day: 0, 2, 4 or 6
}

// ParseTimeUnits returns the conversion from a CF time unit such as "hours since
// 1970-01-01", with its calendar attribute ("" where absent). Units without a reference
// date are relative. Months and years have varying length in most calendars: they are
// counted as calendar months and only whole values convert.
func ParseTimeUnits(units, calendar string) (*TimeUnits, error) {
	u := &TimeUnits{mul: 1, div: 1}
	var err error
	if u.Calendar, err = CanonicalCalendar(calendar); err != nil {
		return nil, err
	}
	text := strings.Join(strings.Fields(units), " ")
	if digits, packed := packedDates[strings.ToLower(packedText.Replace(text))]; packed {
		if u.Calendar == NoCalendar {
			return nil, fmt.Errorf("time units %q need a calendar, not %q", units, calendar)
		}
		u.packed, u.mul, u.clock = true, 24, digits
		return u, nil
	}
	unit, since, found := cutFold(text, " since ")
	switch strings.ToLower(unit) {
	case "nanosecond", "nanoseconds", "nsec", "nsecs", "ns":
		u.div = 3_600_000_000_000
	case "microsecond", "microseconds", "usec", "usecs", "us", "µs", "μs":
		u.div = 3_600_000_000
	case "millisecond", "milliseconds", "msec", "msecs", "ms":
		u.div = 3_600_000
	case "second", "seconds", "sec", "secs", "s":
		u.div = 3600
	case "minute", "minutes", "min", "mins":
		u.div = 60
	case "hour", "hours", "hr", "hrs", "h":
	case "day", "days", "d":
		u.mul = 24
	case "week", "weeks":
		u.mul = 7 * 24
	case "month", "months", "mon", "mons":
		u.months = 1
	case "year", "years", "yr", "yrs":
		u.months = 12
	case "common_year", "common_years": // in UDUNITS 365 days in every calendar
		u.mul = 365 * 24
	default:
		return nil, fmt.Errorf("time units %q are not known; known are nanoseconds, microseconds, milliseconds, seconds, minutes, hours, "+
			"days, weeks, months, years and common_years (of 365 days), each with \"since\" a date, and dates as numbers, such as \"yyyymmddhh\"", units)
	}
	if days := fixedYear(u.Calendar); u.months > 0 && found && days > 0 && (u.months == 12 || u.Calendar == ThreeSixtyDay) {
		u.mul, u.months = float64(24*days*u.months/12), 0
	}
	if !found {
		if u.months > 0 {
			return nil, fmt.Errorf("time units %q name no reference date, and a month or year alone has no fixed length; "+
				"give the time units explicitly, as \"days since 1981-01-01\"", units)
		}
		u.Relative, u.Calendar = true, NoCalendar
		return u, nil
	}
	if u.Calendar == NoCalendar {
		return nil, fmt.Errorf("time units %q name a date, but the calendar is %q", units, calendar)
	}
	if u.reference, u.offset, err = parseDate(since, u.Calendar); err != nil {
		return nil, fmt.Errorf("time units %q: %w", units, err)
	}
	return u, nil
}

// packedText and packedDates are the spellings of dates as numbers, with the number of
// their digits behind the day.
var (
	packedText  = strings.NewReplacer(" ", "", "-", "", "_", "", ":", "")
	packedDates = map[string]int{"dayas%y%m%d.%f": 0, "dayas%y%m%d": 0, "%y%m%d": 0, "yyyymmdd": 0, "%y%m%d.%f": 0, "yyyymmdd.f": 0, "yyyymmdd.ffffff": 0,
		"houras%y%m%d%h": 2, "%y%m%d%h": 2, "yyyymmddhh": 2, "minuteas%y%m%d%h%m": 4, "%y%m%d%h%m": 4, "yyyymmddhhmm": 4, "yyyymmddhhmmss": 6, "%y%m%d%h%m%s": 6}
)

// fixedYear returns the length in days of every year of a calendar, 0 where years
// differ.
func fixedYear(calendar string) int {
	switch calendar {
	case ThreeSixtyDay:
		return 360
	case NoLeap:
		return 365
	case AllLeap:
		return 366
	}
	return 0
}

// Epoch returns the CF time units of the result of Hours.
func (u *TimeUnits) Epoch() string {
	if u.Relative {
		return RelativeEpoch
	}
	return Epoch
}

// Hours returns one value of the coordinate in hours since Epoch.
func (u *TimeUnits) Hours(value float64) (float64, error) {
	if math.IsNaN(value) || math.IsInf(value, 0) {
		return 0, fmt.Errorf("time value %v is not a number", value)
	}
	d, offset := u.reference, u.offset
	switch {
	case u.Relative:
		return value * u.mul / u.div, nil
	case u.packed:
		whole, fraction := math.Modf(value)
		if whole < 0 || whole > 1e9*math.Pow10(u.clock) || fraction != 0 && u.clock > 0 {
			return 0, fmt.Errorf("time value %v is not a date of the form %s", value, "YYYYMMDDhhmmss"[:8+u.clock])
		}
		n := int(whole)
		seconds, over := 0, 3600
		for at := u.clock; at > 0; at -= 2 { // hours, minutes, seconds, each of two digits
			part := n / int(math.Pow10(at-2)) % 100
			if most := map[bool]int{true: 23, false: 59}[over == 3600]; part > most {
				return 0, fmt.Errorf("time value %.0f is not a date of the form %s", value, "YYYYMMDDhhmmss"[:8+u.clock])
			}
			seconds, over = seconds+part*over, over/60
		}
		n /= int(math.Pow10(u.clock))
		d = date{n / 10000, n / 100 % 100, n % 100}
		if err := d.check(u.Calendar); err != nil {
			return 0, err
		}
		offset, value = float64(seconds)/3600, fraction
	case u.months > 0:
		if value != math.Trunc(value) || math.Abs(value) > 12*maxYear {
			return 0, fmt.Errorf("time value %v: months and years of the %s calendar vary in length, so only whole ones convert",
				value, u.Calendar)
		}
		m := d.month - 1 + int(value)*u.months
		d.year, d.month = d.year+floorDiv(m, 12), m-12*floorDiv(m, 12)+1
		if err := d.check(u.Calendar); err != nil {
			return 0, fmt.Errorf("time value %v: %w", value, err)
		}
		value = 0
	}
	hours := float64(d.number(u.Calendar))*24 + offset + value*u.mul/u.div
	if math.Abs(hours) > 366*24*maxYear {
		return 0, fmt.Errorf("time value %v is beyond year ±%d", value, maxYear)
	}
	return hours, nil
}

// FormatTime returns hours since [Epoch] as a date of the calendar, to the second:
// "2018-09-13 19:00:00". Without a calendar it returns the hours.
func FormatTime(hours float64, calendar string) string {
	if calendar == NoCalendar {
		return strconv.FormatFloat(hours, 'g', 8, 64) + " h"
	}
	if math.IsNaN(hours) || math.Abs(hours) > 366*24*maxYear {
		return fmt.Sprintf("%v h", hours)
	}
	seconds := int(math.Round(hours * 3600))
	day := floorDiv(seconds, 86400)
	seconds -= day * 86400
	d := dateOf(calendar, day)
	return fmt.Sprintf("%04d-%02d-%02d %02d:%02d:%02d", d.year, d.month, d.day, seconds/3600, seconds/60%60, seconds%60)
}

// ParseTime returns a date of a calendar such as "2018-09-13 19:00" (or "2018-09", or
// "2018-09-13T19:00:00Z") in hours since [Epoch].
func ParseTime(text, calendar string) (float64, error) {
	calendar, err := CanonicalCalendar(calendar)
	if err != nil {
		return 0, err
	}
	if calendar == NoCalendar {
		return 0, fmt.Errorf("date %q: without a calendar there are no dates", text)
	}
	d, offset, err := parseDate(text, calendar)
	if err != nil {
		return 0, err
	}
	return float64(d.number(calendar))*24 + offset, nil
}

var (
	datePattern = regexp.MustCompile(`^([+-]?\d{1,6})(?:-(\d{1,2})(?:-(\d{1,2}))?)?` +
		`(?:[Tt ] ?(\d{1,2})(?::(\d{1,2})(?::(\d{1,2}(?:\.\d*)?))?)?)?` +
		` ?(?:(Z|z|UTC|utc|GMT)|([+-]| )(\d{1,2})(?::?(\d{2}))?)?$`)
	compactDate = regexp.MustCompile(`^(\d{4})(\d{2})(\d{2})($|[Tt ])`)
)

// parseDate returns the day and the hours into it, in UTC (they may be negative or above
// 24 where a time zone shifts them).
func parseDate(text, calendar string) (date, float64, error) {
	trimmed := compactDate.ReplaceAllString(strings.Join(strings.Fields(text), " "), "$1-$2-$3$4")
	m := datePattern.FindStringSubmatch(trimmed)
	if m == nil {
		return date{}, 0, fmt.Errorf("%q is not a date; expected year-month-day, then hour:minute:second and a time zone if needed", text)
	}
	number := func(s string, missing int) int {
		if s == "" {
			return missing
		}
		n, _ := strconv.Atoi(s) // the pattern allows at most six digits
		return n
	}
	d := date{number(m[1], 0), number(m[2], 1), number(m[3], 1)}
	if err := d.check(calendar); err != nil {
		return date{}, 0, fmt.Errorf("date %q: %w", text, err)
	}
	hour, minute := number(m[4], 0), number(m[5], 0)
	second := 0.0
	if m[6] != "" {
		second, _ = strconv.ParseFloat(m[6], 64)
	}
	zoneHour, zoneMinute := number(m[9], 0), number(m[10], 0)
	if hour > 24 || minute > 59 || second >= 60 || zoneHour > 15 || zoneMinute > 59 {
		return date{}, 0, fmt.Errorf("date %q: the time of day or the time zone is out of range", text)
	}
	offset := float64(hour) + (float64(minute)+second/60)/60
	zone := float64(zoneHour) + float64(zoneMinute)/60
	if m[8] == "-" {
		zone = -zone
	}
	return d, offset - zone, nil
}

// cutFold does what strings.Cut does, without regard to case.
func cutFold(s, sep string) (head, tail string, found bool) {
	if i := strings.Index(strings.ToLower(s), sep); i >= 0 && i+len(sep) <= len(s) {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
