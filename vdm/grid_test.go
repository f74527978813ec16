package vdm_test

import (
	"fmt"
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
				grid, err := vdm.NewGrid(name, s, steps)
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

// Karras is equation 5 of that paper; large ρ is uniform in λ, and small ρ, with
// which exp(−λ/2ρ) spans more than float64 has digits, keeps its ends.
func TestKarrasGrid(t *testing.T) {
	s := vdm.LinearLogSNR{Min: -2 * math.Log(80), Max: -2 * math.Log(0.002)} // σ/α from 80 to 0.002
	grid := vdm.Karras(s, 17, 7)
	for i, l := range grid {
		u := float64(i) / 17
		tau := math.Pow(math.Pow(80, 1/7.)+u*(math.Pow(0.002, 1/7.)-math.Pow(80, 1/7.)), 7)
		if got := math.Exp(-l / 2); math.Abs(got-tau) > 1e-12*tau {
			t.Errorf("point %d: %v, want %v", i, got, tau)
		}
	}
	for i, l := range vdm.Karras(vdm.Cosine{}, 30, 1e7) {
		if want := -30 + 2*float64(i); math.Abs(l-want) > 1e-4 {
			t.Errorf("ρ = 1e7: point %d is %v, want %v", i, l, want)
		}
	}
	if err := vdm.Karras(vdm.Cosine{}, 30, 0.5).Validate(); err != nil {
		t.Errorf("ρ = ½: %v", err)
	}
}

// Trimmed is uniform inside and jumps at the ends, where there is something to
// jump over.
func TestTrimmedGrid(t *testing.T) {
	grid := vdm.Trimmed(vdm.Cosine{}, 13)
	want := vdm.Grid{-30, -10, -8, -6, -4, -2, 0, 2, 4, 6, 8, 10, 12, 30}
	for i := range want {
		if math.Abs(grid[i]-want[i]) > 1e-14 {
			t.Fatalf("grid %v, want %v", grid, want)
		}
	}
	inside := vdm.LinearLogSNR{Min: -5, Max: 5}
	if !slices.Equal(vdm.Trimmed(inside, 8), vdm.UniformLogSNR(inside, 8)) {
		t.Error("bounds inside the trimmed ones are not uniform")
	}
	if got := vdm.Trimmed(vdm.LinearLogSNR{Min: -30, Max: 5}, 4); got[0] != -30 || got[1] != -10 || math.Abs(got[2]+5) > 1e-14 || got[4] != 5 {
		t.Errorf("one end to trim: %v", got)
	}
	outside := vdm.LinearLogSNR{Min: 13, Max: 20}
	if !slices.Equal(vdm.Trimmed(outside, 3), vdm.UniformLogSNR(outside, 3)) {
		t.Error("bounds outside the trimmed ones are not uniform")
	}
}

func TestGridsRefuse(t *testing.T) {
	if _, err := vdm.NewGrid("fine", vdm.Cosine{}, 3); err == nil || !strings.Contains(err.Error(), "want one of time, logsnr, karras, trimmed") {
		t.Errorf("an unknown name: %v", err)
	}
	for says, g := range map[string]vdm.Grid{
		"0 steps": nil, "point 1 is 1": {1, 1}, "point 1 is NaN": {1, math.NaN()}, "point 1 is +Inf": {1, math.Inf(1)},
	} {
		if err := g.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: error %v, want one that says %q", g, err, says)
		}
	}
	for _, name := range vdm.GridNames() {
		if grid, err := vdm.NewGrid(name, vdm.Cosine{}, 0); err != nil || grid != nil {
			t.Errorf("%s of 0 steps: %v, %v, want nil, which samplers refuse", name, grid, err)
		}
	}
}

func ExampleTrimmed() {
	fmt.Printf("%.1f\n", vdm.Trimmed(vdm.Cosine{}, 8))
	// Output: [-30.0 -10.0 -6.3 -2.7 1.0 4.7 8.3 12.0 30.0]
}
