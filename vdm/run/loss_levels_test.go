package run

import (
	"math"
	"strings"
	"testing"
)

// The loss at a level is that of training there: with all its weight there, the mean of
// what training sees is the same number, and what is known does not count.
func TestLossAt(t *testing.T) {
	c, clips := toldConfig(t)
	m, err := Create(t.TempDir(), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	levels := []float64{-4, 0, 3.5}
	nothing, err := m.LossAt(clips, "nothing", levels, 6)
	if err != nil {
		t.Fatal(err)
	}
	known, err := m.LossAt(clips, "forecast", levels, 6)
	if err != nil {
		t.Fatal(err)
	}
	for i, level := range levels {
		if !(known[i] > 0) || !(nothing[i] > 0) || known[i] == nothing[i] {
			t.Errorf("λ = %v: losses %v and %v", level, nothing[i], known[i])
		}
		one, err := m.LossAt(clips, "forecast", levels[i:i+1], 6)
		if err != nil || math.Abs(one[0]-known[i]) > 1e-6 {
			t.Errorf("λ = %v: %v alone (%v), %v among others", level, one, err, known[i])
		}
		when, err := timeOf(m.Schedule(), level)
		if err != nil || math.Abs(m.Schedule().LogSNR(when)-level) > 1e-9 {
			t.Errorf("λ = %v is at t = %v (%v)", level, when, err)
		}
	}
	for says, try := range map[string]func() error{
		`task "rest"`:         func() error { _, err := m.LossAt(clips, "rest", levels, 6); return err },
		"the range of":        func() error { _, err := m.LossAt(clips, "nothing", []float64{99}, 6); return err },
		"1 channels, the run": func() error { _, err := m.LossAt(clips.blobs, "nothing", levels, 6); return err },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}
