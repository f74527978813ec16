package forecast

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Rain that is the same everywhere has no motion, so that the frames of a gap are
// those of linear interpolation in time: 2, 4, 8 and 10 between 0 and 12 with the
// frame in the middle known to be 6.
func TestAdvectionWeightsAreLinearInTime(t *testing.T) {
	c := caseOf(7, 8, 8, []int{0, 3, 6}, func(f int, _, _ float64) float64 { return 2 * float64(f) })
	clip := forecastOf(t, Advection{}, c, 1, 0)[0]
	for f := range c.Frames {
		for i, v := range c.frame(clip, f) {
			if want := 2 * float64(f); !(math.Abs(float64(v)-want) <= 1e-5) {
				t.Fatalf("frame %d, cell %d is %g, expected %g", f, i, v, want)
			}
		}
	}
}

// The same three fields, once as neighbouring frames and once three frames apart:
// the correlation over one frame of the second is the cube root of the first's.
func TestMemoryOfFramesThatLieApart(t *testing.T) {
	const apart = 3
	fields := newLatent(64, 0, 0).fields(12, 3)
	near := caseOf(4, 64, 64, []int{0, 1, 2}, func(f int, y, x float64) float64 {
		return rain(fields[min(f, 2)][int(y)*64+int(x)])
	})
	far := caseOf(apart*2+2, 64, 64, []int{0, apart, 2 * apart}, func(f int, y, x float64) float64 {
		return rain(fields[min(f/apart, 2)][int(y)*64+int(x)])
	})
	// Without motion on both sides, of which the estimates differ a little.
	one, other := simulated(near, STEPS{}, gap{2, 4}), simulated(far, STEPS{}, gap{2 * apart, 2*apart + 2})
	one.v, other.v = newVelocity(64, 64, 0, 0), newVelocity(64, 64, 0, 0)
	if one.fft.modes() != other.fft.modes() {
		t.Fatalf("grids of %d and %d modes, expected the same", one.fft.modes(), other.fft.modes())
	}
	memory := other.memory(false).lag1
	least, most := 1.0, 0.0
	for i, r := range one.memory(false).lag1 {
		least, most = min(least, r), max(most, r)
		// Levels are taken to the root and modes are between levels.
		level, next := newCascade(one.fft, 64).split(i)
		if got, want := memory[i], math.Cbrt(r); next == 0 && !(math.Abs(got-want) <= 1e-9) {
			t.Fatalf("mode %d, of level %d: correlation over one frame %.6f, expected the cube root of %.6f, %.6f", i, level, got, r, want)
		}
	}
	if t.Logf("correlations over one frame from %.2f to %.2f", least, most); most-least < 0.25 {
		t.Errorf("correlations from %.2f to %.2f; expected a wide range, where the root tells", least, most)
	}
}

// Noise has the power that is asked for in every mode, also where a mode is its own
// twin or has one in the same column, and it is the transform of a real field.
func TestNoiseIsTheTransformOfAField(t *testing.T) {
	const draws = 3000
	sim := simulated(nowcast(6), STEPS{}, gap{4, 10})
	for _, size := range [][2]int{{6, 8}, {5, 8}, {6, 9}, {1, 4}, {8, 1}} {
		sim.fft = newFFT(size[0], size[1])
		sim.amplitude = make([]float64, sim.fft.modes())
		for i := range sim.amplitude {
			sim.amplitude[i] = 3
		}
		d := sim.drawing()
		power, back := make([]float64, sim.fft.modes()), make([]complex128, sim.fft.modes())
		for k := range draws {
			for i, c := range d.draws(noise.Key{Seed: 9, Stream: noise.Synthetic, Step: uint64(k)}) {
				power[i] += abs2(c) / float64(draws*size[0]*size[1]) / 9
			}
			sim.fft.inverse(d.field, d.noise)
			sim.fft.forward(back, d.field)
			for i, c := range back {
				if abs2(c-d.noise[i]) > 1e-20*float64(size[0]*size[1]) {
					t.Fatalf("%v, mode %d is %v, and %v after both transforms", size, i, d.noise[i], c)
				}
			}
		}
		for i, p := range power {
			if !(math.Abs(p-1) <= 5*math.Sqrt(2.0/draws)) { // five standard errors where the mode is real
				t.Errorf("%v, mode %d: power %.3f of what was asked for", size, i, p)
			}
		}
	}
}

