package forecast

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func whiteNoise(key noise.Key, n int) []float64 {
	z, out := make([]float32, n), make([]float64, n)
	key.Normal(z)
	for i, v := range z {
		out[i] = float64(v)
	}
	return out
}

// Against the sum itself, and back.
func TestFFT(t *testing.T) {
	for _, size := range [][2]int{{6, 8}, {5, 9}, {1, 4}, {8, 1}} {
		h, w := size[0], size[1]
		f, field := newFFT(h, w), whiteNoise(noise.Key{Seed: 2, Stream: noise.Synthetic}, h*w)
		c := make([]complex128, f.modes())
		f.forward(c, field)
		energy := 0.0
		for k, got := range c {
			want := complex(0, 0)
			for i, v := range field {
				sin, cos := math.Sincos(-2 * math.Pi * (float64(k/f.half*(i/w))/float64(h) + float64(k%f.half*(i%w))/float64(w)))
				want += complex(v*cos, v*sin)
			}
			if abs2(got-want) > 1e-20 {
				t.Errorf("%d×%d: mode %d is %v, expected %v", h, w, k, got, want)
			}
			energy += f.twins(k) * abs2(got) / float64(h*w)
		}
		back := make([]float64, h*w)
		f.inverse(back, c)
		for i, v := range field {
			energy -= v * v
			if !(math.Abs(back[i]-v) <= 1e-12) {
				t.Errorf("%d×%d: value %d is %g after both ways, was %g", h, w, i, back[i], v)
			}
		}
		if !(math.Abs(energy) <= 1e-9) { // Parseval's theorem
			t.Errorf("%d×%d: energy differs by %g", h, w, energy)
		}
	}
	for n, want := range map[int]int{1: 1, 7: 8, 11: 12, 64: 64, 97: 100, 121: 125} {
		if got := fftSize(n); got != want {
			t.Errorf("size from %d on: %d, expected %d", n, got, want)
		}
	}
}

func TestCascade(t *testing.T) {
	f := newFFT(96, 80)
	c := newCascade(f, 64)
	if c.levels != 6 {
		t.Fatalf("%d levels from 64 cells to 2, expected 6", c.levels)
	}
	values := []float64{1, 2, 4, 8, 16, 32}
	at := c.interpolate(values)
	for i, got := range at {
		k := f.frequency(i)
		level, next := c.split(i)
		if level < 0 || level > 4 || next < 0 || next > 1 {
			t.Fatalf("mode %d is split at level %d, share %g", i, level, next)
		}
		if k > 0.5 && got != 32 || k < 1.0/64 && got != 1 {
			t.Errorf("%g cycles per cell, beyond the last centre, has the value %g", k, got)
		}
	}
	// 80 columns: 5 cycles are one in 16 cells, the centre of level 2.
	if !(math.Abs(at[5]-4) <= 1e-12) || !(math.Abs(f.frequency(5)-1.0/16) <= 1e-15) {
		t.Errorf("16 cells have the value %g, expected 4", at[5])
	}
	// Half-way to 8 cells in the logarithm: a frequency of √2/16, not on the grid;
	// 7 cycles are at log2(7/80·64).
	if want := 4 + 4*(math.Log2(7.0/80*64)-2); !(math.Abs(at[7]-want) <= 1e-12) {
		t.Errorf("80/7 cells have the value %g, expected %g", at[7], want)
	}
}

