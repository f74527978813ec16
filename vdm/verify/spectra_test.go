package verify

import (
	"math"
	"math/cmplx"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// shapes have even, odd and single axes.
var shapes = [][3]int{{1, 4, 6}, {1, 5, 7}, {3, 4, 5}, {4, 1, 6}, {10, 8, 2}, {2, 3, 1}, {1, 1, 1}}

func gaussian(sample uint32, n int) []float64 {
	r := noise.Key{Seed: 3, Stream: noise.Synthetic, Sample: sample}.Rand()
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

func TestFFTAgainstTheSum(t *testing.T) {
	for _, s := range shapes {
		nt, nh, nw := s[0], s[1], s[2]
		f, x := newRealFFT(nt, nh, nw), gaussian(1, nt*nh*nw)
		for m, got := range f.forward(x) {
			kt, kh, kw := m/(nh*f.half), m/f.half%nh, m%f.half
			var want complex128
			for i, v := range x {
				phase := float64(kt*(i/(nh*nw)))/float64(nt) + float64(kh*(i/nw%nh))/float64(nh) + float64(kw*(i%nw))/float64(nw)
				want += complex(v, 0) * cmplx.Exp(complex(0, -2*math.Pi*phase))
			}
			if !(cmplx.Abs(got-want) <= 1e-12*float64(len(x))) {
				t.Errorf("%v mode (%d,%d,%d): %v, want %v", s, kt, kh, kw, got, want)
			}
		}
	}
}

// Σ|X|² = N Σx², and the inverse is one.
func TestParseval(t *testing.T) {
	for _, s := range shapes {
		n := s[0] * s[1] * s[2]
		f, x := newRealFFT(s[0], s[1], s[2]), gaussian(2, n)
		sum, want := 0.0, 0.0
		for m, c := range f.forward(x) {
			sum += abs2(c) * float64(f.twins(m%f.half))
		}
		for _, v := range x {
			want += v * v * float64(n)
		}
		if !near(sum, want, 1e-13) {
			t.Errorf("%v: Σ|X|² = %v, N Σx² = %v", s, sum, want)
		}
		back := make([]float64, n)
		f.inverse(back)
		for i := range x {
			if !(math.Abs(back[i]-x[i]) <= 1e-13) {
				t.Fatalf("%v: value %d comes back as %v, was %v", s, i, back[i], x[i])
			}
		}
	}
}

// One wave of amplitude A with k crests has its power at ring k alone:
// |FFT|² = (A·N/2)² in two modes of the ring.
func TestSpatialPowerOfAWave(t *testing.T) {
	const n, amplitude = 16, 3.0
	for _, wave := range [][2]int{{3, 0}, {0, 5}, {4, 3}, {-4, 3}, {8, 0}} {
		clip := make([]float32, n*n)
		for i := range clip {
			y, x := i/n, i%n
			clip[i] = float32(amplitude*math.Cos(2*math.Pi*float64(wave[0]*y+wave[1]*x)/n)) + 7 // the mean is in no ring
		}
		s := must(NewSpatialPower(n, n))
		check(t, s.Add(clip))
		ring := int(math.Round(math.Hypot(float64(wave[0]), float64(wave[1]))))
		total := 2 * math.Pow(amplitude*n*n/2, 2)
		if wave[0] == n/2 { // its own mirror image: one mode
			total = math.Pow(amplitude*n*n, 2)
		}
		k, power := s.Value()
		for i := range k {
			want := 0.0
			if int(k[i]) == ring {
				want = total / s.modes[ring] * 2 * math.Pi * float64(ring)
			}
			if !(math.Abs(power[i]-want) <= 1e-6*total) {
				t.Errorf("wave %v: power %v at k = %v, want %v", wave, power[i], k[i], want)
			}
		}
	}
}

// White noise of variance s² has |FFT|² = N s² in every mode.
func TestPowerOfWhiteNoise(t *testing.T) {
	const frames, height, width, clips = 10, 12, 20, 60
	s, p := must(NewSpatialPower(height, width)), must(NewTemporalPower(frames))
	for c := range uint32(clips) {
		x := make([]float32, frames*height*width)
		noise.Key{Seed: 1, Stream: noise.Synthetic, Sample: c}.Normal(x)
		for i := range x {
			x[i] *= 2
		}
		check(t, s.Add(x))
		check(t, p.Add(x))
	}
	k, power := s.Value()
	for i := range k {
		// |FFT|² is exponential: its standard deviation is its mean; half the
		// modes are independent.
		got, se := power[i]/(2*math.Pi*k[i]), 1/math.Sqrt(frames*clips*s.modes[i+1]/2)
		if want := 4.0 * height * width; !(math.Abs(got/want-1) <= 5*se) {
			t.Errorf("k = %v: mean power %v of a mode, want %v ± %v", k[i], got, want, se*want)
		}
	}
	frequency, series := p.Value()
	for i := range frequency {
		if se := math.Sqrt2 / math.Sqrt(height*width*clips); !(math.Abs(series[i]/(4*frames)-1) <= 5*se) {
			t.Errorf("frequency %v: power %v, want %v", frequency[i], series[i], 4*frames)
		}
	}
	if frequency[0] != 0 || frequency[len(frequency)-1] != 0.5 {
		t.Errorf("frequencies %v", frequency)
	}
}

func TestSpectraSkipMissing(t *testing.T) {
	a, b := rain(1, 4*8*8), rain(1, 4*8*8)
	b[2*64+5] = missing
	s, p := must(NewSpatialPower(8, 8)), must(NewTemporalPower(4))
	check(t, s.Add(b))
	check(t, p.Add(b))
	if s.Frames != 3 || s.Missing != 1 || p.Series != 63 || p.Missing != 1 {
		t.Errorf("frames %d + %d missing, series %d + %d", s.Frames, s.Missing, p.Series, p.Missing)
	}
	want := must(NewSpatialPower(8, 8))
	check(t, want.Add(a[:2*64]))
	check(t, want.Add(a[3*64:]))
	_, got := s.Value()
	if _, w := want.Value(); !allNear(got, w, 1e-14) {
		t.Errorf("with a frame missing %v, without it %v", got, w)
	}
	_, none := must(NewSpatialPower(8, 8)).Value()
	if !math.IsNaN(none[0]) {
		t.Errorf("the power of nothing is %v", none)
	}
}

func TestSpectraMerge(t *testing.T) {
	laws(t, 1e-13, func() *SpatialPower { return must(NewSpatialPower(6, 9)) },
		func(s *SpatialPower, part int) { check(t, s.Add(rain(uint32(part), 54*(3+part)))) },
		(*SpatialPower).Merge,
		func(s *SpatialPower) []float64 { _, p := s.Value(); return append(p, float64(s.Frames)) })
}

func BenchmarkSpatialPower(b *testing.B) {
	s, clip := must(NewSpatialPower(64, 64)), rain(1, 10*64*64)
	for b.Loop() {
		check64(b, s.Add(clip))
	}
}

func check64(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}
