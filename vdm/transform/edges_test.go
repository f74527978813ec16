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

// Blocks of values of which all are missing do not count.
func TestFitPastMissingBlocks(t *testing.T) {
	missing := make([]float32, 3*block)
	for i := range missing {
		missing[i] = float32(math.NaN())
	}
	s, err := Parse("standardise")
	if err != nil {
		t.Fatal(err)
	}
	fitted, err := s.Fit(slices.Values([][]float32{missing, {1, 3}, missing}))
	if err != nil {
		t.Fatal(err)
	}
	if step := fitted.Steps[0]; *step.Mean != 2 || *step.Std != 1 {
		t.Errorf("mean %v and deviation %v, want 2 and 1", *step.Mean, *step.Std)
	}
}

// The inverse of a range keeps the digits of its nearer end.
func TestAffineInverseNearItsEnds(t *testing.T) {
	a := Affine{Min: 1e-3, Max: 1e6}
	if got, want := a.Inverse(-1+0x1p-40), 1e-3+(1e6-1e-3)*0x1p-41; !(math.Abs(got-want) <= 1e-15*want) {
		t.Errorf("near −1 it is %v, want %v", got, want)
	}
	a = Affine{Min: -1e6, Max: -1e-3}
	if got, want := a.Inverse(1-0x1p-40), -1e-3-(1e6-1e-3)*0x1p-41; !(math.Abs(got-want) <= -1e-15*want) {
		t.Errorf("near 1 it is %v, want %v", got, want)
	}
}

// A single step is built as itself, not as a chain of one.
func TestBuildOfOneStep(t *testing.T) {
	s, err := Parse("sqrt")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := s.Build(); err != nil || got != Transform(Sqrt{}) {
		t.Errorf("it is %T (%v)", got, err)
	}
}

// The learnt transform takes any positive range and slope, also below 1.
func TestLearntOfASmallRange(t *testing.T) {
	weights := make([]float64, LearntSize(2))
	for i := range weights {
		weights[i] = 0.5
	}
	for _, c := range []struct {
		most, slope float64
		ok          bool
	}{{0.5, 0.25, true}, {1, 1, true}, {0, 1, false}, {1, 0, false}, {-1, 1, false}} {
		if err := checkLearnt(&c.most, &c.slope, weights); (err == nil) != c.ok {
			t.Errorf("a range of %v and a slope of %v: %v", c.most, c.slope, err)
		}
	}
}
