package vdm

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// bent is a nonlinear denoiser over four cells: v̂ = tanh(Az) + λz/100.
var bentMatrix = [][]float32{{0.5, -0.8, 0.3, 0.2}, {0.9, 0.1, -0.4, 0.7}, {-0.6, 0.4, 0.8, -0.1}, {0.2, 0.5, -0.7, 0.6}}

func bent(z *g.Node, at Level, _ Batch) Prediction {
	batch := z.Shape().Dim(0)
	flat := g.Reshape(z, batch, 4)
	az := g.Tanh(g.Einsum("bi,ji->bj", flat, g.Const(z.Graph(), bentMatrix)))
	v := g.Add(az, g.Mul(g.MulScalar(g.Reshape(at.LogSNR, batch, 1), 0.01), flat))
	return Prediction{Z: z, At: at, V: g.Reshape(v, z.Shape().Dimensions...)}
}

// bentX is x̂ of bent, in float64.
func bentX(z []float64, logSNR float64) []float64 {
	x := make([]float64, 4)
	for j, row := range bentMatrix {
		sum := 0.0
		for i, a := range row {
			sum += float64(a) * z[i]
		}
		x[j] = Alpha(logSNR)*z[j] - Sigma(logSNR)*(math.Tanh(sum)+logSNR*z[j]/100)
	}
	return x
}

// conditionedOnce evaluates replacement (weight below 0) or guidance on a batch: x̂, the z that was looked at.
func conditionedOnce(t testing.TB, be compute.Backend, d Denoiser, z, logSNR, known, xKnown, noise []float32, weight float32) (x, seen []float32) {
	t.Helper()
	n := len(logSNR)
	dims := []int{n, 1, 1, len(z) / n, 1}
	out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
		given := &Given{
			parts: []GivenMeasurement{{Seen: in[2], Y: g.Mul(in[2], in[3]), Variance: g.ZerosLike(in[2])}},
			Noise: in[4], replaceable: true, orthogonal: true,
		}
		var guidance Guidance = Replacement{}
		if weight >= 0 {
			guidance = Reconstruction{Weight: float64(weight)}
		}
		p := guidance.Guide(d, given)(in[0], Level{in[1]}, Batch{})
		return []*g.Node{p.X(), g.MulScalar(p.Z, 1)}
	}, enginetest.Tensor(z, dims...), enginetest.Tensor(logSNR, n), enginetest.Tensor(known, dims...), enginetest.Tensor(xKnown, dims...), enginetest.Tensor(noise, dims...))
	return out[0], out[1]
}

func randomBatch(seed uint64, n int) (z, x, noise []float32) {
	r := rand.New(rand.NewPCG(seed, 1))
	for range 4 * n {
		z, x, noise = append(z, float32(r.NormFloat64())), append(x, float32(r.NormFloat64())), append(noise, float32(r.NormFloat64()))
	}
	return z, x, noise
}

// What the network looks at: the forward sample where a cell is known, z
// elsewhere, for nothing, something and everything known.
func TestReplacementLooksAtForwardSamples(t *testing.T) {
	levels := []float32{-30, -2, 0.5, 30}
	z, x, noise := randomBatch(1, len(levels))
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, mask := range [][]float32{{0, 0, 0, 0}, {1, 0, 1, 0}, {1, 1, 1, 1}} {
			known := slices.Repeat(mask, len(levels))
			_, seen := conditionedOnce(t, be, bent, z, levels, known, x, noise, -1)
			for i, got := range seen {
				l := float64(levels[i/4])
				want := float64(z[i])
				if known[i] == 1 {
					want = Alpha(l)*float64(x[i]) + Sigma(l)*float64(noise[i])
				}
				if math.Abs(float64(got)-want) > 5e-7 {
					t.Errorf("mask %v, λ = %v: cell %d of z is %v, want %v", mask, l, i%4, got, want)
				}
			}
		}
	})
}

