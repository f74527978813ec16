package forecast

import (
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// simulation is what all members of [STEPS] share over one gap. It lives on a periodic
// grid, in the coordinates of the known frame at which it starts: time zero, the left
// end of the gap. Between two known frames the grid contains the domain in its middle
// and as much around it as can flow in; ahead of the last one it is the domain, because
// inflow is not drawn. For a gap without a left end time runs backwards.
type simulation struct {
	st       settings
	s        *scene // reversed where time runs backwards
	g        gap    // in the scene's time
	backward bool
	v        *velocity

	fft    *fft
	margin [2]int // rows and columns of the grid before the domain
	ar     autoregression
	// amplitude times the coefficients of white noise gives a field with the
	// power spectrum of the known frames.
	amplitude []float64
	// start is the known field at time zero between two known frames, in decibels minus
	// their mean; other is the known field at the right end.
	start, other *knowledge
	// now and before are, for a gap without a right end, the coefficients of the known
	// field at time zero and of the frame before it, moved to time zero.
	now, before []complex128

	cells     []int       // the cells that are inside
	nearest   []int       // for each cell a nearest one that is inside; nil where all are
	pathEvery int         // rows and columns between the trajectories that are followed
	target    [][]float64 // for each unknown frame, ascending
	rainLeft  []float64   // distance of each cell from rain at the left end
	rainRight []float64   // and at the right end; nil without one
}

func newSimulation(st settings, s *scene, g gap) *simulation {
	sim := &simulation{st: st, s: s, g: g}
	if g.left < 0 {
		last := len(s.frames) - 1
		sim.backward, sim.s, sim.g = true, s.reversed(), gap{last - g.right, last - g.left}
	}
	s, g = sim.s, sim.g
	sim.v = motion(s, g)
	bridged := g.right < len(s.frames)
	ends := []int{g.left}
	h, w := fftSize(s.h), fftSize(s.w)
	if bridged {
		ends = append(ends, g.right)
		fastY, fastX := sim.v.fastest()
		reach := 1.5 * float64(g.right-g.left)
		h = fftSize(s.h + min(max(int(fastY*reach), s.h/2), 2*s.h))
		w = fftSize(s.w + min(max(int(fastX*reach), s.w/2), 2*s.w))
		sim.margin = [2]int{(h - s.h) / 2, (w - s.w) / 2}
	}
	sim.fft = newFFT(h, w)
	order2 := !bridged && g.left > 0 && s.frames[g.left-1] != nil
	sim.amplitude = sim.spectrum(ends)
	sim.ar = sim.memory(order2)
	mean := sim.meanOf(ends)
	if bridged {
		sim.start, sim.other = sim.carry(g.left, mean), sim.carry(g.right, mean)
		sim.start.complete(sim.other)
	} else {
		sim.now = sim.anomalies(g.left, mean)
		sim.before = sim.now
		if order2 {
			sim.before = sim.anomalies(g.left-1, mean)
		}
	}

	for i, in := range s.inside {
		if in {
			sim.cells = append(sim.cells, i)
		}
	}
	sim.targets(bridged)
	if !s.whole {
		sim.nearest = s.nearest()
	}
	sim.pathEvery = min(max(int(motionWindow(s)/8), 1), 8)
	sim.rainLeft = sim.fromRain(g.left)
	if bridged {
		sim.rainRight = sim.fromRain(g.right)
	}
	return sim
}

// decibels returns the decibels of a known frame. A dry cell has the threshold's,
// without the 5 dB below it that make edges for the motion: the process is continuous,
// and noise with the spectrum of such jumps is too rough where it rains (pysteps removes
// them from its noise, too).
func (sim *simulation) decibels(f int) []float64 {
	db := make([]float64, len(sim.s.frames[f]))
	for i, r := range sim.s.frames[f] {
		db[i] = 10 * math.Log10(max(r, dryBelow))
	}
	return db
}

// meanOf returns the mean of the decibels of frames over inside cells.
func (sim *simulation) meanOf(frames []int) float64 {
	sum, n := 0.0, 0
	for _, f := range frames {
		for i, v := range sim.decibels(f) {
			if sim.s.inside[i] {
				sum += v
				n++
			}
		}
	}
	return sum / float64(n)
}

// anomalies returns the coefficients of a known frame's decibels minus the mean, moved
// to time zero. Points that were outside then or lie beyond the domain have the value of
// the left end in a nearest cell.
func (sim *simulation) anomalies(f int, mean float64) []complex128 {
	s, field := sim.s, sim.decibels(sim.g.left)
	if f != sim.g.left {
		tr := newTrack(s, sim.v)
		tr.advance(f - sim.g.left)
		for i, v := range tr.look(sim.decibels(f)) {
			if !tr.ended[i] {
				field[i] = v
			}
		}
	}
	grid := make([]float64, sim.fft.h*sim.fft.w)
	for i := range grid {
		grid[i] = field[min(i/sim.fft.w, s.h-1)*s.w+min(i%sim.fft.w, s.w-1)] - mean
	}
	out := make([]complex128, sim.fft.modes())
	sim.fft.forward(out, grid)
	return out
}

// variance returns the variance of the decibels of frames over inside cells, about one
// mean.
func (sim *simulation) variance(frames []int) float64 {
	mean, sum, n := sim.meanOf(frames), 0.0, 0.0
	for _, f := range frames {
		for i, v := range sim.decibels(f) {
			if sim.s.inside[i] {
				sum, n = sum+(v-mean)*(v-mean), n+1
			}
		}
	}
	return sum / n
}

// carry returns the anomaly of a known frame in the coordinates of time zero: on each
// point of the grid, the value at the position of its content at the time of that frame.
func (sim *simulation) carry(f int, mean float64) *knowledge {
	s, field := sim.s, sim.decibels(f)
	k := &knowledge{make([]float64, sim.fft.h*sim.fft.w), make([]bool, sim.fft.h*sim.fft.w)}
	frames := f - sim.g.left
	steps := sim.v.steps() * max(frames, -frames, 1)
	for i := range k.value {
		y, x := float64(i/sim.fft.w-sim.margin[0]), float64(i%sim.fft.w-sim.margin[1])
		if frames != 0 {
			y, x = sim.v.travel(y, x, float64(frames), steps, 0, 0)
		}
		if s.isInside(y, x) {
			k.value[i], k.known[i] = sample(field, s.h, s.w, y, x)-mean, true
		}
	}
	return k
}

// taper returns a Hann window over the domain, zero at cells where skip is true.
func (sim *simulation) taper(skip func(cell int) bool) []float64 {
	s := sim.s
	out := make([]float64, s.h*s.w)
	for i := range out {
		if !skip(i) {
			y, x := math.Sin(math.Pi*(float64(i/s.w)+0.5)/float64(s.h)), math.Sin(math.Pi*(float64(i%s.w)+0.5)/float64(s.w))
			out[i] = y * y * x * x
		}
	}
	return out
}

// coefficients returns the coefficients, on the grid, of a field of the domain minus its
// mean, both under a taper.
func (sim *simulation) coefficients(field, taper []float64) []complex128 {
	s, n, sum := sim.s, 0.0, 0.0
	for i, weight := range taper {
		n += weight
		sum += weight * field[i]
	}
	mean := 0.0
	if n > 0 {
		mean = sum / n
	}
	grid := make([]float64, sim.fft.h*sim.fft.w)
	for i, weight := range taper {
		grid[(i/s.w+sim.margin[0])*sim.fft.w+i%s.w+sim.margin[1]] = weight * (field[i] - mean)
	}
	out := make([]complex128, sim.fft.modes())
	sim.fft.forward(out, grid)
	return out
}

// spectrum returns the amplitude of noise: the root of the mean windowed periodogram of
// the known frames at the ends of the gap. It is scaled so that white noise gives the
// variance of the whole frames, because the variance in the window depends on whether
// the rain is in the middle.
func (sim *simulation) spectrum(frames []int) []float64 {
	taper := sim.taper(func(i int) bool { return !sim.s.inside[i] })
	norm := 0.0
	for _, t := range taper {
		norm += t * t
	}
	out := make([]float64, sim.fft.modes())
	for _, f := range frames {
		for i, c := range sim.coefficients(sim.decibels(f), taper) {
			out[i] += abs2(c) / norm / float64(len(frames))
		}
	}
	out[0] = 0 // the mean is not drawn
	total, variance := 0.0, sim.variance(frames)
	for i, power := range out {
		total += sim.fft.twins(i) * power / float64(sim.fft.h*sim.fft.w)
	}
	if total > 0 {
		for i := range out {
			out[i] *= variance / total
		}
	}
	for i, power := range out {
		out[i] = math.Sqrt(power)
	}
	return out
}

// memory returns the autoregression of each mode, estimated from pairs of known frames
// near the gap of which the earlier was moved to the time of the later. Of all pairs
// those least frames apart are used, and a correlation over n frames counts as the nth
// power of the one over one frame.
func (sim *simulation) memory(order2 bool) autoregression {
	c := newCascade(sim.fft, max(sim.s.h, sim.s.w))
	var known []int
	near := 0
	for f, frame := range sim.s.frames {
		if frame != nil {
			if f <= sim.g.left {
				near = len(known)
			}
			known = append(known, f)
		}
	}
	first, last := max(near-pairsAside, 0), min(near+pairsAside, len(known)-1)
	known = known[first : last+1]
	lag := math.MaxInt
	for i := 1; i < len(known); i++ {
		lag = min(lag, known[i]-known[i-1])
	}
	wet := uncensored(sim.dryShare(known))
	process := func(lag int, frames float64) []float64 {
		all := sim.correlations(c, known, lag)
		for j := range all {
			all[j] = math.Pow(max(all[j], 0), wet/frames)
		}
		return all
	}
	lag1 := process(lag, float64(lag))
	if !order2 {
		return yuleWalker(c, lag1, nil)
	}
	return yuleWalker(c, lag1, process(2, 1))
}

// dryShare returns the share of the inside cells of known frames that are dry.
func (sim *simulation) dryShare(known []int) float64 {
	dry, n := 0.0, 0.0
	for _, f := range known {
		for i, rate := range sim.s.frames[f] {
			if sim.s.inside[i] {
				n++
				if rate < dryBelow {
					dry++
				}
			}
		}
	}
	return dry / n
}

// correlations returns the correlations of the levels over pairs of known frames that
// are lag frames apart; nil where there is none.
func (sim *simulation) correlations(c *cascade, known []int, lag int) []float64 {
	sums, any := newCoherence(c.levels), false
	for _, b := range known {
		if !slices.Contains(known, b-lag) {
			continue
		}
		moved := newTrack(sim.s, sim.v)
		moved.advance(-lag)
		taper := sim.taper(func(i int) bool { return moved.ended[i] })
		sums.add(c, sim.coefficients(moved.look(sim.decibels(b-lag)), taper), sim.coefficients(sim.decibels(b), taper))
		any = true
	}
	if !any {
		return nil
	}
	return sums.value()
}

// targets sets the values that each unknown frame should have, ascending.
func (sim *simulation) targets(bridged bool) {
	sorted := func(f int) []float64 {
		var values []float64
		for _, i := range sim.cells {
			values = append(values, sim.s.frames[f][i])
		}
		slices.Sort(values)
		return values
	}
	left := sorted(sim.g.left)
	right := left
	if bridged {
		right = sorted(sim.g.right)
	}
	for f := sim.g.left + 1; f < sim.g.right; f++ {
		weight := float64(f-sim.g.left) / float64(sim.g.right-sim.g.left)
		target := left
		if bridged {
			target = make([]float64, len(left))
			for i := range target {
				target[i] = (1-weight)*left[i] + weight*right[i]
			}
		}
		sim.target = append(sim.target, target)
	}
}

// fromRain returns the distance of each cell from rain at or above the threshold.
func (sim *simulation) fromRain(f int) []float64 {
	wet := make([]bool, len(sim.s.inside))
	for i, in := range sim.s.inside {
		wet[i] = in && sim.s.frames[f][i] >= dryBelow
	}
	return distances(wet, sim.s.h, sim.s.w)
}

// part selects one of a frame's random numbers.
type part uint64

const (
	innovation part = iota
	initial         // the field at time zero
	motionError
	parts
)

// key returns the key of a member's random numbers: all of them are listed here. Frames
// are unknown ones, which belong to one gap only.
func (sim *simulation) key(seed uint64, member uint32, f int, p part) noise.Key {
	if sim.backward {
		f = len(sim.s.frames) - 1 - f
	}
	return noise.Key{Seed: seed, Stream: noise.Step, Sample: member, Step: uint64(f)*uint64(parts) + uint64(p)}
}

// drawing contains the work space of one member.
type drawing struct {
	*simulation
	field []float64
	noise []complex128
	ranks ranking
}
