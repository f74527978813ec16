package vdm

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// noisyBatch is a batch on the host: clips with noise, targets, and a mask or nil, each
// [sample, cell].
type noisyBatch struct{ z, v, mask, logSNR, factor []float32 }

// add appends a clip at a noise level.
func (b *noisyBatch) add(x, eps []float32, logSNR, factor float64) {
	alpha, sigma := Alpha(logSNR), Sigma(logSNR)
	for j := range x {
		b.z = append(b.z, float32(alpha*float64(x[j])+sigma*float64(eps[j])))
		b.v = append(b.v, float32(alpha*float64(eps[j])-sigma*float64(x[j])))
	}
	b.logSNR, b.factor = append(b.logSNR, float32(logSNR)), append(b.factor, float32(factor))
}

// weighted runs WeightedLoss on batches of one size.
func weighted(t testing.TB, be compute.Backend, d Denoiser, width int, batches ...*noisyBatch) [][]float64 {
	t.Helper()
	exec, err := engine.Compile(be, "loss", func(in []*g.Node) *g.Node {
		b := Batch{Z: in[0], At: Level{LogSNR: in[1]}, V: in[2], Factor: in[3]}
		if len(in) > 4 {
			b.Mask = in[4]
		}
		return WeightedLoss(d, b)
	})
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	var out [][]float64
	for _, b := range batches {
		n := len(b.logSNR)
		clips := func(x []float32) any { return enginetest.Tensor(x, n, 1, 1, width, 1) }
		args := []any{clips(b.z), b.logSNR, clips(b.v), b.factor}
		if b.mask != nil {
			args = append(args, clips(b.mask))
		}
		got, err := engine.ExecuteFloats(exec, args)
		if err != nil {
			t.Fatal(err)
		}
		losses := make([]float64, n)
		for i, v := range got[0] {
			losses[i] = float64(v)
		}
		out = append(out, losses)
	}
	return out
}

// noisedGaussian is a batch of n draws of d at one λ.
func noisedGaussian(d gaussian, seed uint64, n int, logSNR, factor float64, mask []float32) *noisyBatch {
	r := rand.New(rand.NewPCG(seed, 6))
	b := &noisyBatch{}
	for range n {
		x, eps := make([]float32, d.dim()), make([]float32, d.dim())
		for j, v := range d.draw(r) {
			x[j], eps[j] = float32(v), float32(r.NormFloat64())
		}
		b.add(x, eps, logSNR, factor)
		b.mask = append(b.mask, mask...)
	}
	return b
}

// drawn is a batch of draws of d, noised at times of a schedule with the noise of
// keys.
func drawn(d gaussian, s Schedule, w Weighting, first int, times []float64, keys []noise.Key) *noisyBatch {
	b := &noisyBatch{}
	for i := range times {
		x, eps := make([]float32, d.dim()), make([]float32, d.dim())
		for j, v := range d.draw(noise.Key{Seed: 5, Stream: noise.Synthetic, Sample: uint32(first + i)}.Rand()) {
			x[j] = float32(v)
		}
		keys[i].Normal(eps)
		l := s.LogSNR(times[i])
		b.add(x, eps, l, LossFactor(s, w, l))
	}
	return b
}

// The loss of the best denoiser is known in closed form at every λ, over all
// cells and over those that count.
func TestWeightedLossOfGaussianData(t *testing.T) {
	d := correlated()
	const n = 4000
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, mask := range [][]float32{nil, {1, 0, 1, 0}} {
			var batches []*noisyBatch
			levels := []float64{-30, -6, -2, 0, 1, 3, 6, 10}
			for i, l := range levels {
				batches = append(batches, noisedGaussian(d, uint64(i), n, l, 3, mask))
			}
			losses := weighted(t, be, d.denoiser, d.dim(), batches...)
			for i, l := range levels {
				want, count := 0.0, 0.0
				for j, e := range d.losses(l) {
					if mask == nil || mask[j] == 1 {
						want, count = want+3*e, count+1
					}
				}
				want /= count
				got, se := enginetest.Moments(losses[i])
				if !(math.Abs(got-want) <= 4*se) {
					t.Errorf("mask %v, λ = %v: loss %.5f ± %.5f, closed form %.5f", mask, l, got, se, want)
				}
			}
		}
	})
}

// What stands where a cell does not count changes nothing but the network's
// input; a sample of which one cell counts has that cell's loss, one without any
// has the loss 0.
func TestWeightedLossIgnoresMaskedTargets(t *testing.T) {
	d := correlated()
	pixelwise := newGaussian(0, d.mean, d.vals)
	a := noisedGaussian(d, 1, 3, 0.5, 1, []float32{1, 0, 1, 1})
	b := noisedGaussian(d, 1, 3, 0.5, 1, []float32{1, 0, 1, 1})
	for i := 1; i < len(b.z); i += 4 {
		b.z[i], b.v[i] = 7, -1e3
	}
	copy(a.mask[8:], make([]float32, 4))
	copy(b.mask[8:], make([]float32, 4))
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		losses := weighted(t, be, pixelwise.denoiser, 4, a, b)
		if !slices.Equal(losses[0], losses[1]) {
			t.Errorf("losses %v and %v differ by what masked cells hold", losses[0], losses[1])
		}
		one := noisedGaussian(d, 1, 1, 0.5, 1, []float32{0, 0, 1, 0})
		single := weighted(t, be, pixelwise.denoiser, 4, one)[0][0]
		v := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			return []*g.Node{g.MulScalar(pixelwise.denoiser(in[0], Level{LogSNR: in[1]}, Batch{}).V, 1)}
		}, enginetest.Tensor(one.z, 1, 1, 1, 4, 1), one.logSNR)[0]
		enginetest.Near(t, "loss of one cell", single, math.Pow(float64(one.v[2])-float64(v[2]), 2), 1e-5)
		if losses[0][2] != 0 || !(losses[0][0] > 0) {
			t.Errorf("losses %v: want a positive first, and 0 for the sample without cells", losses[0])
		}
	})
}

