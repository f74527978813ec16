package vdm_test

import (
	"fmt"
	"log"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

var schedules = []vdm.Schedule{vdm.Cosine{}, vdm.Cosine{Min: -7.3, Max: 11.1, Shift: -1}, vdm.LinearLogSNR{Min: -20, Max: 9}, vdm.FloatCosine{}}

// Grids of any length increase, and begin and end exactly at the schedule's
// bounds.
func TestGridsIncreaseBetweenTheBounds(t *testing.T) {
	for _, s := range schedules {
		low, high := s.Bounds()
		for _, name := range vdm.GridNames() {
			for _, steps := range []int{1, 2, 3, 4, 25, 1000} {
				grid, err := vdm.NewNoiseLevels(name, s, steps)
				if err != nil {
					t.Fatal(err)
				}
				if err := grid.Validate(); err != nil {
					t.Errorf("%s of %s: %v", name, s, err)
				}
				if grid.Steps() != steps || grid[0] != low || grid[steps] != high {
					t.Errorf("%s of %s with %d steps: %d from %v to %v", name, s, steps, grid.Steps(), grid[0], grid[len(grid)-1])
				}
			}
		}
	}
}

// levels returns those of a name, which must exist.
func levels(t testing.TB, name string, s vdm.Schedule, steps int) vdm.NoiseLevels {
	t.Helper()
	made, err := vdm.NewNoiseLevels(name, s, steps)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// The grid "trimmed" is uniform inside and jumps at the ends, where there is something to
// jump over.
func TestTrimmedGrid(t *testing.T) {
	grid := levels(t, "trimmed", vdm.Cosine{}, 13)
	want := vdm.NoiseLevels{-30, -10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10, 12, 30}
	for i := range want {
		if !(math.Abs(grid[i]-want[i]) <= 1e-14) {
			t.Fatalf("grid %v, want %v", grid, want)
		}
	}
	inside := vdm.LinearLogSNR{Min: -5, Max: 5}
	if !slices.Equal(levels(t, "trimmed", inside, 8), levels(t, "logsnr", inside, 8)) {
		t.Error("bounds inside the trimmed ones are not uniform")
	}
	if got := levels(t, "trimmed", vdm.LinearLogSNR{Min: -30, Max: 5}, 4); got[0] != -30 || got[1] != -10 || !(math.Abs(got[2]+5) <= 1e-14) || got[4] != 5 {
		t.Errorf("one end to trim: %v", got)
	}
	outside := vdm.LinearLogSNR{Min: 13, Max: 20}
	if !slices.Equal(levels(t, "trimmed", outside, 3), levels(t, "logsnr", outside, 3)) {
		t.Error("bounds outside the trimmed ones are not uniform")
	}
}

func TestGridsRefuse(t *testing.T) {
	if _, err := vdm.NewNoiseLevels("fine", vdm.Cosine{}, 3); err == nil || !strings.Contains(err.Error(), "want one of time, logsnr, karras, trimmed") {
		t.Errorf("an unknown name: %v", err)
	}
	for says, g := range map[string]vdm.NoiseLevels{
		"0 steps": nil, "point 1 is 1": {1, 1}, "point 1 is NaN": {1, math.NaN()}, "point 1 is +Inf": {1, math.Inf(1)},
	} {
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: error %v, want one that says %q", g, err, says)
		}
	}
	for _, name := range vdm.GridNames() {
		if grid, err := vdm.NewNoiseLevels(name, vdm.Cosine{}, 0); err != nil || grid != nil {
			t.Errorf("%s of 0 steps: %v, %v, want nil, which samplers refuse", name, grid, err)
		}
	}
}

func ExampleNewNoiseLevels() {
	levels, err := vdm.NewNoiseLevels("trimmed", vdm.Cosine{}, 8)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.1f\n", levels)
	// Output: [-30.0 -10.0 -6.3 -2.7 1.0 4.7 8.3 12.0 30.0]
}
