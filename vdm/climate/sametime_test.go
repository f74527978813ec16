package climate

import (
	"math"
	"strings"
	"testing"
)

// The same dates in two calendars are the same instants where no month between them
// differs.
func TestInCalendar(t *testing.T) {
	at := func(date, calendar string) float64 {
		h, err := ParseTime(date, calendar)
		if err != nil {
			t.Fatal(err)
		}
		return h
	}
	for _, c := range []struct {
		from, to    string
		first, last string
		until       string
		say         string // of the error; "" for none
	}{
		{Standard, ProlepticGregorian, "1582-10-15", "2200-01-01", "", ""},
		{Standard, ProlepticGregorian, "1582-10-01", "1582-11-01", "", "1582-10"},
		{ProlepticGregorian, Standard, "1582-10-10", "1583-01-01", "", "does not exist"},
		{NoLeap, Standard, "2001-03-01", "2004-02-28", "", ""},
		{NoLeap, Standard, "2001-03-01", "2004-03-01", "", "2004-02 has 28 days"},
		{Standard, NoLeap, "2004-02-29", "2004-02-29 06:00", "", "is not in month 2004-02"},
		{Julian, Standard, "1980-01-06", "2018-09-13 06:30", "", ""},
		{Julian, Standard, "1899-12-31", "1900-03-02", "", "1900-02"},
		{ThreeSixtyDay, NoLeap, "1980-12-01", "1980-12-30", "", ""},
		{ThreeSixtyDay, NoLeap, "1980-12-01", "1980-12-30", "1981-01-01", "1980-12 has 30 days"},
		{NoLeap, ThreeSixtyDay, "1981-01-01", "1981-01-02", "1980-12-01", "1980-12 has 31 days"},
		{NoCalendar, Standard, "", "", "", "without a calendar"},
	} {
		times, until := []float64{1, 2}, math.NaN()
		if c.first != "" {
			times = []float64{at(c.first, c.from), at(c.last, c.from)}
		}
		if c.until != "" {
			until = at(c.until, c.to)
		}
		got, err := InCalendar(times, c.from, c.to, until)
		if c.say != "" {
			if err == nil || !strings.Contains(err.Error(), c.say) {
				t.Errorf("%s in %s, %s to %s, until %q: error %v, want %q", c.from, c.to, c.first, c.last, c.until, err, c.say)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s in %s: %v", c.from, c.to, err)
			continue
		}
		for i, date := range []string{c.first, c.last} {
			if want := at(date, c.to); got[i] != want {
				t.Errorf("%s in %s: %s is %v, want %v", c.from, c.to, date, got[i], want)
			}
		}
		if got[1]-got[0] != times[1]-times[0] {
			t.Errorf("%s in %s: %v hours become %v", c.from, c.to, times[1]-times[0], got[1]-got[0])
		}
	}
}

func TestFramesAt(t *testing.T) {
	data := &Field{Times: []float64{0, 0.5, 1, 1.5, 2, 2.5}, Calendar: ProlepticGregorian, Epoch: Epoch}
	part := func(calendar string, times ...float64) *Field {
		return &Field{Times: times, Calendar: calendar, Epoch: Epoch}
	}
	got, err := data.FramesAt(part(Standard, 0, 1, 2))
	if err != nil || len(got) != 3 || got[1] != 2 || got[2] != 4 {
		t.Errorf("%v, %v", got, err)
	}
	for _, c := range []struct {
		part *Field
		say  string
	}{
		{part(Standard, 0, 1, 2, 3), "no frame at 1970-01-01 03:00:00"},
		{part(Standard, 0.25), "no frame at 1970-01-01 00:15:00"},
		{part(Standard, 0, 0.1), "no frame"},
		{part(ThreeSixtyDay, 0, 24*31), "1970-01"},
		{&Field{Times: []float64{0}, Calendar: NoCalendar, Epoch: RelativeEpoch}, "hours"},
	} {
		if _, err := data.FramesAt(c.part); err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("error %v, want %q", err, c.say)
		}
	}
}
