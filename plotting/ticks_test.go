package plotting

import (
	"strings"
	"testing"

	"gonum.org/v1/plot"
)

func labels(ticks []plot.Tick) string {
	var out []string
	for _, t := range ticks {
		if t.Label != "" {
			out = append(out, t.Label)
		}
	}
	return strings.Join(out, " ")
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		ticks []plot.Tick
		want  string
	}{
		{linearTicks(0, 1, 5), "0 0.2 0.4 0.6 0.8 1.0"},
		{linearTicks(-30, 30, 6), "−30 −20 −10 0 10 20 30"},
		{linearTicks(0.3, 0.9, 3), "0.4 0.6 0.8"},
		{linearTicks(0, 20000, 4), "0 5000 10000 15000 20000"},
		{linearTicks(0, 3e6, 3), "0 1×10^{6} 2×10^{6} 3×10^{6}"},
		{linearTicks(0, 5e-6, 5), "0 1×10^{-6} 2×10^{-6} 3×10^{-6} 4×10^{-6} 5×10^{-6}"},
		{linearTicks(-0.25, 0.25, 4), "−0.2 0 0.2"},
		{linearTicks(3, 3, 5), ""},
		{logTicks(0.01, 100, 6), "0.01 0.1 1 10 100"},
		{logTicks(1e-6, 1, 8), "10^{-6} 10^{-5} 10^{-4} 10^{-3} 10^{-2} 10^{-1} 10^{0}"},
		{logTicks(1e-30, 1, 5), "10^{-28} 10^{-21} 10^{-14} 10^{-7} 10^{0}"},
		{logTicks(1, 40, 5), "1 10"},
		{logTicks(3, 60, 5), "5 10 20 50"},
		{logTicks(2.2, 4.9, 5), "3 4"},
		{logTicks(-1, 10, 5), ""},
	} {
		if got := labels(c.ticks); got != c.want {
			t.Errorf("labels %q, want %q", got, c.want)
		}
	}
}

// Every tick must lie on its axis: gonum drops those that do not.
func TestTicksLieInside(t *testing.T) {
	for _, r := range [][2]float64{{0, 1}, {0.1, 0.7}, {1e-7, 3e5}, {0.33, 0.34}, {99, 1001}} {
		for n := 1; n < 9; n++ {
			for _, ticks := range [][]plot.Tick{linearTicks(r[0], r[1], n), logTicks(r[0], r[1], n)} {
				for _, k := range ticks {
					if k.Value < r[0] || k.Value > r[1] {
						t.Errorf("axis [%g, %g] with about %d labels has a tick at %g", r[0], r[1], n, k.Value)
					}
				}
				if count := len(strings.Fields(labels(ticks))); count > 2*n+3 {
					t.Errorf("axis [%g, %g] has %d labels, want about %d", r[0], r[1], count, n)
				}
			}
		}
	}
}

func TestShortNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0", 0.1: "0.1", 50: "50", -2.5: "−2.5", 1e-5: "10^{-5}", 2e6: "2×10^{6}", 100: "100"} {
		if got := shortNumber(v); got != want {
			t.Errorf("shortNumber(%g) = %q, want %q", v, got, want)
		}
	}
}
