package forecast

import (
	"context"
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

var missing = float32(math.NaN())

// latent is a Gaussian field on a torus of side n with power ∝ (k² + k0²)^(−β/2),
// β = 3.2, of variance 1, which moves with a wind in cells per frame while each
// mode forgets: over 10 frames at the outer scale of 40 cells and sooner below,
// as the eddy turnover time, ∝ k^(−2/3).
type latent struct {
	n               int
	windY, windX    float64
	fft             *fft
	amplitude, lag1 []float64
}

func newLatent(n int, windY, windX float64) *latent {
	const outer, beta, memory = 1.0 / 40, 3.2, 10.0
	l := &latent{n: n, windY: windY, windX: windX, fft: newFFT(n, n)}
	power := 0.0
	for i := range l.fft.modes() {
		k := l.fft.frequency(i)
		s := math.Pow(k*k+outer*outer, -beta/2)
		if i == 0 {
			s = 0
		}
		power += s * l.fft.twins(i)
		l.amplitude = append(l.amplitude, math.Sqrt(s))
		l.lag1 = append(l.lag1, math.Exp(-math.Pow(max(k/outer, 1), 2.0/3)/memory))
	}
	for i := range l.amplitude {
		l.amplitude[i] *= float64(n) / math.Sqrt(power)
	}
	return l
}

// draw is the coefficients of an independent field.
func (l *latent) draw(key noise.Key) []complex128 {
	z := make([]float32, l.n*l.n)
	key.Normal(z)
	field, out := make([]float64, len(z)), make([]complex128, l.fft.modes())
	for i, v := range z {
		field[i] = float64(v)
	}
	l.fft.forward(out, field)
	for i, a := range l.amplitude {
		out[i] *= complex(a, 0)
	}
	return out
}

// fields are frames of the process, each n·n.
func (l *latent) fields(seed uint64, frames int) [][]float64 {
	var out [][]float64
	state := l.draw(noise.Key{Seed: seed, Stream: noise.Synthetic})
	for f := range frames {
		if f > 0 {
			w := l.draw(noise.Key{Seed: seed, Stream: noise.Synthetic, Step: uint64(f)})
			for i, r := range l.lag1 {
				ky, kx := i/l.fft.half, i%l.fft.half
				if 2*ky > l.n {
					ky -= l.n
				}
				angle := -2 * math.Pi * (float64(ky)*l.windY + float64(kx)*l.windX) / float64(l.n)
				state[i] = complex(r*math.Cos(angle), r*math.Sin(angle))*state[i] + complex(math.Sqrt(1-r*r), 0)*w[i]
			}
		}
		field := make([]float64, l.n*l.n)
		l.fft.inverse(field, state)
		out = append(out, field)
	}
	return out
}

// rain is the rate in mm/h of a latent value: dry in 83 % of cells.
func rain(z float64) float64 { return 0.72 * math.Expm1(0.95*max(z-0.939, 0)) }

// syntheticRain is a clip of side×side cells cut from moving synthetic rain.
func syntheticRain(seed uint64, frames, side int, windY, windX float64) (clip []float32) {
	l := newLatent(2*side, windY, windX)
	for _, field := range l.fields(seed, frames) {
		for i := range side * side {
			clip = append(clip, float32(rain(field[i/side*l.n+i%side])))
		}
	}
	return clip
}

// wavy is smooth rain at a point: a sum of waves, dry nowhere.
func wavy(y, x float64) float64 {
	z := math.Sin(0.31*y+0.12*x) + math.Cos(0.23*x-0.17*y+1) + math.Sin(0.45*x+2) + math.Cos(0.41*y-0.3)
	return math.Exp(0.8 * z)
}

// caseOf makes a case of frames given by a function of frame, row and column.
func caseOf(frames, h, w int, known []int, value func(f int, y, x float64) float64) Case {
	c := Case{Frames: frames, Height: h, Width: w, Known: make([]bool, frames)}
	for f := range frames {
		c.Known[f] = slices.Contains(known, f)
		for i := range h * w {
			c.Clip = append(c.Clip, float32(value(f, float64(i/w), float64(i%w))))
		}
	}
	return c
}

func forecastOf(t *testing.T, f Forecaster, c Case, members int, seed uint64) [][]float32 {
	t.Helper()
	all, err := f.Forecast(context.Background(), c, members, seed)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != members {
		t.Fatalf("%s: %d members, asked for %d", f.Name(), len(all), members)
	}
	return all
}

// forecastWith returns members of an ensemble with settings other than a case's own.
func forecastWith(t *testing.T, st settings, c Case, members int) [][]float32 {
	t.Helper()
	all, err := st.forecast(context.Background(), c, members, 1)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// squaredError is the mean squared error of one frame against the case's clip.
func squaredError(c Case, clip []float32, f int) float64 {
	sum := 0.0
	truth := c.frame(c.Clip, f)
	for i, v := range c.frame(clip, f) {
		d := float64(v) - float64(truth[i])
		sum += d * d
	}
	return sum / float64(len(truth))
}

func equalBits(a, b []float32) bool {
	return slices.EqualFunc(a, b, func(x, y float32) bool { return math.Float32bits(x) == math.Float32bits(y) })
}
