package climate

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestFormatHours(t *testing.T) {
	for hours, want := range map[float64]string{
		1. / 12: "5 min", 0.08333333337213844: "5 min", 0.33333333337213844: "20 min", 1: "1 h", 1.5: "90 min", 24: "24 h", 72: "3 days", 2. / 3600: "2 s", 0: "0 s", -0.25: "-15 min", 6.3: "6.3 h",
	} {
		if got := FormatHours(hours); got != want {
			t.Errorf("%v hours are %q, want %q", hours, got, want)
		}
	}
}

func TestParseHours(t *testing.T) {
	for text, want := range map[string]float64{"10min": 10. / 60, "1": 1, "0.5": 0.5, "1.5 h": 1.5, "3600s": 1, "2 days": 48, "5 Minutes": 5. / 60, "1e2 h": 100, " 24 ": 24} {
		if got, err := ParseHours(text); err != nil || got != want {
			t.Errorf("%q is %v hours (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"", "min", "ten minutes", "-5min", "5 fortnights", "1h30", "1e999 h", "month"} {
		if got, err := ParseHours(text); err == nil {
			t.Errorf("%q is taken for %v hours", text, got)
		}
	}
	if all, err := ParseLengths("5,min"); err == nil {
		t.Errorf("a unit alone is a length: %v", all)
	}
	if all, err := ParseLengths("5,10,30min,1,2h"); err != nil || !slices.Equal(all, []float64{5. / 60, 10. / 60, 0.5, 1, 2}) {
		t.Errorf("%v, %v", all, err)
	}
	if all, err := ParseLengths("1,2"); err != nil || !slices.Equal(all, []float64{1, 2}) {
		t.Errorf("%v, %v", all, err)
	}
}

func TestFrameAt(t *testing.T) {
	f := ramp("pr", 0, 4, 1, 1)
	f.Calendar, f.Epoch = Standard, Epoch
	f.From, f.To, f.Stamps, f.Times = nil, nil, nil, nil
	start, err := ParseTime("2018-09-14T08:00", Standard)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 4 { // amounts of five minutes, stamped at their end
		from := start + float64(i)/12
		f.From, f.To = append(f.From, from), append(f.To, from+1./12)
		f.Times, f.Stamps = append(f.Times, from+1./24), append(f.Stamps, from+1./12)
	}
	for date, want := range map[string]int{"2018-09-14T08:05": 0, "2018-09-14 08:10:00": 1, "2018-09-14T08:00": 0, "2018-09-14T10:05+02:00": 0, "2018-09-14T08:02:30": 0, "2018-09-14T08:16": 3, "20180914T0810": 1, "201809140805": 0, "20180914T0810Z": 1} {
		if got, err := f.FrameAt(date); err != nil || got != want {
			t.Errorf("%s is frame %d (%v), want %d", date, got, err, want)
		}
	}
	for date, say := range map[string]string{"2018-09-14T09:00": "nearest is frame 3", "2018-09-13": "nearest is frame 0", "yesterday": "not a date"} {
		if _, err := f.FrameAt(date); err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q", date, err, say)
		}
	}
	f.Epoch = RelativeEpoch
	if _, err := f.FrameAt("2018-09-14T08:00"); err == nil || math.IsNaN(start) {
		t.Error("a clip without dates has a frame at a date")
	}
}