// The estimate of the unknown cells is moved by −(w_r·α/2)·∇_{z_b}‖x_a − x̂_a‖²,
// by central differences in float64; that of the known ones is not. At the ends
// of the schedule the shift is what it should be too, and finite.
func TestGuidanceIsTheGradient(t *testing.T) {
	levels := []float32{-30, -8, -2, 0, 0.7, 3, 8, 12, 20, 30}
	z, x, noise := randomBatch(2, len(levels))
	known := slices.Repeat([]float32{1, 0, 1, 0}, len(levels))
	const weight = 3
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		plain, seen := conditionedOnce(t, be, bent, z, levels, known, x, noise, -1)
		guided, _ := conditionedOnce(t, be, bent, z, levels, known, x, noise, weight)
		largest := 0.0
		for i := range guided {
			s, cell, l := i/4*4, i%4, float64(levels[i/4])
			at := make([]float64, 4)
			for j := range at {
				at[j] = float64(seen[s+j])
			}
			misfit := func(h float64) float64 {
				y := slices.Clone(at)
				y[cell] += h
				sum := 0.0
				for j, xj := range bentX(y, l) {
					if known[s+j] == 1 {
						sum += math.Pow(float64(x[s+j])-xj, 2)
					}
				}
				return sum
			}
			want := 0.0
			if known[i] == 0 {
				want = -weight * Alpha(l) / 2 * (misfit(1e-5) - misfit(-1e-5)) / 2e-5
			}
			got := float64(guided[i]) - float64(plain[i])
			if !(math.Abs(got-want) < 5e-6*(1+math.Abs(want))) {
				t.Errorf("λ = %v: x̂ of cell %d is moved by %v, want %v", l, cell, got, want)
			}
			largest = max(largest, math.Abs(want))
		}
		if largest < 0.5 {
			t.Errorf("the largest shift is %v: the test proves little", largest)
		}
	})
}

// Samples of a batch do not see each other, and with next to no weight guidance
// is replacement.
func TestGuidanceIsPerSample(t *testing.T) {
	levels := []float32{-1, 2}
	z, x, noise := randomBatch(3, 2)
	known := []float32{1, 0, 1, 0, 0, 1, 1, 0}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		both, _ := conditionedOnce(t, be, bent, z, levels, known, x, noise, 5)
		var apart []float32
		for i := range 2 {
			s := func(x []float32) []float32 { return x[4*i : 4*i+4] }
			one, _ := conditionedOnce(t, be, bent, s(z), levels[i:i+1], s(known), s(x), s(noise), 5)
			apart = append(apart, one...)
		}
		small, _ := conditionedOnce(t, be, bent, z, levels, known, x, noise, 1e-9)
		none, _ := conditionedOnce(t, be, bent, z, levels, known, x, noise, -1)
		for i := range both {
			enginetest.Near(t, "x̂ of a batch of two", float64(both[i]), float64(apart[i]), 1e-5)
			enginetest.Near(t, "x̂ with next to no weight", float64(small[i]), float64(none[i]), 1e-6)
		}
	})
}

// On two correlated cells of which one is known, the exact conditional mean is
// ρ·x_a. Replacement alone falls short of it; guidance with w_r = 1, the value of
// its derivation, comes closer.
func TestGuidanceMovesTheMeanTowardsTheConditional(t *testing.T) {
	const rho, xa, n = 0.8, 2.0, 2000
	// Correlation ρ: eigenvectors along the diagonals.
	h := math.Sqrt(0.5)
	d := gaussian{mean: []float64{0, 0}, vals: []float64{1 + rho, 1 - rho}, vecs: [][]float64{{h, h}, {h, -h}}}
	plan := ancestral(t, Cosine{}, 64, UpperBound)
	given := Observation{{Y: []float32{xa, float32(math.NaN())}}}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		mean := func(guidance Guidance) (float64, float64) {
			s, err := SampleFrom(context.Background(), be, d.denoiser, plan, [4]int{1, 1, 2, 1}, given, DrawOptions{Count: n, Batch: n, Guidance: guidance})
			if err != nil {
				t.Fatal(err)
			}
			var unknown []float64
			for i := range n {
				unknown = append(unknown, float64(s.At(i)[1]))
			}
			return moments(unknown)
		}
		replaced, e0 := mean(nil)
		guided, e1 := mean(Reconstruction{})
		t.Logf("conditional mean: exact %.3f, replacement %.3f ± %.3f, w_r = 1 %.3f ± %.3f", rho*xa, replaced, e0, guided, e1)
		if !(replaced > 4*e0) {
			t.Errorf("mean with replacement is %.3f ± %.3f: the known cell has no effect", replaced, e0)
		}
		if math.Abs(guided-rho*xa) > math.Abs(replaced-rho*xa)-4*math.Hypot(e0, e1) {
			t.Errorf("guidance leaves the mean at %.3f, replacement at %.3f, exact is %.3f", guided, replaced, rho*xa)
		}
	})
}

