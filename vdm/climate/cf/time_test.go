package cf

import (
	"math"
	"testing"
)

func TestTimeMethod(t *testing.T) {
	for text, want := range map[string]struct {
		method   string
		interval float64
	}{
		"time: sum (interval: 1 hr)": {"sum", 1},
		"time: sum":                  {"sum", 0},
		"area: mean time: sum (interval: 10 minutes)":      {"sum", 1.0 / 6},
		"time: mean within days time: sum over days":       {"mean, then sum", 0},
		"time: sum within days time: sum over years":       {"sum", 0},
		"time: sum (interval: 1 day comment: from gauges)": {"sum", 24},
		"area: time: mean":                     {"mean", 0},
		"time: sum (interval: 1 month)":        {"sum", 0},
		"time: sum (interval: 1.2.3 hr)":       {"sum", 0},
		"time: lat: lon: mean (interval: 3 h)": {"mean", 3},
		"":                                     {"", 0},
		"area: mean":                           {"", 0},
		"time: sum (interval: 9e999 s)":        {"sum", 0},
		"TIME: Sum (Interval: 6 Hours)":        {"sum", 6},
		"lifetime: maximum time : point (comment: as it was)": {"point", 0},
	} {
		method, interval := timeMethod(text)
		if method != want.method || math.Abs(interval-want.interval) > 1e-12 {
			t.Errorf("%q: %q over %v h, want %q over %v h", text, method, interval, want.method, want.interval)
		}
	}
}

func FuzzTimeMethod(f *testing.F) {
	f.Add("area: mean time: sum (interval: 10 minutes)")
	f.Fuzz(func(t *testing.T, text string) {
		if _, interval := timeMethod(text); !(interval >= 0) || math.IsInf(interval, 0) {
			t.Errorf("%q: interval %v", text, interval)
		}
	})
}
