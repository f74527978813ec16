package forecast

import (
	"math"
	"slices"
	"testing"
)

// Two cells over five frames, by hand: the first known throughout, the second
// missing in frame 3.
var byHand = Case{
	Frames: 5, Height: 1, Width: 2,
	Clip:  []float32{0, 0, 1, 10, 0, 0, 3, missing, 0, 0},
	Known: []bool{false, true, false, true, false},
}

func TestPersistenceByHand(t *testing.T) {
	got := forecastOf(t, Persistence{}, byHand, 1, 0)[0]
	if want := []float32{1, 10, 1, 10, 1, 10, 3, missing, 3, 10}; !equalBits(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}

func TestLinearByHand(t *testing.T) {
	got := forecastOf(t, Linear{}, byHand, 1, 0)[0]
	if want := []float32{1, 10, 1, 10, 2, 10, 3, missing, 3, 10}; !equalBits(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
	c := Case{Frames: 5, Height: 1, Width: 1, Clip: []float32{4, 0, 0, 0, -2}, Known: []bool{true, false, false, false, true}}
	if got, want := forecastOf(t, Linear{}, c, 1, 0)[0], []float32{4, 2.5, 1, -0.5, -2}; !slices.Equal(got, want) {
		t.Errorf("%v, expected %v", got, want)
	}
}

// Every member is one of the windows, whole and aligned, and each window comes
// up about equally often.
func TestClimatology(t *testing.T) {
	c := byHand
	past := windows{frames: 5, height: 1, width: 2}
	for n := range 8 {
		clip := make([]float32, 10)
		for i := range clip {
			clip[i] = float32(100*n + i)
		}
		past.clips = append(past.clips, clip)
	}
	const members = 4000
	count := make([]float64, len(past.clips))
	for _, clip := range forecastOf(t, Climatology{past}, c, members, 5) {
		n := int(clip[0]) / 100
		count[n]++
		want := slices.Clone(past.clips[n])
		copy(want[2:4], c.Clip[2:4])
		copy(want[6:8], c.Clip[6:8])
		if !equalBits(clip, want) {
			t.Fatalf("a member is %v, expected %v", clip, want)
		}
	}
	chi2, mean := 0.0, float64(members)/float64(len(count))
	for _, n := range count {
		chi2 += (n - mean) * (n - mean) / mean
	}
	if t.Logf("windows drawn %v, χ² %.1f on 7 degrees of freedom", count, chi2); chi2 > 24.3 { // 0.1 %
		t.Errorf("windows are not drawn evenly")
	}
}

func TestCompletion(t *testing.T) {
	nan := math.NaN()
	c := Case{Frames: 4, Height: 1, Width: 4, Known: []bool{true, true, false, true}}
	for _, v := range []float64{
		nan, 2, nan, nan,
		5, nan, nan, 4,
		0, 0, 0, 0,
		nan, 8, nan, 1,
	} {
		c.Clip = append(c.Clip, float32(v))
	}
	s := newScene(c)
	// Before the first and after the last value that one holds; between two it
	// is linear (2 + (8−2)/3); the third cell is outside and copies a neighbour.
	for f, want := range map[int][]float64{0: {5, 2, 2, 4}, 1: {5, 4, 4, 4}, 3: {5, 8, 8, 1}} {
		if !slices.Equal(s.frames[f], want) {
			t.Errorf("frame %d is %v, expected %v", f, s.frames[f], want)
		}
	}
	if want := []bool{true, true, false, true}; !slices.Equal(s.inside, want) || !s.any || s.whole {
		t.Errorf("inside %v, expected %v", s.inside, want)
	}
	for x, want := range map[float64]bool{-0.6: false, -0.4: true, 1.4: true, 1.6: false, 2.4: false, 2.6: true, 3.4: true, 3.5: false, nan: false} {
		if s.isInside(0, x) != want {
			t.Errorf("column %g is inside: %v", x, !want)
		}
	}
}