func TestLossFactor(t *testing.T) {
	for _, s := range []Schedule{Cosine{}, Cosine{Shift: -3}, LinearLogSNR{}, Cosine{Min: -15, Max: 8}} {
		low, high := s.Bounds()
		for i := range 50 {
			l := low + (high-low)*(float64(i)+0.5)/50
			enginetest.CloseTo(t, "factor of V", LossFactor(s, VelocityWeighting{Schedule: s}, l), 1, 1e-12)
			// The bound: ½·‖ε − ε̂‖² = ½·α²·‖v − v̂‖² for each unit of λ.
			enginetest.CloseTo(t, "factor of ELBO times density", LossFactor(s, UnitWeighting{}, l)*s.Density(l), Alpha(l)*Alpha(l)/2, 1e-12)
		}
	}
}

// The bound's integral ½∫E‖ε − ε̂‖²dλ of Gaussian data is ½·Σ ln(1 + c·eᵏ) between
// the ends k = λ_min, λ_max. Schedules that draw λ in different ways estimate
// the same.
func TestSchedulesEstimateOneBound(t *testing.T) {
	data := correlated()
	const low, high, n = -8.0, 8.0, 20000
	want := 0.0
	for _, c := range data.vals {
		want += (math.Log1p(c*math.Exp(high)) - math.Log1p(c*math.Exp(low))) / 2 / float64(data.dim())
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for k, s := range []Schedule{Cosine{Min: low, Max: high}, Cosine{Min: low, Max: high, Shift: 2}, LinearLogSNR{Min: low, Max: high}} {
			keys := make([]noise.Key, n)
			times := make([]float64, n) // independent, for the standard error
			rt := noise.Key{Seed: uint64(k), Stream: noise.Time}.Rand()
			for i := range n {
				times[i] = rt.Float64()
				keys[i] = noise.Key{Seed: uint64(k), Stream: noise.Training, Sample: uint32(i)}
			}
			b := drawn(data, s, UnitWeighting{}, 0, times, keys)
			got, se := enginetest.Moments(weighted(t, be, data.denoiser, data.dim(), b)[0])
			t.Logf("%v: %.4f ± %.4f, closed form %.4f", s, got, se, want)
			if !(math.Abs(got-want) <= 4*se) {
				t.Errorf("%v: bound %.4f ± %.4f, closed form %.4f", s, got, se, want)
			}
			if se > 0.05*want {
				t.Errorf("%v: the standard error %.3f of %.3f proves little", s, se, want)
			}
		}
	})
}

// Low-discrepancy times make the loss of a batch vary less between batches than
// independent ones. How much less depends on how much of the variance comes from
// λ: with 64 cells most of it does (measured: a third of the standard deviation).
func TestLowDiscrepancyTimesVaryLess(t *testing.T) {
	mean, vals := make([]float64, 64), make([]float64, 64)
	for i := range vals {
		vals[i] = 0.02
	}
	data, s := newGaussian(0, mean, vals), Cosine{}
	const batches, size = 150, 16
	var even, independent []*noisyBatch
	for k := range batches {
		key := noise.Key{Seed: 1, Stream: noise.Time, Step: uint64(k)}
		times, keys := make([]float64, size), make([]noise.Key, size)
		rt := noise.Key{Seed: 2, Stream: noise.Time, Step: uint64(k)}.Rand()
		for i := range times {
			times[i] = rt.Float64()
			keys[i] = noise.Key{Seed: 2, Stream: noise.Training, Sample: uint32(i), Step: uint64(k)}
		}
		even = append(even, drawn(data, s, VelocityWeighting{Schedule: s}, k*size, key.LowDiscrepancy(size), keys))
		independent = append(independent, drawn(data, s, VelocityWeighting{Schedule: s}, k*size, times, keys))
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		spread := func(batches []*noisyBatch) (mean, se float64) {
			var means []float64
			for _, l := range weighted(t, be, data.denoiser, 64, batches...) {
				m, _ := enginetest.Moments(l)
				means = append(means, m)
			}
			mean, se = enginetest.Moments(means)
			return mean, se * math.Sqrt(float64(len(means)))
		}
		m1, s1 := spread(even)
		m2, s2 := spread(independent)
		t.Logf("loss of a batch of 16: %.4f, standard deviation %.4f; with independent times %.4f, %.4f (%.1f times)", m1, s1, m2, s2, s2/s1)
		if s2 < 2*s1 {
			t.Errorf("standard deviation %.4f with low-discrepancy times, %.4f with independent ones: want half of it at most", s1, s2)
		}
		if e := math.Hypot(s1, s2) / math.Sqrt(batches); !(math.Abs(m1-m2) <= 4*e) {
			t.Errorf("mean losses %.4f and %.4f differ by more than chance (%.4f)", m1, m2, e)
		}
	})
}