// A field in which each level has an AR(2) process of its own: the correlations
// and the coefficients are recovered.
func TestAutoregressionIsRecovered(t *testing.T) {
	f := newFFT(64, 64)
	c := newCascade(f, 64)
	lag1 := []float64{0.95, 0.93, 0.9, 0.8, 0.6, 0.3}
	lag2 := []float64{0.88, 0.86, 0.83, 0.66, 0.35, 0.1}
	truth := yuleWalker(c, lag1, lag2)
	draw := func(step int) []complex128 {
		out := make([]complex128, f.modes())
		f.forward(out, whiteNoise(noise.Key{Seed: 3, Stream: noise.Synthetic, Step: uint64(step)}, 64*64))
		return out
	}
	const frames = 400
	fields := [][]complex128{draw(0)}
	one, two := newCoherence(c.levels), newCoherence(c.levels)
	for n := 1; n < frames; n++ {
		x, w := make([]complex128, f.modes()), draw(n)
		for i := range x {
			if n == 1 {
				r := truth.lag1[i]
				x[i] = complex(r, 0)*fields[0][i] + complex(math.Sqrt(1-r*r), 0)*w[i]
				continue
			}
			x[i] = complex(truth.phi1[i], 0)*fields[n-1][i] + complex(truth.phi2[i], 0)*fields[n-2][i] + complex(truth.innovation[i], 0)*w[i]
		}
		fields = append(fields, x)
		one.add(c, fields[n-1], x)
		if n > 1 {
			two.add(c, fields[n-2], x)
		}
	}
	got1, got2 := one.value(), two.value()
	t.Logf("correlations at lag 1 %.3f, expected near %.3f", got1, lag1)
	t.Logf("correlations at lag 2 %.3f, expected near %.3f", got2, lag2)
	for j := range lag1 {
		// A level sees its neighbours' modes too: the expected value is the mean
		// over the level's weights. Its error is that of the number of
		// independent modes in 400 frames, few at the first level.
		want1, want2, weight := 0.0, 0.0, 0.0
		for i, r := range truth.lag1 {
			level, next := c.split(i)
			share := map[int]float64{level: 1 - next, level + 1: next}[j] * f.twins(i)
			if i == 0 {
				share = 0
			}
			want1 += share * r
			want2 += share * (truth.phi1[i]*r + truth.phi2[i])
			weight += share
		}
		want1, want2 = want1/weight, want2/weight
		tolerance := 4 * math.Sqrt((1-want1*want1)/(frames*(1-want1)/(1+want1)*weight/2))
		if !(math.Abs(got1[j]-want1) <= tolerance) || !(math.Abs(got2[j]-want2) <= 2*tolerance) {
			t.Errorf("level %d: correlations %.4f and %.4f, expected %.4f and %.4f to %.4f", j, got1[j], got2[j], want1, want2, tolerance)
		}
	}
	// Stationary: the variance after 400 frames is what it was.
	power := 0.0
	for i, x := range fields[frames-1] {
		power += f.twins(i) * abs2(x) / (64 * 64 * 64 * 64)
	}
	if !(math.Abs(power-1) <= 0.1) {
		t.Errorf("the variance after %d frames is %g, expected 1", frames, power)
	}
}

// Whatever correlations are estimated, the process forgets and has variance 1.
func TestYuleWalkerIsStationary(t *testing.T) {
	c := newCascade(newFFT(8, 8), 2)
	values := []float64{-1, -0.2, 0, 0.3, 0.7, 0.95, 0.999, 1, 1.2}
	for _, r1 := range values {
		for _, r2 := range append(values, math.Inf(-1)) {
			ar := yuleWalker(c, []float64{r1}, []float64{r2})
			if math.IsInf(r2, -1) {
				ar = yuleWalker(c, []float64{r1}, nil)
				if want := min(max(r1, 0), 0.999); !(math.Abs(ar.phi1[1]-want) <= 1e-12) || !(math.Abs(ar.phi2[1]) <= 1e-12) {
					t.Errorf("AR(1) of %g has phi %g, %g", r1, ar.phi1[1], ar.phi2[1])
				}
			}
			p1, p2, s := ar.phi1[1], ar.phi2[1], ar.innovation[1]
			if !(math.Abs(p2) < 1 && p1+p2 < 1 && p2-p1 < 1) {
				t.Errorf("correlations %g, %g: phi %g, %g does not forget", r1, r2, p1, p2)
			}
			variance := s * s * (1 - p2) / ((1 + p2) * (1 - p1 - p2) * (1 + p1 - p2)) // Box and Jenkins, section 3.2
			if !(math.Abs(variance-1) <= 1e-6) {
				t.Errorf("correlations %g, %g: variance %g, expected 1", r1, r2, variance)
			}
		}
	}
}

// The weights of a bridge solve the normal equations of the Gaussian
// conditional mean.
func TestBridge(t *testing.T) {
	for _, r := range []float64{0, 0.2, 0.9, 0.999} {
		for gap := 2; gap < 6; gap++ {
			for s := 1; s < gap; s++ {
				a, b := bridge(r, s, gap)
				p := func(n int) float64 { return math.Pow(r, float64(n)) }
				if d1, d2 := a+b*p(gap)-p(s), a*p(gap)+b-p(gap-s); !(math.Abs(d1) <= 1e-12) || !(math.Abs(d2) <= 1e-12) {
					t.Errorf("correlation %g, frame %d of %d: weights %g, %g miss by %g, %g", r, s, gap, a, b, d1, d2)
				}
			}
		}
	}
}
