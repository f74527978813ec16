package forecast

import (
	"math"
	"testing"
)

// Rain that is the same everywhere has no motion, so that the frames of a gap are
// those of linear interpolation in time: 2, 4, 8 and 10 between 0 and 12 with the
// frame in the middle known to be 6.
func TestAdvectionWeightsAreLinearInTime(t *testing.T) {
	c := caseOf(7, 8, 8, []int{0, 3, 6}, func(f int, _, _ float64) float64 { return 2 * float64(f) })
	clip := forecastOf(t, Advection{}, c, 1, 0)[0]
	for f := range c.Frames {
		for i, v := range c.frame(clip, f) {
			if want := 2 * float64(f); math.Abs(float64(v)-want) > 1e-5 {
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
		if got, want := memory[i], math.Cbrt(r); next == 0 && math.Abs(got-want) > 1e-9 {
			t.Fatalf("mode %d, of level %d: correlation over one frame %.6f, expected the cube root of %.6f, %.6f", i, level, got, r, want)
		}
	}
	if t.Logf("correlations over one frame from %.2f to %.2f", least, most); least > 0.3 || most < 0.5 {
		t.Errorf("correlations from %.2f to %.2f; expected a wide range, where the root tells", least, most)
	}
}

// The fields of times −1 and 0 have the same power, and the memory's correlation,
// octave by octave.
func TestPairIsStationary(t *testing.T) {
	sim := simulated(nowcast(6), STEPS{}, gap{4, 10})
	d := sim.drawing()
	cascade := newCascade(sim.fft, 64)
	got, want, weight := newCoherence(cascade.levels), make([]float64, cascade.levels), make([]float64, cascade.levels)
	for member := range uint32(120) {
		before, now := d.pair(5, member)
		got.add(cascade, before, now)
	}
	for i, r := range sim.ar.lag1 {
		level, next := cascade.split(i)
		power := sim.fft.twins(i) * sim.amplitude[i] * sim.amplitude[i]
		want[level] += (1 - next) * power * r
		weight[level] += (1 - next) * power
		if next > 0 {
			want[level+1] += next * power * r
			weight[level+1] += next * power
		}
	}
	for j, r := range got.value() {
		ratio, expected := got.bb[j]/got.aa[j], want[j]/weight[j]
		t.Logf("octave %d: correlation %.3f, expected %.3f; power of time 0 over time −1 %.3f", j, r, expected, ratio)
		if math.Abs(r-expected) > 0.03 || math.Abs(ratio-1) > 0.05 {
			t.Errorf("octave %d: correlation %.3f, expected %.3f; power of time 0 over time −1 %.3f, expected 1", j, r, expected, ratio)
		}
	}
}

// The error of the velocity is a share of the mean speed: with rain that moves
// twice as fast it is twice as large, and its standard deviation is as set.
func TestVelocityErrorIsAShareOfTheSpeed(t *testing.T) {
	for _, speed := range []float64{2.5, 5} {
		sim := simulated(nowcast(7), STEPS{VelocityError: 0.2}, gap{4, 10})
		sim.v = newVelocity(64, 64, 0.6*speed, -0.8*speed)
		d := sim.drawing()
		const members = 4000
		var yy, xx, yx float64
		for m := range uint32(members) {
			dy, dx := d.velocityError(3, m)
			yy, xx, yx = yy+dy*dy/members, xx+dx*dx/members, yx+dy*dx/members
		}
		want := 0.2 * speed
		tolerance := 4 * want * want * math.Sqrt(2.0/members) // four standard errors of a variance
		if math.Abs(yy-want*want) > tolerance || math.Abs(xx-want*want) > tolerance || math.Abs(yx) > tolerance {
			t.Errorf("speed %g: variances %.4f, %.4f and covariance %.4f, expected %.4f, the same and 0 to %.4f", speed, yy, xx, yx, want*want, tolerance)
		}
	}
}
