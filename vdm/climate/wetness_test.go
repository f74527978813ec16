package climate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// steps are clips of 10 cells of which clip i has i%11 wet ones.
type steps struct{ n int }

func (s steps) Len() int                    { return s.n }
func (s steps) Shape() (int, int, int, int) { return 1, 2, 5, 1 }
func (s steps) Clip(i int, x []float32) error {
	clear(x)
	for j := range i % 11 {
		x[j] = 1
	}
	return nil
}

// The weighted mean of a quantity over the draws is its mean over all clips, dry clips
// are drawn as often as they should be, and wet ones are drawn more often than they are.
func TestWetWindowsAreUnbiased(t *testing.T) {
	const draws, floor = 60_000, 0.2
	w, err := NewWetWindows(steps{110}, floor, 0.1)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(2, 3))
	quantity := func(i int) float64 { return math.Cos(float64(i % 11)) }
	weighted, weights, even, dry, wet := 0.0, 0.0, 0.0, 0.0, 0.0
	for i := range 110 {
		even += quantity(i) / 110
	}
	for range draws {
		i, weight, err := w.Draw(r)
		if err != nil {
			t.Fatal(err)
		}
		weighted += weight * quantity(i) / draws
		weights += weight / draws
		switch i % 11 {
		case 0:
			dry += 1. / draws
		case 10:
			wet += 1. / draws
		}
	}
	mean := floor + (1-floor)*0.5 // of the chance
	// Four standard errors, and what the estimated mean of the chance is off by.
	if math.Abs(weighted-even*weights) > 0.02 || math.Abs(weights-1) > 0.03 {
		t.Errorf("weighted mean %.4f with weights of mean %.4f, want %.4f and 1", weighted, weights, even)
	}
	if want := floor / mean / 11; math.Abs(dry-want) > 0.003 {
		t.Errorf("dry clips are %.4f of the draws, want %.4f", dry, want)
	}
	if want := 1 / mean / 11; math.Abs(wet-want) > 0.006 {
		t.Errorf("wet clips are %.4f of the draws, want %.4f", wet, want)
	}
}

func TestWetWindowsRefuse(t *testing.T) {
	for _, floor := range []float64{0, -1, 1.5, math.NaN()} {
		if _, err := NewWetWindows(steps{11}, floor, 0.1); err == nil {
			t.Errorf("a floor of %v is accepted", floor)
		}
	}
	if _, err := NewWetWindows(steps{0}, 0.5, 0.1); err == nil {
		t.Error("no clips are accepted")
	}
}

// even are clips whose cells all have one value.
type even float32

func (e even) Len() int                    { return 1 }
func (e even) Shape() (int, int, int, int) { return 1, 2, 2, 1 }
func (e even) Clip(_ int, x []float32) error {
	for i := range x {
		x[i] = float32(e)
	}
	return nil
}

// A cell at the limit as float32 has it is wet in every count, whether float32 rounds the
// limit up or down.
func TestCellsAtTheLimitAreWet(t *testing.T) {
	var s Stats
	s.Add([]float32{DryBelow, math.Nextafter32(DryBelow, 0)})
	if s.Dry != 1 {
		t.Errorf("%d of the limit and the number below it are dry, want 1", s.Dry)
	}
	for _, limit := range []float64{0.01, DryBelow, 0.7} {
		w, err := NewWetWindows(even(limit), 0.5, limit)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := w.chance(0); err != nil || p != 1 {
			t.Errorf("cells at %v: chance %v (%v), want 1: all are wet", limit, p, err)
		}
	}
}
