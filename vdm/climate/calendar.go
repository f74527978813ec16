package climate

import (
	"fmt"
	"math"
	"strings"
)

// These are the canonical names of the calendars of CF-1.8, section 4.4.1.
const (
	Standard           = "standard"            // Julian until 4 October 1582, then Gregorian; also "gregorian"
	ProlepticGregorian = "proleptic_gregorian" // Gregorian at all times
	Julian             = "julian"              // a leap year every fourth
	NoLeap             = "noleap"              // 365 days; also "365_day"
	AllLeap            = "all_leap"            // 366 days; also "366_day"
	ThreeSixtyDay      = "360_day"             // twelve months of 30 days
	NoCalendar         = "none"                // times without dates
)

// CanonicalCalendar returns the canonical name of a CF calendar attribute. An
// absent one ("") is the standard calendar, as CF says.
func CanonicalCalendar(name string) (string, error) {
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "", "standard", "gregorian":
		return Standard, nil
	case "proleptic_gregorian":
		return ProlepticGregorian, nil
	case "julian":
		return Julian, nil
	case "noleap", "no_leap", "365_day":
		return NoLeap, nil
	case "all_leap", "366_day":
		return AllLeap, nil
	case "360_day", "360":
		return ThreeSixtyDay, nil
	case "none":
		return NoCalendar, nil
	}
	return "", fmt.Errorf("calendar %q is not known; known are standard (gregorian), proleptic_gregorian, "+
		"julian, noleap (365_day), all_leap (366_day), 360_day", name)
}

// maxYear bounds the years that are accepted, so that day numbers stay far from overflow
// and exact in float64.
const maxYear = 100_000

// date is a day of some calendar, with astronomical years: year 0 exists and
// is the one before year 1.
type date struct{ year, month, day int }

var monthDays = [12]int{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func leapYear(calendar string, year int) bool {
	gregorian := year%4 == 0 && (year%100 != 0 || year%400 == 0)
	switch calendar {
	case Julian:
		return year%4 == 0
	case AllLeap:
		return true
	case NoLeap, ThreeSixtyDay:
		return false
	case Standard:
		if year < 1582 {
			return year%4 == 0
		}
	}
	return gregorian
}

func daysInMonth(calendar string, year, month int) int {
	if calendar == ThreeSixtyDay {
		return 30
	}
	if month == 2 && leapYear(calendar, year) {
		return 29
	}
	return monthDays[month-1]
}

// check refuses days that the calendar does not have, the ten days that the
// standard calendar skips in October 1582 among them.
func (d date) check(calendar string) error {
	switch {
	case d.year < -maxYear || d.year > maxYear:
		return fmt.Errorf("year %d is outside ±%d", d.year, maxYear)
	case d.month < 1 || d.month > 12:
		return fmt.Errorf("month %d is not in 1 to 12", d.month)
	case d.day < 1 || d.day > daysInMonth(calendar, d.year, d.month):
		return fmt.Errorf("day %d is not in month %04d-%02d of the %s calendar", d.day, d.year, d.month, calendar)
	case calendar == Standard && d.year == 1582 && d.month == 10 && d.day > 4 && d.day < 15:
		return fmt.Errorf("1582-10-%02d does not exist in the standard calendar (the 4th is followed by the 15th)", d.day)
	}
	return nil
}

// number returns the days from 1970-01-01 of the same calendar to d.
func (d date) number(calendar string) int {
	switch calendar {
	case ThreeSixtyDay:
		return (d.year-1970)*360 + (d.month-1)*30 + d.day - 1
	case NoLeap, AllLeap:
		length := 365
		if calendar == AllLeap {
			length = 366
		}
		n := (d.year - 1970) * length
		for m := 1; m < d.month; m++ {
			n += daysInMonth(calendar, d.year, m)
		}
		return n + d.day - 1
	case Julian:
		return d.julianDay(false) - date{1970, 1, 1}.julianDay(false)
	case Standard:
		old := d.year < 1582 || d.year == 1582 && (d.month < 10 || d.month == 10 && d.day < 15)
		return d.julianDay(!old) - date{1970, 1, 1}.julianDay(true)
	}
	return d.julianDay(true) - date{1970, 1, 1}.julianDay(true)
}

// julianDay returns the astronomers' running day number at noon of the day. Years count
// from March, so that the leap day is at the end and the months before it follow one
// rule: month m starts on day ⌊(153m+2)/5⌋.
func (d date) julianDay(gregorian bool) int {
	early := 0
	if d.month <= 2 {
		early = 1
	}
	y := d.year + 4800 - early
	m := d.month + 12*early - 3
	n := d.day + (153*m+2)/5 + 365*y + floorDiv(y, 4)
	if gregorian {
		return n - floorDiv(y, 100) + floorDiv(y, 400) - 32045
	}
	return n - 32083
}

// dateOf returns the date with a day number, the inverse of number.
func dateOf(calendar string, n int) date {
	year := 1970 + int(math.Floor(float64(n)/365.2425))
	for (date{year, 1, 1}).number(calendar) > n {
		year--
	}
	for (date{year + 1, 1, 1}).number(calendar) <= n {
		year++
	}
	month := 1
	for month < 12 && (date{year, month + 1, 1}).number(calendar) <= n {
		month++
	}
	day := n - (date{year, month, 1}).number(calendar) + 1
	if calendar == Standard && year == 1582 && month == 10 && day > 4 {
		day += 10
	}
	return date{year, month, day}
}

func floorDiv(a, b int) int {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}
