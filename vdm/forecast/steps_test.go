package forecast

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// nowcast is synthetic rain of 10×64×64 of which half is known.
func nowcast(seed uint64) Case {
	c := Case{Frames: 10, Height: 64, Width: 64, Clip: syntheticRain(seed, 10, 64, 2.3, -3.6), Known: make([]bool, 10)}
	for f := range 5 {
		c.Known[f] = true
	}
	return c
}

func simulated(c Case, st STEPS, g gap) *simulation {
	return newSimulation(st.forCase(c), newScene(c), g)
}

// The power of noise is the known frame's in all, and shared among scales as under the
// window.
func TestNoiseHasTheSpectrumOfTheRain(t *testing.T) {
	c := nowcast(1)
	sim := simulated(c, STEPS{}, gap{4, 10})
	field := sim.decibels(4)
	taper := sim.taper(func(int) bool { return false })
	norm, mean := 0.0, 0.0
	for i, w := range taper {
		norm += w * w
		mean += w * field[i]
	}
	sum := 0.0
	for _, w := range taper {
		sum += w
	}
	mean /= sum
	variance := 0.0
	for i, w := range taper {
		variance += w * w * (field[i] - mean) * (field[i] - mean) / norm
	}
	const draws = 200
	d := sim.drawing()
	cascade := newCascade(sim.fft, 64)
	got, want := make([]float64, cascade.levels), make([]float64, cascade.levels)
	total := 0.0
	for n := range draws {
		for i, x := range d.draws(noise.Key{Seed: 8, Stream: noise.Synthetic, Step: uint64(n)}) {
			level, next := cascade.split(i)
			power := sim.fft.twins(i) * abs2(x) / draws
			total += power / float64(sim.fft.h*sim.fft.w) / float64(sim.fft.h*sim.fft.w)
			got[level] += (1 - next) * power
			if next > 0 {
				got[level+1] += next * power
			}
		}
	}
	grid := float64(sim.fft.h * sim.fft.w)
	for i, x := range sim.coefficients(field, taper) {
		if i == 0 {
			continue
		}
		level, next := cascade.split(i)
		power := sim.fft.twins(i) * abs2(x) / norm * grid
		want[level] += (1 - next) * power
		if next > 0 {
			want[level+1] += next * power
		}
	}
	whole := sim.variance([]int{4})
	for j := range got {
		ratio := got[j] / want[j] * variance / whole
		t.Logf("octave %d: power of the noise over that of the rain %.3f", j, ratio)
		if !(math.Abs(ratio-1) <= 0.12) {
			t.Errorf("octave %d: power of the noise over that of the rain %.3f, expected 1", j, ratio)
		}
	}
	if t.Logf("variance %.1f dB², of the rain %.1f dB² and under the window %.1f dB²", total, whole, variance); !(math.Abs(total/whole-1) <= 0.05) {
		t.Errorf("the variance of noise is %.2f dB², that of the rain %.2f", total, whole)
	}
}

// Where nothing moves every forecast frame has exactly the values of the last known
// one, and between two known frames the mean of theirs, quantile by quantile.
func TestMembersKeepTheMarginal(t *testing.T) {
	sorted := func(frame []float32) []float32 {
		out := slices.Clone(frame)
		slices.Sort(out)
		return out
	}
	c := nowcast(2)
	still := c
	still.Clip = slices.Clone(c.Clip)
	for f := range 4 {
		copy(c.frame(still.Clip, f), c.frame(c.Clip, 4))
	}
	for m, clip := range forecastOf(t, STEPS{}, still, 3, 1) {
		for f := 5; f < 10; f++ {
			if !slices.Equal(sorted(c.frame(clip, f)), sorted(c.frame(c.Clip, 4))) {
				t.Errorf("member %d, frame %d: not the values of the last known frame", m, f)
			}
		}
	}
	c.Known = []bool{true, false, false, false, true, false, false, false, false, false}
	left, right := sorted(c.frame(c.Clip, 0)), sorted(c.frame(c.Clip, 4))
	for m, clip := range forecastOf(t, STEPS{}, c, 2, 1) {
		for i, got := range sorted(c.frame(clip, 1)) {
			if want := 0.75*left[i] + 0.25*right[i]; !(math.Abs(float64(got-want)) <= 1e-6*float64(want)) {
				t.Fatalf("member %d, frame 1, rank %d is %g, expected %g", m, i, got, want)
			}
		}
	}
}

