package forecast

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func (sim *simulation) drawing() *drawing {
	cells := sim.fft.h * sim.fft.w
	return &drawing{simulation: sim, field: make([]float64, cells), noise: make([]complex128, sim.fft.modes())}
}

// draws returns the coefficients of noise with the spectrum of the known frames, valid
// until the next call. They are drawn directly: independent, with the Hermitian symmetry
// of a transform of real white noise.
func (d *drawing) draws(k noise.Key) []complex128 {
	r, f := k.Rand(), d.fft
	cells := float64(f.h * f.w)
	half, whole := math.Sqrt(cells/2), math.Sqrt(cells)
	for i, a := range d.amplitude {
		x, y := r.NormFloat64(), r.NormFloat64()
		if ky, kx := i/f.half, i%f.half; kx == 0 || 2*kx == f.w {
			switch twin := (f.h - ky) % f.h; {
			case twin == ky:
				d.noise[i] = complex(a*whole*x, 0)
				continue
			case twin < ky:
				t := d.noise[twin*f.half+kx]
				d.noise[i] = complex(real(t), -imag(t))
				continue
			}
		}
		d.noise[i] = complex(a*half*x, a*half*y)
	}
	return d.noise
}

// replace writes known values into the field whose coefficients are x.
func (d *drawing) replace(x []complex128, k *knowledge) {
	d.fft.inverse(d.field, x)
	for i, known := range k.known {
		if known {
			d.field[i] = k.value[i]
		}
	}
	d.fft.forward(x, d.field)
}

// conditioned returns the coefficients of the process, [frame][mode], from the left end of
// the gap to the right one, given both: a free AR(1) simulation, corrected between the ends
// by its misfit at them, with the weights of the process's conditional mean (conditioning
// by kriging: exact for Gaussian processes).
func (d *drawing) conditioned(seed uint64, member uint32) [][]complex128 {
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
	for t := 1; t < gap; t++ {
		for i := range free[t] {
			a, b := bridge(d.ar.lag1[i], t, gap)
			free[t][i] += complex(a, 0)*left[i] + complex(b, 0)*right[i]
		}
	}
	return free
}

// between draws the frames between two ends.
func (d *drawing) between(seed uint64, member uint32, out func(f int) []float32) {
	gap, s := d.g.right-d.g.left, d.s
	field := d.conditioned(seed, member)
	value, rates, allowed := make([]float64, s.h*s.w), make([]float64, s.h*s.w), make([]bool, s.h*s.w)
	steps := d.v.steps()
	for t := 1; t < gap; t++ {
		d.fft.inverse(d.field, field[t])
		growLeft, growRight := d.st.maskGrowth*float64(t), d.st.maskGrowth*float64(gap-t)
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
		d.ranks.match(rates, d.cells, d.target[t-1], value, allowed)
		frame := out(d.g.left + t)
		for _, i := range d.cells {
			frame[i] = float32(rates[i])
		}
	}
}

// at returns the field of the grid at a point of the domain's coordinates.
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

// nearRain reports whether a point lies within growth cells of known rain, or outside,
// where rain is not known.
func (d *drawing) nearRain(distance []float64, y, x, growth float64) bool {
	s := d.s
	return !s.isInside(y, x) || distance[int(y+0.5)*s.w+int(x+0.5)] <= growth
}
