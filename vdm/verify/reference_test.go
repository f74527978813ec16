package verify

import (
	"errors"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// clips is a Source in memory.
type clips struct {
	shape [3]int
	data  [][]float32
	fail  error
}

func (c clips) Len() int               { return len(c.data) }
func (c clips) Shape() (int, int, int) { return c.shape[0], c.shape[1], c.shape[2] }
func (c clips) Clip(i int, dst []float32) error {
	copy(dst, c.data[i])
	return c.fail
}

// coloured returns Gaussian clips whose modes are independent with the given variances: an
// exact instance of what Wiener assumes.
func coloured(m modes, shape [3]int, mean float64, variance []float64, n int, first uint32) clips {
	gain := make([]float64, len(variance))
	for k, v := range variance {
		gain[k] = math.Sqrt(v)
	}
	out := clips{shape: shape}
	for i := range n {
		x := gaussian(first+uint32(i), shape[0]*shape[1]*shape[2])
		m.filter(x, gain)
		clip := make([]float32, len(x))
		for j, v := range x {
			clip[j] = float32(mean + v)
		}
		out.data = append(out.data, clip)
	}
	return out
}

// redSpectrum falls with the wavenumber; that of the clip mean is the largest.
func redSpectrum(e Edges, s [3]int) []float64 {
	m := newModes(e, s[0], s[1], s[2])
	v := make([]float64, m.len())
	last := len(v) / s[0] / s[1]
	for k := range v {
		t, y, x := k/(s[1]*last), k/last%s[1], k%last
		if e == Periodic {
			t, y = signed(t, s[0]), signed(y, s[1])
		}
		v[k] = 4 / math.Pow(1+float64(t*t+y*y+x*x), 1.5)
	}
	return v
}

// vLossOf measures the mean of (v − v̂)² of a denoiser over clips, with fixed noise.
func vLossOf(r Reference, data clips, logSNR float64) float64 {
	alpha, sigma, _, _ := levels(logSNR)
	sum, n := 0.0, 0
	for i, x := range data.data {
		eps, z, vhat := make([]float32, len(x)), make([]float32, len(x)), make([]float32, len(x))
		noise.Key{Seed: 2, Stream: noise.HeldOut, Sample: uint32(i)}.Normal(eps)
		for j := range x {
			z[j] = float32(alpha*float64(x[j]) + sigma*float64(eps[j]))
		}
		r.VHat(vhat, z, logSNR)
		for j := range x {
			d := alpha*float64(eps[j]) - sigma*float64(x[j]) - float64(vhat[j])
			sum += d * d
			n++
		}
	}
	return sum / float64(n)
}

// On Gaussian data of known spectrum: the fitted numbers, the measured loss and
// the closed form agree, and more knowledge never costs: Wiener ≤ pixelwise ≤
// mean of v.
func TestReferencesOnGaussianData(t *testing.T) {
	for _, edges := range []Edges{Mirrored, Periodic} {
		shape, mean := [3]int{4, 8, 6}, -0.8
		m := newModes(edges, 4, 8, 6)
		truth := redSpectrum(edges, shape)
		train := coloured(m, shape, mean, truth, 600, 0)
		test := coloured(m, shape, mean, truth, 300, 5000)

		ofV, err := FitMean(train)
		check(t, err)
		pixel := must(FitPixelwise(train, false))
		wiener := must(FitWiener(train, edges))
		total, weight := 0.0, 0.0
		for k, v := range truth {
			total += m.weight(k) * v
			weight += m.weight(k)
			// The mean of 600 squares, half as many independent where real and
			// imaginary part count as one.
			if se := v * math.Sqrt(2.0/600); k > 0 && !(math.Abs(wiener.Power[k]-v) <= 5*se) {
				t.Errorf("%v: power of mode %d is %v, want %v ± %v", edges, k, wiener.Power[k], v, se)
			}
		}
		s2 := total / weight
		if !near(pixel.Variance[0], s2, 0.1) || !(math.Abs(ofV.Mean-mean) <= 0.05) {
			t.Errorf("%v: fitted mean %v and variance %v, want %v and %v", edges, ofV.Mean, pixel.Variance[0], mean, s2)
		}
		for _, l := range []float64{-30, -8, -3, 0, 3, 8, 14, 30} {
			alpha, sigma, alpha2, sigma2 := levels(l)
			if !near(alpha*alpha+sigma*sigma, 1, 1e-15) {
				t.Errorf("α² + σ² = %v at λ = %v", alpha*alpha+sigma*sigma, l)
			}
			best := 0.0 // with the true spectrum
			for k, v := range truth {
				best += m.weight(k) * v / (alpha2*v + sigma2) / weight
			}
			for r, want := range map[Reference]float64{
				ofV: alpha2 + sigma2*s2, pixelRef{&pixel}: s2 / (alpha2*s2 + sigma2), wiener: best,
			} {
				// 300 clips of 192 values, of which the reddest count few times.
				if got := vLossOf(r, test, l); !near(got, want, 0.1) || !near(r.ExpectedVLoss(l), want, 0.1) {
					t.Errorf("%v, λ = %v, %s: v-loss %v, expected by the fit %v, closed form %v",
						edges, l, r.Name(), got, r.ExpectedVLoss(l), want)
				}
			}
			c, b, a := wiener.ExpectedVLoss(l), pixel.ExpectedVLoss(l), ofV.ExpectedVLoss(l)
			if !(c <= b*(1+1e-12) && b <= a*(1+1e-12)) {
				t.Errorf("%v, λ = %v: expected losses %v, %v, %v are out of order", edges, l, c, b, a)
			}
			if l >= -8 && l <= 8 {
				c, b, a := vLossOf(wiener, test, l), vLossOf(pixel, test, l), vLossOf(ofV, test, l)
				if !(c < b && b < a) {
					t.Errorf("%v, λ = %v: measured losses %v, %v, %v are out of order", edges, l, c, b, a)
				}
			}
		}
	}
}

// pixelRef makes a Pixelwise, which holds slices, a key of a map.
type pixelRef struct{ *Pixelwise }

// v̂ = (αz − x̂)/σ, and at the ends of the schedule, where that formula fails in
// float32, v̂ still is what algebra says: −x̂ → −E[x | z] at λ → −∞, ε̂ at +∞.
func TestVHatFollowsFromXHat(t *testing.T) {
	shape := [3]int{3, 4, 6}
	for _, edges := range []Edges{Mirrored, Periodic} {
		train := coloured(newModes(edges, 3, 4, 6), shape, -0.5, redSpectrum(edges, shape), 50, 0)
		ofV, err := FitMean(train)
		check(t, err)
		z := train.data[7]
		for _, r := range []Reference{ofV, must(FitPixelwise(train, false)), must(FitPixelwise(train, true)), must(FitWiener(train, edges))} {
			xhat, vhat := make([]float32, len(z)), make([]float32, len(z))
			for _, l := range []float64{-30, -5, -1, 0, 2, 5} {
				alpha, sigma, _, _ := levels(l)
				r.Denoise(xhat, z, l)
				r.VHat(vhat, z, l)
				for i := range z {
					want := (alpha*float64(z[i]) - float64(xhat[i])) / sigma
					if !(math.Abs(float64(vhat[i])-want) <= 1e-6*(1+math.Abs(want))/sigma) {
						t.Fatalf("%s at λ = %v: v̂ = %v, from x̂ %v", r.Name(), l, vhat[i], want)
					}
				}
			}
			for _, l := range []float64{-30, 30} {
				r.VHat(vhat, z, l)
				for i, v := range vhat {
					// The rest, (α − H)z at high λ, is of the order of σ/S.
					if !(math.Abs(float64(v)) < 10) {
						t.Fatalf("%s at λ = %v: v̂[%d] = %v", r.Name(), l, i, v)
					}
				}
			}
			// In place.
			r.VHat(vhat, z, 1)
			same := append([]float32(nil), z...)
			r.VHat(same, same, 1)
			for i := range same {
				if same[i] != vhat[i] {
					t.Fatalf("%s in place: %v, else %v", r.Name(), same[i], vhat[i])
				}
			}
		}
	}
}

// windows cuts windows out of larger periodic fields: real clips have edges.
func windows(n int, first uint32) clips {
	big, shape := [3]int{16, 24, 24}, [3]int{6, 12, 12}
	field := coloured(newModes(Periodic, 16, 24, 24), big, 0.3, redSpectrum(Periodic, big), n, first)
	out := clips{shape: shape}
	for _, f := range field.data {
		clip := make([]float32, 0, 6*12*12)
		for t := range 6 {
			for y := range 12 {
				at := (t*24 + y) * 24
				clip = append(clip, f[at:at+12]...)
			}
		}
		out.data = append(out.data, clip)
	}
	return out
}

// tapered is the Source with a Hann window over all three axes, of mean square 1.
func tapered(c clips, mean float64) clips {
	out := clips{shape: c.shape}
	hann := func(i, n int) float64 {
		return math.Sqrt(8.0/3) * (0.5 - 0.5*math.Cos(2*math.Pi*(float64(i)+0.5)/float64(n)))
	}
	h, w := c.shape[1], c.shape[2]
	for _, x := range c.data {
		y := make([]float32, len(x))
		for i, v := range x {
			y[i] = float32((float64(v) - mean) * hann(i/(h*w), c.shape[0]) * hann(i/w%h, h) * hann(i%w, w))
		}
		out.data = append(out.data, y)
	}
	return out
}

// The claim of Wiener's documentation, on windows that were not trained on:
// mirrored beats periodic, which beats periodic with a tapered spectrum.
func TestMirrorBeatsTaper(t *testing.T) {
	train, test := windows(200, 0), windows(60, 9000)
	mirrored, periodic := must(FitWiener(train, Mirrored)), must(FitWiener(train, Periodic))
	hann := must(FitWiener(train, Periodic))
	hann.Power = must(FitWiener(tapered(train, periodic.Mean), Periodic)).Power
	for _, l := range []float64{-2, 0, 2, 4, 6} {
		m, p, h := vLossOf(mirrored, test, l), vLossOf(periodic, test, l), vLossOf(hann, test, l)
		t.Logf("λ = %v: mirrored %.4f, periodic %.4f, Hann %.4f", l, m, p, h)
		if !(m < p && p < h) {
			t.Errorf("λ = %v: v-loss mirrored %v, periodic %v, Hann %v", l, m, p, h)
		}
	}
}

// The cosine modes are the Fourier modes of the mirrored clip: filtering one is
// filtering the other.
func TestCosineModesAreTheMirroredClip(t *testing.T) {
	const nt, nh, nw = 3, 4, 5
	c, f := newCosineModes(nt, nh, nw), newFourierModes(2*nt, 2*nh, 2*nw)
	x := gaussian(4, nt*nh*nw)
	mirror := make([]float64, 8*len(x))
	fold := func(i, n int) int { return min(i, 2*n-1-i) }
	for i := range mirror {
		t, y, z := i/(4*nh*nw), i/(2*nw)%(2*nh), i%(2*nw)
		mirror[i] = x[(fold(t, nt)*nh+fold(y, nh))*nw+fold(z, nw)]
	}
	gainAt := func(t, y, x int) float64 { return 1 / (1 + float64(t*t+2*y*y+3*x*x)) }
	gc, gf := make([]float64, c.len()), make([]float64, f.len())
	for k := range gc {
		gc[k] = gainAt(k/(nh*nw), k/nw%nh, k%nw)
	}
	for k := range gf {
		gf[k] = gainAt(signed(k/(2*nh*(nw+1)), 2*nt), signed(k/(nw+1)%(2*nh), 2*nh), k%(nw+1))
	}
	power, sum, want := make([]float64, len(x)), 0.0, 0.0
	c.power(power, x)
	for i := range x {
		sum, want = sum+power[i], want+x[i]*x[i]
	}
	if !near(sum, want, 1e-13) {
		t.Errorf("Σ power = %v, Σx² = %v", sum, want)
	}
	c.filter(x, gc)
	f.filter(mirror, gf)
	for i := range x {
		at := (i/(nh*nw)*2*nh+i/nw%nh)*2*nw + i%nw
		if !(math.Abs(x[i]-mirror[at]) <= 1e-13) {
			t.Fatalf("value %d: %v by cosines, %v by the mirrored clip", i, x[i], mirror[at])
		}
	}
}

func TestReferencesSkipMissing(t *testing.T) {
	whole := clips{shape: [3]int{1, 1, 2}, data: [][]float32{{1, 4}, {3, 8}}}
	holes := clips{shape: whole.shape, data: [][]float32{{1, 4}, {missing, 100}, {3, 8}}}
	a, b := must(FitWiener(whole, Mirrored)), must(FitWiener(holes, Mirrored))
	if b.Skipped != 1 || a.Skipped != 0 || b.Mean != 23.2 {
		t.Errorf("skipped %d and %d, mean %v", a.Skipped, b.Skipped, b.Mean)
	}
	p := must(FitPixelwise(holes, true))
	if !allNear(p.Mean, []float64{2, 112.0 / 3}, 1e-14) || !near(p.Variance[0], 1, 1e-12) {
		t.Errorf("per cell: %+v", p)
	}
	never := clips{shape: whole.shape, data: [][]float32{{1, missing}, {3, missing}}}
	p = must(FitPixelwise(never, true))
	out := make([]float32, 2)
	p.VHat(out, []float32{1, 1}, 0)
	if out[0] != out[0] || out[1] == out[1] || !near(p.ExpectedVLoss(0), 1, 1e-12) {
		t.Errorf("a cell never seen gives %v; expected loss %v", out, p.ExpectedVLoss(0))
	}
}

// Cells that are seen differently often, by hand: of three clips the first cell has 1
// and 3, the second 4, 8 and 9, the third nothing but 5.
func TestPixelwiseWithUnequalCounts(t *testing.T) {
	p := must(FitPixelwise(clips{shape: [3]int{1, 1, 3}, data: [][]float32{{1, 4, missing}, {missing, 8, 5}, {3, 9, missing}}}, true))
	if !allNear(p.Mean, []float64{2, 7, 5}, 1e-14) || !near(p.Variance[0], 1, 1e-12) || !near(p.Variance[1], 14.0/3, 1e-12) || !(p.Variance[2] < 1e-12) {
		t.Errorf("means %v, want [2 7 5]; variances %v, want [1 14/3 0]", p.Mean, p.Variance)
	}
}

// One wave along one axis has all its power in one mode, and which one is known.
func TestWienerKnowsItsAxes(t *testing.T) {
	const f, h, w = 2, 3, 5
	for axis, n := range [3]int{f, h, w} {
		for k := 1; k < n; k++ {
			x := make([]float32, f*h*w)
			for i := range x {
				at := [3]int{i / (h * w), i / w % h, i % w}[axis]
				x[i] = float32(Cosines(n)[at][k])
			}
			wiener := must(FitWiener(clips{shape: [3]int{f, h, w}, data: [][]float32{x}}, Mirrored))
			mode := k * [3]int{h * w, w, 1}[axis]
			for m, power := range wiener.Power {
				want := 0.0
				if m == mode {
					want = f * h * w / float64(n)
				}
				if !(math.Abs(power-want) <= 1e-6) {
					t.Errorf("wave %d along axis %d: mode %d has the power %v, want %v", k, axis, m, power, want)
				}
			}
		}
	}
}

func TestReferencesRefuse(t *testing.T) {
	shape := [3]int{1, 1, 2}
	for want, src := range map[string]clips{
		"no value to fit on":      {shape: shape, data: [][]float32{{missing, missing}}},
		"clip 0: disk gone":       {shape: shape, data: [][]float32{{1, 2}}, fail: errors.New("disk gone")},
		"infinite":                {shape: shape, data: [][]float32{{1, float32(math.Inf(1))}}},
		"hold an infinite value":  {shape: shape, data: [][]float32{{float32(math.Inf(-1)), float32(math.Inf(1))}}},
		"in 0 training clips":     {shape: shape},
		"training clips of 0×1×2": {shape: [3]int{0, 1, 2}},
	} {
		_, e1 := FitMean(src)
		_, e2 := FitPixelwise(src, true)
		_, e3 := FitWiener(src, Periodic)
		for _, err := range []error{e1, e2, e3} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v, want %q in it", err, want)
			}
		}
	}
	holes := clips{shape: shape, data: [][]float32{{1, missing}}}
	if _, err := FitWiener(holes, Mirrored); err == nil || !strings.Contains(err.Error(), "missing cells") {
		t.Errorf("Wiener on clips that all have holes: %v", err)
	}
	if _, err := FitWiener(clips{shape: shape, data: [][]float32{{1, 2}}}, 7); err == nil {
		t.Error("unknown edges are taken")
	}
}

// Run with -race: calls share no work space.
func TestWienerIsSafeForConcurrentUse(t *testing.T) {
	shape := [3]int{3, 8, 8}
	for _, edges := range []Edges{Mirrored, Periodic} {
		train := coloured(newModes(edges, 3, 8, 8), shape, 0, redSpectrum(edges, shape), 8, 0)
		w := must(FitWiener(train, edges))
		want := make([]float32, len(train.data[0]))
		w.VHat(want, train.data[0], 1)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 20 {
					got := make([]float32, len(want))
					w.VHat(got, train.data[0], 1)
					for i := range got {
						if got[i] != want[i] {
							t.Errorf("value %d: %v, alone %v", i, got[i], want[i])
							return
						}
					}
				}
			})
		}
		all.Wait()
	}
}

func BenchmarkWiener(b *testing.B) {
	x := rain(1, 10*32*32)
	for _, edges := range []Edges{Mirrored, Periodic} {
		w := must(FitWiener(clips{shape: [3]int{10, 32, 32}, data: [][]float32{x}}, edges))
		b.Run(edges.String(), func(b *testing.B) {
			y := make([]float32, len(x))
			for b.Loop() {
				w.VHat(y, x, 0)
			}
		})
	}
}