// spread is the mean variance of members over cells of a frame.
func spread(c Case, members [][]float32, f int) float64 {
	sum := 0.0
	for i := range c.Height * c.Width {
		s, s2, n := 0.0, 0.0, float64(len(members))
		for _, m := range members {
			v := float64(c.frame(m, f)[i])
			s, s2 = s+v, s2+v*v
		}
		sum += (s2 - s*s/n) / (n - 1) / float64(c.Height*c.Width)
	}
	return sum
}

// Members part as the lead grows, and between two known frames are furthest
// apart in the middle. The mean of members beats advection, and so does the
// ensemble as a whole in CRPS.
func TestEnsemble(t *testing.T) {
	const cases, members = 6, 10
	var apart, error2, advected, held, crps, absolute [10]float64
	for n := range uint64(cases) {
		c := nowcast(200 + n)
		all := forecastOf(t, STEPS{}, c, members, n)
		single, persisted := forecastOf(t, Advection{}, c, 1, n)[0], forecastOf(t, Persistence{}, c, 1, n)[0]
		mean := make([]float32, len(c.Clip))
		for _, m := range all {
			for i, v := range m {
				mean[i] += v / members
			}
		}
		for f := 5; f < 10; f++ {
			apart[f] += spread(c, all, f) / cases
			error2[f] += squaredError(c, mean, f) / cases
			advected[f] += squaredError(c, single, f) / cases
			held[f] += squaredError(c, persisted, f) / cases
			for i, y := range c.frame(c.Clip, f) {
				score := 0.0
				for a, x := range all {
					score += math.Abs(float64(c.frame(x, f)[i]-y)) / members
					for _, z := range all[:a] { // fair: over pairs of different members
						score -= math.Abs(float64(c.frame(x, f)[i]-c.frame(z, f)[i])) / (members * (members - 1))
					}
				}
				crps[f] += score / cases / 4096
				absolute[f] += math.Abs(float64(c.frame(single, f)[i]-y)) / cases / 4096
			}
		}
	}
	t.Logf("frames 5 to 9, (mm/h)²: mean squared error of persistence %.3f, advection %.3f, STEPS' mean %.3f; variance of members %.3f", held[5:], advected[5:], error2[5:], apart[5:])
	t.Logf("frames 5 to 9, mm/h: absolute error of advection %.4f, fair CRPS of STEPS %.4f", absolute[5:], crps[5:])
	for f := 5; f < 10; f++ {
		if f > 5 && apart[f] < 0.9*apart[f-1] { // rain that leaves takes variance along
			t.Errorf("members are less apart in frame %d than before: %.3f, %.3f", f, apart[f], apart[f-1])
		}
		if error2[f] > advected[f] || crps[f] > absolute[f] {
			t.Errorf("frame %d: STEPS' mean has a squared error of %.3f, advection %.3f; CRPS %.3f and %.3f", f, error2[f], advected[f], crps[f], absolute[f])
		}
	}
}

func TestBridgedMembersMeetTheEnds(t *testing.T) {
	var apart [10]float64
	for n := range uint64(4) {
		c := nowcast(300 + n)
		c.Known = []bool{true, true, false, false, false, false, false, true, true, false}
		all := forecastOf(t, STEPS{}, c, 8, n)
		for f := range apart {
			apart[f] += spread(c, all, f) / 4
		}
	}
	t.Logf("variance of members by frame: %.3f", apart)
	for f := 2; f < 4; f++ {
		if apart[f] > apart[f+1] || apart[8-f+1] > apart[8-f]*1.1 {
			t.Errorf("variance of members by frame %.3f, expected to be largest in the middle of the gap", apart)
		}
	}
}

