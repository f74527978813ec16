package cf

import "testing"

// The interval that a message proposes is one that a person would type: 5 minutes are not
// 0.083333, although times in float64 days give no whole number of minutes.
func TestIntervalInFlags(t *testing.T) {
	flags := &ReadOptions{Name: func(option string) string { return "--" + option }}
	for hours, want := range map[float64]string{
		0.08333333337213844: "--Interval 5min", 1. / 6: "--Interval 10min", 0.5: "--Interval 30min", 1: "--Interval 1h", 24: "--Interval 24h", 1.5: "--Interval 90min",
		1.0 / 3600: "--Interval 0.000278",
	} {
		if got := flags.lasting(hours); got != want {
			t.Errorf("%v h: %q, want %q", hours, got, want)
		}
	}
	if got := new(ReadOptions).lasting(0.08333333337213844); got != "Interval 0.083333" {
		t.Errorf("in Go: %q", got)
	}
}

// A share of a few cells of many is not printed as none.
func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{0: "0.00 %", 3.0 / 37e6: "8e-06 %", 0.00004: "0.004 %", 0.0001: "0.01 %", 0.25: "25.00 %", 1: "100.00 %"} {
		if got := percent(share); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
}
