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
		given := &BoundObservation{
			parts: []BoundMeasurement{{Seen: in[2], Y: g.Mul(in[2], in[3]), Variance: g.ZerosLike(in[2])}},
			Noise: in[4], replaceable: true, orthogonal: true,
		}
		var guidance Guidance = Replacement{}
		if weight >= 0 {
			guidance = Reconstruction{Weight: float64(weight)}
		}
		p := guidance.Guide(d, given)(in[0], Level{LogSNR: in[1]}, Batch{})
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
				if !(math.Abs(float64(got)-want) <= 5e-7) {
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
			return enginetest.Moments(unknown)
		}
		replaced, e0 := mean(nil)
		guided, e1 := mean(Reconstruction{})
		t.Logf("conditional mean: exact %.3f, replacement %.3f ± %.3f, w_r = 1 %.3f ± %.3f", rho*xa, replaced, e0, guided, e1)
		if !(replaced > 4*e0) {
			t.Errorf("mean with replacement is %.3f ± %.3f: the known cell has no effect", replaced, e0)
		}
		if !(math.Abs(guided-rho*xa) <= math.Abs(replaced-rho*xa)-4*math.Hypot(e0, e1)) {
			t.Errorf("guidance leaves the mean at %.3f, replacement at %.3f, exact is %.3f", guided, replaced, rho*xa)
		}
	})
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
		if e := enginetest.Farthest(again.At(0), s.At(3)); !(e <= 1e-5) {
			t.Errorf("member 3 alone differs by %v", e)
		}
	})
}