// The memory that is estimated on moving synthetic rain is that of the latent
// field to the extent that rain is: long at large scales, short at small.
func TestMemoryFallsWithScale(t *testing.T) {
	c := nowcast(3)
	sim := simulated(c, STEPS{}, gap{4, 10})
	cascade := newCascade(sim.fft, 64)
	levels, weights := make([]float64, cascade.levels), make([]float64, cascade.levels)
	for i, r := range sim.ar.lag1 {
		level, next := cascade.split(i)
		levels[level] += (1 - next) * r
		weights[level] += 1 - next
		if next > 0 {
			levels[level+1] += next * r
			weights[level+1] += next
		}
	}
	for j := range levels {
		levels[j] /= weights[j]
	}
	t.Logf("correlation from frame to frame by octave: %.2f", levels)
	for j := 1; j < len(levels); j++ {
		if levels[j] > levels[j-1]+0.05 {
			t.Errorf("correlation from frame to frame by octave %.2f, expected to fall", levels)
		}
	}
	if levels[1] < 0.6 || levels[len(levels)-1] > 0.6 {
		t.Errorf("correlation from frame to frame by octave %.2f, expected above 0.6 at 32 cells and below 0.6 at 2", levels)
	}
}

// With a mask that does not grow and no error of velocity, rain falls only where
// the moved rain is, or where nothing is known.
func TestDryMask(t *testing.T) {
	c := nowcast(5)
	moved := forecastOf(t, Advection{}, c, 1, 0)[0]
	s := newScene(c)
	from := newTrack(s, motion(s, gap{4, 10}))
	from.advance(-1)
	outside := func(growth float64) (n int) {
		for _, m := range forecastWith(t, settings{maskGrowth: growth}, c, 4) {
			for i, v := range c.frame(m, 5) {
				// The limiter of the interpolation leaves some cells beside rain dry.
				if v >= 0.1 && !from.ended[i] && !wetAround(c.frame(moved, 5), c.Width, i) {
					n++
				}
			}
		}
		return n
	}
	a, b := outside(0), outside(100)
	if t.Logf("wet cells of four members outside the moved rain: %d, and %d without a mask", a, b); a != 0 || b == 0 {
		t.Errorf("%d wet cells outside the mask, and %d without one; expected none, and some", a, b)
	}
}

// wetAround says whether it rains in a cell or one of its eight neighbours.
func wetAround(frame []float32, width, cell int) bool {
	for _, dy := range []int{-1, 0, 1} {
		for _, dx := range []int{-1, 0, 1} {
			if y, x := cell/width+dy, cell%width+dx; y >= 0 && y*width < len(frame) && x >= 0 && x < width && frame[y*width+x] > 0 {
				return true
			}
		}
	}
	return false
}

// What flows in is the value at the edge, held, of each member's own field: with
// three columns a frame, the first four columns are equal after one frame, and so on;
// and so it is beyond the edge of the cells that are known.
func TestInflowIsTheEdgeHeld(t *testing.T) {
	c := nowcast(4)
	for f := range 5 {
		for i := range c.frame(c.Clip, f) {
			if i/64 >= 40 && i%64 < 20 {
				c.frame(c.Clip, f)[i] = missing
			}
		}
	}
	sim := simulated(c, STEPS{}, gap{4, 10})
	sim.st.velocityError = 0
	sim.v = newVelocity(64, 64, 0, 3)
	edges := map[float32]bool{}
	for member := range uint32(3) {
		clip := c.start()
		sim.draw(1, member, func(f int) []float32 { return c.frame(clip, f) })
		for f := 5; f < 8; f++ {
			for i, v := range c.frame(clip, f) {
				first, in := 0, 3*(f-4)
				switch {
				case i/64 >= 56: // nearer to column 20 than to row 39
					first = 20
				case i/64 >= 40:
					continue
				}
				edge := c.frame(clip, f)[i/64*64+first+in]
				if x := i % 64; x >= first && x <= first+in && !(math.Abs(float64(v-edge)) <= 1e-4*float64(edge)) {
					t.Fatalf("member %d, frame %d, row %d, column %d is %g, expected the %g of column %d", member, f, i/64, x, v, edge, first+in)
				}
			}
			sum := float32(0)
			for y := range 40 {
				sum += c.frame(clip, f)[y*64]
			}
			edges[sum] = true
		}
	}
	if len(edges) <= 3 { // what one member has
		t.Errorf("edges of three members in three frames have %d different sums, expected more than one member has", len(edges))
	}
}
