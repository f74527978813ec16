package climate

import (
	"bufio"
	"fmt"
	"math"
	"os/exec"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

var allCalendars = []string{Standard, ProlepticGregorian, Julian, NoLeap, AllLeap, ThreeSixtyDay}

// Every day of some centuries, the switch of 1582 and years before 1 among
// them: numbers follow one another, and dateOf is the inverse.
func TestEveryDay(t *testing.T) {
	for _, calendar := range allCalendars {
		for _, years := range [][2]int{{-5, 5}, {1575, 1605}, {1895, 2105}} {
			last := date{years[0], 1, 1}.number(calendar) - 1
			for year := years[0]; year <= years[1]; year++ {
				for month := 1; month <= 12; month++ {
					for day := 1; day <= daysInMonth(calendar, year, month); day++ {
						d := date{year, month, day}
						if d.check(calendar) != nil {
							if calendar != Standard || year != 1582 || month != 10 {
								t.Fatalf("%s: %v is refused: %v", calendar, d, d.check(calendar))
							}
							continue
						}
						n := d.number(calendar)
						if n != last+1 {
							t.Fatalf("%s: %v is day %d, the day before %d", calendar, d, n, last)
						}
						last = n
						if back := dateOf(calendar, n); back != d {
							t.Fatalf("%s: day %d of %v comes back as %v", calendar, n, d, back)
						}
					}
				}
			}
		}
	}
}

func TestKnownDays(t *testing.T) {
	// Julian day numbers at noon: 2451545 is 1 January 2000 (Gregorian),
	// 2299161 the first Gregorian day, 0 is 1 January 4713 BC (Julian).
	for _, c := range []struct {
		d         date
		gregorian bool
		want      int
	}{
		{date{2000, 1, 1}, true, 2451545}, {date{1582, 10, 15}, true, 2299161},
		{date{1582, 10, 4}, false, 2299160}, {date{-4712, 1, 1}, false, 0}, {date{1970, 1, 1}, true, 2440588},
	} {
		if got := c.d.julianDay(c.gregorian); got != c.want {
			t.Errorf("Julian day of %v is %d, want %d", c.d, got, c.want)
		}
	}
	for _, c := range []struct {
		d        date
		calendar string
	}{
		{date{2021, 2, 29}, Standard}, {date{1900, 2, 29}, ProlepticGregorian}, {date{2020, 2, 29}, NoLeap},
		{date{2020, 1, 31}, ThreeSixtyDay}, {date{2020, 13, 1}, Standard}, {date{1582, 10, 10}, Standard}, {date{2020, 0, 1}, Standard},
	} {
		if c.d.check(c.calendar) == nil {
			t.Errorf("%v is accepted in the %s calendar", c.d, c.calendar)
		}
	}
	for _, c := range []struct {
		d        date
		calendar string
	}{{date{1900, 2, 29}, Julian}, {date{2021, 2, 29}, AllLeap}, {date{2021, 2, 30}, ThreeSixtyDay}, {date{2000, 2, 29}, Standard}} {
		if err := c.d.check(c.calendar); err != nil {
			t.Errorf("%v is refused in the %s calendar: %v", c.d, c.calendar, err)
		}
	}
}

func TestTimeUnits(t *testing.T) {
	for _, c := range []struct {
		units, calendar string
		value           float64
		want            string
	}{
		{"Hour since 2001-12-31T23:00:00Z", "proleptic_gregorian", 146396, "2018-09-13 19:00:00"},
		{"hours since 1970-01-01", "360_day", 24*30*12 + 36.5, "1971-01-02 12:30:00"},
		{"days since 1978-1-1 00:00:00", "standard", 365.25, "1979-01-01 06:00:00"},
		{"minutes since 2020-10-31 00:00:00", "", 1440, "2020-11-01 00:00:00"},
		{"seconds since 1970-01-01 00:00:00 +00:00", "gregorian", 86399, "1970-01-01 23:59:59"},
		{"hours since 2000-01-01 00:00:00 +02:00", "standard", 2, "2000-01-01 00:00:00"},
		{"hours since 2000-01-01 00:00:00 -0530", "standard", 0, "2000-01-01 05:30:00"},
		{"hours since 1900-01-01 00:00:0.0", "gregorian", 0, "1900-01-01 00:00:00"},
		{"days since 1970-01-01 00:00:00 UTC", "", 0.5, "1970-01-01 12:00:00"},
		{"days since 0000-01-01 00:00:00", "noleap", 365 * 2000, "2000-01-01 00:00:00"},
		{"days since 0001-01-01", "standard", 719164, "1970-01-01 00:00:00"},
		{"days since 0001-01-01", "proleptic_gregorian", 719162, "1970-01-01 00:00:00"},
		{"days since 19810101", "noleap", 59, "1981-03-01 00:00:00"},
		{"months since 1981-01-31", "360_day", 0, ""},
		{"months since 1981-11-15", "standard", 14, "1983-01-15 00:00:00"},
		{"months since 1981-11-15", "standard", -11, "1980-12-15 00:00:00"},
		{"years since 1981-03-01 06:00", "standard", 3, "1984-03-01 06:00:00"},
		{"months since 1981-01-01", "360_day", 1.5, "1981-02-16 00:00:00"},
		{"day as %Y%m%d.%f", "standard", 20180913.75, "2018-09-13 18:00:00"},
		{"yyyymmddhh", "", 2018091318, "2018-09-13 18:00:00"},
		{"YYYYMMDD", "noleap", 20180913, "2018-09-13 00:00:00"},
		{"hour as %Y%m%d%H", "standard", 2018091323, "2018-09-13 23:00:00"},
		{"%Y-%m-%d %H:%M", "standard", 201809131805, "2018-09-13 18:05:00"},
		{"yyyymmddhhmmss", "proleptic_gregorian", 20180913180509, "2018-09-13 18:05:09"},
		{"msec since 1970-01-01", "standard", 1500, "1970-01-01 00:00:02"},
	} {
		u, err := ParseTimeUnits(c.units, c.calendar)
		if c.want == "" {
			if err == nil {
				t.Errorf("%q (%s) is accepted", c.units, c.calendar)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q: %v", c.units, err)
			continue
		}
		h, err := u.Hours(c.value)
		if err != nil {
			t.Errorf("%v %q: %v", c.value, c.units, err)
			continue
		}
		if got := FormatTime(h, u.Calendar); got != c.want {
			t.Errorf("%v %q (%s) is %s, want %s", c.value, c.units, c.calendar, got, c.want)
		}
		if back, err := ParseTime(c.want, u.Calendar); err != nil || math.Abs(back-h) > 1.0/3600 {
			t.Errorf("ParseTime(%q) = %v, %v, want %v", c.want, back, err, h)
		}
	}
}

func TestTimeUnitsWithoutDate(t *testing.T) {
	u, err := ParseTimeUnits("days", "standard")
	if err != nil || !u.Relative || u.Epoch() != RelativeEpoch || u.Calendar != NoCalendar {
		t.Fatalf("days alone: %+v, %v", u, err)
	}
	if h, _ := u.Hours(1.5); h != 36 || FormatTime(h, u.Calendar) != "36 h" {
		t.Errorf("1.5 days is %v h, %q", h, FormatTime(h, u.Calendar))
	}
}

func TestTimeUnitsRefused(t *testing.T) {
	for _, c := range []struct{ units, calendar, say string }{
		{"month", "", "no reference date"},
		{"fortnights since 1970-01-01", "", "not known"},
		{"hours since yesterday", "", "not a date"},
		{"hours since 2021-02-29", "noleap", "day 29"},
		{"hours since 2021-01-31", "360_day", "day 31"},
		{"hours since 1970-01-01 25:00", "", "out of range"},
		{"hours since 1970-01-01", "hebrew", "is not known"},
		{"hours since 1970-01-01", "none", "calendar"},
		{"", "", "not known"},
		{"hours since 999999-01-01", "", "outside"},
	} {
		if _, err := ParseTimeUnits(c.units, c.calendar); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%q (%s): error %v, want one with %q", c.units, c.calendar, err, c.say)
		}
	}
	u, _ := ParseTimeUnits("months since 1981-01-31", "standard")
	for _, value := range []float64{0.5, 1, math.NaN(), math.Inf(1), 1e300} {
		if h, err := u.Hours(value); err == nil {
			t.Errorf("%v months since 31 January is accepted as %v", value, h)
		}
	}
	u, _ = ParseTimeUnits("days since 1970-01-01", "standard")
	if _, err := u.Hours(1e30); err == nil {
		t.Error("1e30 days is accepted")
	}
}

// cftime, which Python's netCDF4 and xarray use, is the independent reader.
func TestCalendarsAgainstCftime(t *testing.T) {
	const program = `
import cftime, random
random.seed(1)
for cal in ("standard","proleptic_gregorian","julian","noleap","all_leap","360_day"):
    for ref in ("1970-01-01 00:00:00","1500-03-01 06:30:00","1981-02-28","1850-12-15 12:00:00"):
        for unit,most in (("hours",4e6),("days",2e5),("minutes",2e8),("seconds",1e10)):
            for _ in range(15):
                v = random.randrange(int(-most), int(most))/4 if unit!="seconds" else random.randrange(int(-most),int(most))
                d = cftime.num2date(v, unit+" since "+ref, cal, has_year_zero=True)
                if d.year < 1: continue
                if d.microsecond >= 500000: continue
                print("%s|%s|%r|%04d-%02d-%02d %02d:%02d:%02d" % (cal, unit+" since "+ref, v, d.year, d.month, d.day, d.hour, d.minute, d.second))
`
	python := installed.Python(t, `import cftime; cftime.num2date(0, "days since 0001-01-01", "noleap", has_year_zero=True)`)
	out, err := exec.Command(python, "-c", program).Output()
	if err != nil {
		t.Fatal(err)
	}
	count := 0
	for scanner := bufio.NewScanner(strings.NewReader(string(out))); scanner.Scan(); {
		part := strings.Split(scanner.Text(), "|")
		var value float64
		fmt.Sscan(part[2], &value)
		u, err := ParseTimeUnits(part[1], part[0])
		if err != nil {
			t.Fatal(err)
		}
		h, err := u.Hours(value)
		if err != nil {
			t.Fatal(err)
		}
		if got := FormatTime(h, u.Calendar); got != part[3] {
			t.Errorf("%s %v %s: %s, cftime says %s", part[0], value, part[1], got, part[3])
		}
		count++
	}
	if count < 1000 {
		t.Errorf("only %d dates were compared", count)
	}
}

func FuzzTimeUnits(f *testing.F) {
	for _, s := range []string{"hours since 1970-01-01", "Hour since 2001-12-31T23:00:00Z", "month", "days since 0000-01-01 00:00:00.0 +1:00",
		"day as %Y%m%d.%f", "months since 1581-10-10", "seconds since 19700101", "İ since 1"} {
		for _, c := range []string{"", "360_day", "standard", "none"} {
			f.Add(s, c, 20180913.5)
		}
	}
	f.Fuzz(func(t *testing.T, units, calendar string, value float64) {
		u, err := ParseTimeUnits(units, calendar)
		if err != nil {
			return
		}
		h, err := u.Hours(value)
		if err != nil {
			return
		}
		text := FormatTime(h, u.Calendar)
		if u.Relative || math.Abs(h) > 24*365*9000 {
			return // the date pattern ends at six digits of year
		}
		back, err := ParseTime(text, u.Calendar)
		if err != nil || math.Abs(back-h) > 1.0/3600 {
			t.Errorf("%q %q %v: %v h is %q, which reads as %v, %v", units, calendar, value, h, text, back, err)
		}
	})
}