// clipOf returns one clip of the source.
func clipOf(t testing.TB, c Clips, i int) []float32 {
	t.Helper()
	f, h, w, ch := c.Shape()
	x := make([]float32, f*h*w*ch)
	if err := c.Clip(i, x); err != nil {
		t.Fatal(err)
	}
	return x
}

// Known cells come back as they were given, to the bit; NaN among the known
// frames and the unknown frames, whatever they hold, are generated.
func TestKnownCellsArePutBack(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	ctx := context.Background()
	o := SampleOptions{Count: 3, Steps: 6, Batch: 2, Seed: 1}
	clip := clipOf(t, tinyClips, 0)
	clip[5] = float32(math.NaN())
	copy(clip[16:], []float32{float32(math.Inf(1)), float32(math.NaN()), -1e30})
	for _, guidance := range []Guidance{nil, Reconstruction{Weight: 2}} {
		o.Guidance = guidance
		got, err := m.Nowcast(ctx, clip, 1, o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Len() {
			for j, v := range got.At(i) {
				generated := j >= 16 || j == 5
				switch {
				case !generated && v != clip[j]:
					t.Errorf("guidance %v: known value %d is %v, was given as %v", guidance, j, v, clip[j])
				case generated && !(v >= 0 && v <= 10.001): // the range of the training data
					t.Errorf("guidance %v: generated value %d is %v", guidance, j, v)
				}
			}
		}
		if got.At(0)[5] == got.At(1)[5] && got.At(0)[17] == got.At(1)[17] {
			t.Error("two members have the same generated cells")
		}
	}
	// Everything known: nothing is generated.
	clip = clipOf(t, tinyClips, 0)
	got, err := m.Interpolate(ctx, clip, []bool{true, true}, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.At(2), clip) {
		t.Error("a clip that is known as a whole is changed")
	}
	// The second frame known and the first generated.
	got, err = m.Interpolate(ctx, clip, []bool{false, true}, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.At(0)[16:], clip[16:]) || slices.Equal(got.At(0)[:16], clip[:16]) {
		t.Error("want the second frame as given, and the first generated")
	}
}

func TestConditioningRefuses(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	clip := clipOf(t, tinyClips, 0)
	with := func(i int, v float64) []float32 {
		x := slices.Clone(clip)
		x[i] = float32(v)
		return x
	}
	missing := slices.Repeat([]float32{float32(math.NaN())}, 32)
	for _, c := range []struct {
		name string
		run  func() (*Samples, error)
		says string
	}{
		{"a short clip", func() (*Samples, error) { return m.Nowcast(t.Context(), clip[:31], 1, SampleOptions{}) }, "31 values, want 32"},
		{"no frame known", func() (*Samples, error) { return m.Nowcast(t.Context(), clip, 0, SampleOptions{}) }, "no cell is known"},
		{"too many frames", func() (*Samples, error) { return m.Nowcast(t.Context(), clip, 3, SampleOptions{}) }, "3 frames known of a clip of 2"},
		{"fewer than no frames", func() (*Samples, error) { return m.Nowcast(t.Context(), clip, -1, SampleOptions{}) }, "-1 frames known"},
		{"only missing cells known", func() (*Samples, error) { return m.Nowcast(t.Context(), missing, 1, SampleOptions{}) }, "no cell is known"},
		{"an infinite known cell", func() (*Samples, error) { return m.Nowcast(t.Context(), with(3, math.Inf(1)), 1, SampleOptions{}) }, "infinite at frame 0"},
		{"a rate below zero", func() (*Samples, error) { return m.Nowcast(t.Context(), with(3, -1), 1, SampleOptions{}) }, "value -1 in frame 0 is outside"},
		{"a mask of another length", func() (*Samples, error) { return m.Interpolate(t.Context(), clip, []bool{true}, SampleOptions{}) }, "known has 1 entries"},
		{"a negative weight", func() (*Samples, error) {
			return m.Nowcast(t.Context(), clip, 1, SampleOptions{Guidance: Reconstruction{Weight: -1}})
		}, "guidance is -1"},
		{"guidance without known cells", func() (*Samples, error) { return m.Sample(t.Context(), SampleOptions{Guidance: Reconstruction{}}) }, "without an observation"},
	} {
		_, err := c.run()
		enginetest.WantError(t, c.name, err, c.says)
	}
}

// Model's samples: the same member in any batch, and on any engine.
func TestMembersAreTheSameOnEveryEngine(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	clip := clipOf(t, tinyClips, 3)
	first := map[bool][]float32{}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		m.be = be
		for _, conditional := range []bool{false, true} {
			draw := func(o SampleOptions) *Samples {
				o.Seed, o.Steps = 6, 6
				var s *Samples
				var err error
				if conditional {
					o.Guidance = Reconstruction{}
					s, err = m.Nowcast(t.Context(), clip, 1, o)
				} else {
					s, err = m.Sample(t.Context(), o)
				}
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			all := draw(SampleOptions{Count: 4, Batch: 4})
			for _, o := range []SampleOptions{{Count: 4, Batch: 3}, {Count: 1, First: 2}} {
				got := draw(o)
				if e := farthest(got.Data, all.Data[o.First*all.Size():(o.First+o.Count)*all.Size()]); e > 1e-4 {
					t.Errorf("conditional %v, %d from %d by %d: differs by %.1e from one batch", conditional, o.Count, o.First, o.Batch, e)
				}
			}
			if first[conditional] == nil {
				first[conditional] = all.Data
			}
			e := farthest(all.Data, first[conditional])
			t.Logf("conditional %v: largest difference from the first engine %.1e mm/h", conditional, e)
			if e > 1e-3 { // of 10 mm/h
				t.Errorf("conditional %v: samples differ by %.1e mm/h from those of the first engine", conditional, e)
			}
		}
	})
}

