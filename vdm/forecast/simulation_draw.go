package forecast

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// draw writes one member to the unknown frames of the gap.
func (sim *simulation) draw(seed uint64, member uint32, frame func(f int) []float32) {
	out := func(f int) []float32 {
		if sim.backward {
			f = len(sim.s.frames) - 1 - f
		}
		return frame(f)
	}
	d := sim.drawing()
	if sim.rainRight != nil {
		d.between(seed, member, out)
	} else {
		d.ahead(seed, member, out)
	}
}

// drawing is the work space of one member.
type drawing struct {
	*simulation
	white []float32
	field []float64
	noise []complex128
}

func (sim *simulation) drawing() *drawing {
	cells := sim.fft.h * sim.fft.w
	return &drawing{simulation: sim, white: make([]float32, cells), field: make([]float64, cells), noise: make([]complex128, sim.fft.modes())}
}

// draws returns the coefficients of noise with the spectrum of the known frames,
// valid until the next call.
func (d *drawing) draws(k noise.Key) []complex128 {
	k.Normal(d.white)
	for i, v := range d.white {
		d.field[i] = float64(v)
	}
	d.fft.forward(d.noise, d.field)
	for i, a := range d.amplitude {
		d.noise[i] *= complex(a, 0)
	}
	return d.noise
}

// replace puts known values into the field whose coefficients are x.
func (d *drawing) replace(x []complex128, k *knowledge) {
	d.fft.inverse(d.field, x)
	for i, known := range k.known {
		if known {
			d.field[i] = k.value[i]
		}
	}
	d.fft.forward(x, d.field)
}

// pair returns the coefficients of a stationary pair of fields for times −1 and 0,
// each with the spectrum of the known frames, whose correlation is the memory of
// each mode over one frame.
func (d *drawing) pair(seed uint64, member uint32) (before, now []complex128) {
	n := d.fft.modes()
	before, now = make([]complex128, n), make([]complex128, n)
	copy(before, d.draws(d.key(seed, member, d.g.left+1, earlier)))
	for i, w := range d.draws(d.key(seed, member, d.g.left+1, initial)) {
		r := d.ar.lag1[i]
		now[i] = complex(r, 0)*before[i] + complex(math.Sqrt(1-r*r), 0)*w
	}
	return before, now
}

// ahead draws the frames after the left end, which has no right one: a
// stationary pair of fields for times −1 and 0, in which what is known replaces
// what was drawn, carried on by the autoregression.
func (d *drawing) ahead(seed uint64, member uint32, out func(f int) []float32) {
	before, now := d.pair(seed, member)
	d.replace(now, d.start)
	if d.other != nil {
		d.replace(before, d.other)
	}
	addY, addX := d.velocityError(seed, member)
	s := d.s
	y, x := make([]float64, s.h*s.w), make([]float64, s.h*s.w)
	for i := range y {
		y[i], x[i] = float64(i/s.w), float64(i%s.w)
	}
	value, allowed := make([]float64, s.h*s.w), make([]bool, s.h*s.w)
	steps := d.v.steps()
	for f := d.g.left + 1; f < d.g.right; f++ {
		for i, w := range d.draws(d.key(seed, member, f, innovation)) {
			next := complex(d.ar.phi1[i], 0)*now[i] + complex(d.ar.phi2[i], 0)*before[i] + complex(d.ar.innovation[i], 0)*w
			before[i], now[i] = now[i], next
		}
		d.fft.inverse(d.field, now)
		growth := d.st.MaskGrowth * float64(f-d.g.left)
		for _, i := range d.cells {
			y[i], x[i] = d.v.travel(y[i], x[i], -1, steps, addY, addX)
			value[i] = d.at(y[i], x[i])
			allowed[i] = d.nearRain(d.rainLeft, y[i], x[i], growth)
		}
		matchRanks(out(f), d.cells, d.target[f-d.g.left-1], value, allowed)
	}
}

// between draws the frames between two ends: a free AR(1) simulation over the
// gap, corrected by what it missed at the ends, with the weights of the process's
// conditional mean (conditioning by kriging: exact for Gaussian processes).
func (d *drawing) between(seed uint64, member uint32, out func(f int) []float32) {
	n, gap := d.fft.modes(), d.g.right-d.g.left
	free := make([][]complex128, gap+1)
	for t := range free {
		free[t] = make([]complex128, n)
		if t == 0 {
			copy(free[t], d.draws(d.key(seed, member, d.g.left+1, initial)))
			continue
		}
		for i, w := range d.draws(d.key(seed, member, d.g.left+t, innovation)) {
			r := d.ar.lag1[i]
			free[t][i] = complex(r, 0)*free[t-1][i] + complex(math.Sqrt(1-r*r), 0)*w
		}
	}
	missed := func(t int, k *knowledge) []complex128 {
		x := make([]complex128, n)
		copy(x, free[t])
		d.replace(x, k)
		for i := range x {
			x[i] -= free[t][i]
		}
		return x
	}
	left, right := missed(0, d.start), missed(gap, d.other)
	s := d.s
	value, allowed := make([]float64, s.h*s.w), make([]bool, s.h*s.w)
	steps := d.v.steps()
	for t := 1; t < gap; t++ {
		x := free[t]
		for i := range x {
			a, b := bridge(d.ar.lag1[i], t, gap)
			x[i] += complex(a, 0)*left[i] + complex(b, 0)*right[i]
		}
		d.fft.inverse(d.field, x)
		growLeft, growRight := d.st.MaskGrowth*float64(t), d.st.MaskGrowth*float64(gap-t)
		for _, i := range d.cells {
			cy, cx := float64(i/s.w), float64(i%s.w)
			y, x := d.v.travel(cy, cx, -float64(t), t*steps, 0, 0)
			value[i] = d.at(y, x)
			allowed[i] = d.nearRain(d.rainLeft, y, x, growLeft)
			if !allowed[i] {
				y, x = d.v.travel(cy, cx, float64(gap-t), (gap-t)*steps, 0, 0)
				allowed[i] = d.nearRain(d.rainRight, y, x, growRight)
			}
		}
		matchRanks(out(d.g.left+t), d.cells, d.target[t-1], value, allowed)
	}
}

// velocityError is a member's constant error of velocity: normal, along and
// across the mean motion alike, so that the direction does not enter.
func (d *drawing) velocityError(seed uint64, member uint32) (dy, dx float64) {
	_, _, speed := d.v.meanSpeed()
	var z [2]float32
	d.key(seed, member, d.g.left+1, motionError).Normal(z[:])
	return d.st.VelocityError * speed * float64(z[0]), d.st.VelocityError * speed * float64(z[1])
}

// at is the field of the grid at a point of the domain's coordinates.
func (d *drawing) at(y, x float64) float64 {
	h, w := float64(d.fft.h), float64(d.fft.w)
	y, x = math.Mod(y+float64(d.margin[0]), h), math.Mod(x+float64(d.margin[1]), w)
	if y < 0 {
		y += h
	}
	if x < 0 {
		x += w
	}
	return sample(d.field, d.fft.h, d.fft.w, y, x)
}

// nearRain says whether a point is that near to known rain, or outside, where
// rain is not known.
func (d *drawing) nearRain(distance []float64, y, x, growth float64) bool {
	s := d.s
	return !s.isInside(y, x) || distance[int(y+0.5)*s.w+int(x+0.5)] <= growth
}
