package forecast

import (
	"slices"
	"testing"
)

// centreError is the mean squared error of a frame over its middle, which no
// inflow has reached.
func centreError(c Case, clip []float32, f, border int) float64 {
	sum, n := 0.0, 0.0
	truth, got := c.frame(c.Clip, f), c.frame(clip, f)
	for i := range got {
		y, x := i/c.Width, i%c.Width
		if min(y, x, c.Height-1-y, c.Width-1-x) >= border {
			d := float64(got[i]) - float64(truth[i])
			sum, n = sum+d*d, n+1
		}
	}
	return sum / n
}

func moving(known ...int) Case {
	return caseOf(8, 64, 64, known, func(f int, y, x float64) float64 {
		return wavy(y-2.5*float64(f), x+1.25*float64(f))
	})
}

// A rigid pattern that moves by fractions of a cell, away from the inflow: what
// is left of persistence's error is far below one per cent.
func TestAdvectionOfRigidMotion(t *testing.T) {
	for name, known := range map[string][]int{"nowcast": {0, 1, 2, 3, 4}, "backcast": {3, 4, 5, 6, 7}, "interpolation": {0, 2, 4, 6}} {
		c := moving(known...)
		advected, held := forecastOf(t, Advection{}, c, 1, 0)[0], forecastOf(t, Persistence{}, c, 1, 0)[0]
		for f, k := range c.Known {
			if k {
				continue
			}
			// Three frames of motion, 7.5 cells, come in.
			a, b := centreError(c, advected, f, 10), centreError(c, held, f, 10)
			t.Logf("%s, frame %d: mean squared error %.2g, persistence %.2g", name, f, a, b)
			if a > 0.01*b {
				t.Errorf("%s, frame %d: mean squared error %.2g, persistence %.2g; expected less than 1 %% of it", name, f, a, b)
			}
		}
	}
}

func TestAdvectionOfRotation(t *testing.T) {
	c := rotating(0.08, 0, 1, 2, 3)
	advected, held := forecastOf(t, Advection{}, c, 1, 0)[0], forecastOf(t, Persistence{}, c, 1, 0)[0]
	for f := 4; f < 6; f++ {
		a, b := centreError(c, advected, f, 10), centreError(c, held, f, 10)
		t.Logf("frame %d: mean squared error %.2g, persistence %.2g", f, a, b)
		if a > 0.02*b {
			t.Errorf("frame %d: mean squared error %.2g, persistence %.2g; expected less than 2 %% of it", f, a, b)
		}
	}
}

// What has been inside is exact with the true motion and whole cells; what
// comes in is the edge's value.
func TestAdvectionByWholeCells(t *testing.T) {
	c := caseOf(3, 16, 16, []int{0}, func(f int, y, x float64) float64 { return wavy(y-3*float64(f), x) })
	s := newScene(c)
	tr := newTrack(s, newVelocity(16, 16, 3, 0))
	for f := 1; f < 3; f++ {
		tr.advance(-1)
		for i, v := range tr.look(s.frames[0]) {
			y, x := i/16, i%16
			low, high := s.frames[0][max(y-3*f, 0)*16+x], s.frames[0][max(y-3*f, 0)*16+x]
			if y-3*f < 0 { // the last point inside, within a sub-step of the edge
				for _, j := range []int{min(x+1, 15), 16 + x, 16 + min(x+1, 15)} {
					low, high = min(low, s.frames[0][j]), max(high, s.frames[0][j])
				}
			}
			if v < low-1e-9 || v > high+1e-9 {
				t.Errorf("frame %d, row %d, column %d is %g, expected %g to %g", f, y, x, v, low, high)
			}
		}
	}
}

// Time reversed in, time reversed out.
func TestAdvectionHasNoDirectionOfTime(t *testing.T) {
	c := rainCase(0, 1, 3)
	r := c
	r.Clip, r.Known = nil, slices.Clone(c.Known)
	slices.Reverse(r.Known)
	for f := range c.Frames {
		r.Clip = append(r.Clip, c.frame(c.Clip, c.Frames-1-f)...)
	}
	forwards, backwards := forecastOf(t, Advection{}, c, 1, 0)[0], forecastOf(t, Advection{}, r, 1, 0)[0]
	for f := range c.Frames {
		a, b := c.frame(forwards, f), c.frame(backwards, c.Frames-1-f)
		for i := range a {
			if d := a[i] - b[i]; !(d <= 1e-3 && d >= -1e-3) {
				t.Fatalf("frame %d, cell %d: %g, and %g with time reversed", f, i, a[i], b[i])
			}
		}
	}
}

func TestAdvectionWithOneKnownFrameIsPersistence(t *testing.T) {
	c := rainCase(3)
	if a, b := forecastOf(t, Advection{}, c, 1, 0)[0], forecastOf(t, Persistence{}, c, 1, 0)[0]; !equalBits(a, b) {
		t.Error("it is not")
	}
}

// On moving synthetic rain that grows and decays, advection beats persistence
// as a nowcast, and persistence and linear interpolation between frames.
func TestAdvectionBeatsWhatDoesNotMove(t *testing.T) {
	const cases = 12
	for name, known := range map[string][]int{"nowcast": {0, 1, 2, 3, 4}, "interpolation": {0, 2, 4, 6, 8}} {
		forecasters := []Forecaster{Persistence{}, Linear{}, Advection{}}
		mse, total := make([][]float64, len(forecasters)), make([]float64, len(forecasters))
		for k := range mse {
			mse[k] = make([]float64, 10)
		}
		for n := range uint64(cases) {
			c := Case{Frames: 10, Height: 64, Width: 64, Clip: syntheticRain(100+n, 10, 64, 2.3, -3.6), Known: make([]bool, 10)}
			for _, f := range known {
				c.Known[f] = true
			}
			for k, f := range forecasters {
				clip := forecastOf(t, f, c, 1, 0)[0]
				for lead := range mse[k] {
					mse[k][lead] += squaredError(c, clip, lead) / cases
					total[k] += squaredError(c, clip, lead) / cases
				}
			}
		}
		for k, f := range forecasters {
			t.Logf("%s, mean squared error in (mm/h)² by frame, %s: %.3f", name, f.Name(), mse[k])
		}
		if total[2] > 0.85*total[0] || total[2] > 0.85*total[1] {
			t.Errorf("%s: summed over frames %.3f, persistence %.3f, linear %.3f; expected 15 %% less", name, total[2], total[0], total[1])
		}
	}
}