// The error of the velocity is a share of the mean speed: with rain that moves
// twice as fast it is twice as large, and its standard deviation is 0.3 of it.
func TestVelocityErrorIsAShareOfTheSpeed(t *testing.T) {
	for _, speed := range []float64{2.5, 5} {
		sim := simulated(nowcast(7), STEPS{}, gap{4, 10})
		sim.v = newVelocity(64, 64, 0.6*speed, -0.8*speed)
		const members = 4000
		var yy, xx, yx float64
		for m := range uint32(members) {
			dy, dx := newVelocityError(sim.st, sim.v, sim.key(3, m, 5, motionError).Rand()).at(1)
			yy, xx, yx = yy+dy*dy/members, xx+dx*dx/members, yx+dy*dx/members
		}
		want := 0.3 * speed
		tolerance := 4 * want * want * math.Sqrt(2.0/members) // four standard errors of a variance
		if !(math.Abs(yy-want*want) <= tolerance) || !(math.Abs(xx-want*want) <= tolerance) || !(math.Abs(yx) <= tolerance) {
			t.Errorf("speed %g: variances %.4f, %.4f and covariance %.4f, expected %.4f, the same and 0 to %.4f", speed, yy, xx, yx, want*want, tolerance)
		}
	}
}

// Errors that grow with the lead have the standard deviations of Bowler et al. along
// the motion and across, and Laplace's distribution: of mean modulus 1/√2 of it.
func TestVelocityErrorGrowsWithTheLead(t *testing.T) {
	const members = 20000
	v := newVelocity(8, 8, -3, 4)
	r := noise.Key{Seed: 4, Stream: noise.Synthetic}.Rand()
	st := STEPS{Kilometres: 2, Minutes: 10}.forCase(Case{})
	var along2, across2, along1 float64
	for range members {
		// At 60 minutes, in km/h: 10 minutes for cells of 2 km are 12 km/h a cell.
		dy, dx := newVelocityError(st, v, r).at(6)
		along, across := 12*(-0.6*dy+0.8*dx), 12*(0.8*dy+0.6*dx)
		along2, across2, along1 = along2+along*along/members, across2+across*across/members, along1+math.Abs(along)/members
	}
	for name, pair := range map[string][2]float64{
		"along":   {math.Sqrt(along2), 20.22}, // 10.88·60^0.23 − 7.68
		"across":  {math.Sqrt(across2), 17.78},
		"modulus": {along1, 20.22 / math.Sqrt2},
	} {
		if !(math.Abs(pair[0]/pair[1]-1) <= 0.04) { // four standard errors; the kurtosis is 6
			t.Errorf("%s: %.2f km/h, expected %.2f", name, pair[0], pair[1])
		}
	}
	st.velocityError = 0
	if dy, dx := newVelocityError(st, v, r).at(6); dy != 0 || dx != 0 {
		t.Errorf("an error of %g, %g where it is switched off", dy, dx)
	}
}

// A path between trajectories that are followed is where each of them would lead.
func TestPathFollowsEveryCell(t *testing.T) {
	s := newScene(caseOf(1, 50, 43, []int{0}, func(int, float64, float64) float64 { return 1 }))
	v := newVelocity(50, 43, 0, 0)
	for i := range v.dy {
		v.dy[i], v.dx[i] = 2+math.Sin(float64(i%43)/40), -1.5+math.Cos(float64(i/43)/40)
	}
	for _, every := range []int{1, 4} {
		p := newPath(s, v, every)
		for range 3 {
			p.stepBack(0.5, -0.25)
		}
		n := 0
		p.each(func(i int, y, x float64) {
			n++
			wantY, wantX := v.travel(float64(i/43), float64(i%43), -3, 60, 0.5, -0.25)
			if math.Hypot(y-wantY, x-wantX) > 0.02 {
				t.Fatalf("every %d cells: from row %d, column %d to %.3f, %.3f, expected %.3f, %.3f", every, i/43, i%43, y, x, wantY, wantX)
			}
		})
		if n != 50*43 {
			t.Errorf("every %d cells: %d cells, expected all", every, n)
		}
	}
}

// Rain that leaves the domain is gone, and none comes in where the edge is dry: the
// mean falls as the truth's does, where it was kept when ranks were matched after the
// motion.
func TestRainThatLeavesIsGone(t *testing.T) {
	c := caseOf(8, 64, 64, []int{0, 1, 2}, func(f int, y, x float64) float64 {
		x -= 46 + 3*float64(f)
		y -= 32
		return 8 * math.Exp(-(y*y+x*x)/60) * (1 + 0.5*math.Sin(y)*math.Sin(x))
	})
	mean := func(clip []float32, f int) (sum float64) {
		for _, v := range c.frame(clip, f) {
			sum += float64(v) / 4096
		}
		return sum
	}
	st := STEPS{}.forCase(c)
	st.velocityError = 0
	all := forecastWith(t, st, c, 4)
	for m, clip := range all {
		t.Logf("member %d, mean of the last known frame %.4f, of the last one %.4f mm/h, of the truth %.4f", m, mean(c.Clip, 2), mean(clip, 7), mean(c.Clip, 7))
		if got, truth := mean(clip, 7)/mean(c.Clip, 2), mean(c.Clip, 7)/mean(c.Clip, 2); truth > 0.5 || !(math.Abs(got-truth) <= 0.25) {
			t.Errorf("member %d: of the mean %.2f is left, of the truth's %.2f; expected the same to 0.25", m, got, truth)
		}
	}
}
