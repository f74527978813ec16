package transform

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// The rate 0 lies where all rates have one value, and is no wrong rate.
func TestLogDerivativeOfNoRain(t *testing.T) {
	d := DB{Floor: 0.1}
	if got := d.LogDerivative(0); !math.IsInf(got, -1) {
		t.Errorf("at 0 it is %v, want −Inf", got)
	}
	if got := d.LogDerivative(-1); !math.IsNaN(got) {
		t.Errorf("at −1 it is %v, want NaN", got)
	}
}

// A range of which either end overflows is refused.
func TestFitOfOverflow(t *testing.T) {
	for name, values := range map[string][]float32{"above": {0, 3e38}, "below": {-3e38, 0}} {
		s, err := Parse("standardise:0:1e-300+standardise")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.Fit(slices.Values([][]float32{values})); err == nil || !strings.Contains(err.Error(), "overflows") {
			t.Errorf("a range that overflows %s: %v", name, err)
		}
	}
}