// farthest is the largest difference.
func farthest(a, b []float32) float64 {
	worst := 0.0
	for i := range a {
		worst = max(worst, math.Abs(float64(a[i]-b[i])))
	}
	return worst
}

// Known cells come back to the bit, the others do not; a member is the same in
// any batch; what is not known is not looked at.
func TestSampleFromGivenKnownCells(t *testing.T) {
	d := correlated()
	plan := ancestral(t, Cosine{}, 8, LowerBound)
	shape := [4]int{1, 1, 4, 1}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		draw := func(x []float32, o DrawOptions) *Samples {
			t.Helper()
			known, err := KnownCells(x, []bool{true, false, true, false})
			if err != nil {
				t.Fatal(err)
			}
			s, err := SampleFrom(t.Context(), be, d.denoiser, plan, shape, Observation{known}, o)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := draw([]float32{0.25, 0, -1.5, 0}, DrawOptions{Count: 5, Batch: 5, Guidance: Reconstruction{}})
		for i := range s.Len() {
			if x := s.At(i); x[0] != 0.25 || x[2] != -1.5 || x[1] == 0 || x[3] == 0 {
				t.Errorf("member %d is %v", i, x)
			}
		}
		again := draw([]float32{0.25, 77, -1.5, 1e30}, DrawOptions{Count: 1, First: 3, Guidance: Reconstruction{}})
		if e := farthest(again.At(0), s.At(3)); e > 1e-5 {
			t.Errorf("member 3 alone differs by %v", e)
		}
	})
}
