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

// moments returns the mean of values and its standard error.
func moments(values []float64) (mean, se float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / float64(len(values)-1) / float64(len(values)))
}

// weighted runs WeightedLoss on batches.
func weighted(t testing.TB, be compute.Backend, d Denoiser, width int, batches ...*batch) [][]float64 {
	t.Helper()
	layout := batchLayout{clip: ClipConfig{Frames: 1, Height: 1, Width: width, Channels: make([]ChannelConfig, 1)}, mask: batches[0].mask != nil}
	exec, err := engine.Compile(be, "loss", func(in []*g.Node) *g.Node { return WeightedLoss(d, layout.unpack(in)) })
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	var out [][]float64
	for _, b := range batches {
		// The weights come first; this denoiser has none.
		up := layout.pack(b)
		got, err := engine.Execute(exec, engine.Arguments(up)...)
		if err != nil {
			t.Fatal(err)
		}
		losses := make([]float64, len(b.logSNR))
		for i, v := range got[0].Value().([]float32) {
			losses[i] = float64(v)
		}
		out = append(out, losses)
		engine.Release(append(up, got...)...)
	}
	return out
}

// noisedGaussian is a batch of n draws of d at one λ.
func noisedGaussian(d gaussian, seed uint64, n int, logSNR, factor float64, mask []float32) *batch {
	r := rand.New(rand.NewPCG(seed, 6))
	size := d.dim()
	b := &batch{z: make([]float32, n*size), v: make([]float32, n*size)}
	for i := range n {
		x, eps := make([]float32, size), make([]float32, size)
		for j, v := range d.draw(r) {
			x[j], eps[j] = float32(v), float32(r.NormFloat64())
		}
		noised(b.z[i*size:(i+1)*size], b.v[i*size:(i+1)*size], x, eps, logSNR)
		b.logSNR, b.factor = append(b.logSNR, float32(logSNR)), append(b.factor, float32(factor))
		b.mask = append(b.mask, mask...)
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
			var batches []*batch
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
				got, se := moments(losses[i])
				if math.Abs(got-want) > 4*se {
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
			return []*g.Node{g.MulScalar(pixelwise.denoiser(in[0], Level{in[1]}, Batch{}).V, 1)}
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
			closeTo(t, "factor of V", LossFactor(s, V{Schedule: s}, l), 1, 1e-12)
			// The bound: ½·‖ε − ε̂‖² = ½·α²·‖v − v̂‖² for each unit of λ.
			closeTo(t, "factor of ELBO times density", LossFactor(s, ELBO{}, l)*s.Density(l), Alpha(l)*Alpha(l)/2, 1e-12)
		}
	}
}

// The bound's integral ½∫E‖ε − ε̂‖²dλ of Gaussian data is ½·Σ ln(1 + c·eᵏ) between
// the ends k = λ_min, λ_max. Schedules that draw λ in different ways estimate
// the same.
func TestSchedulesEstimateOneBound(t *testing.T) {
	data := gaussianClips{correlated(), 1 << 20}
	const low, high, n = -8.0, 8.0, 20000
	want := 0.0
	for _, c := range data.vals {
		want += (math.Log1p(c*math.Exp(high)) - math.Log1p(c*math.Exp(low))) / 2 / float64(data.dim())
	}
	r := data.reader(t)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for k, s := range []Schedule{Cosine{Min: low, Max: high}, Cosine{Min: low, Max: high, Shift: 2}, LinearLogSNR{Min: low, Max: high}} {
			indices, keys := make([]int, n), make([]noise.Key, n)
			times := make([]float64, n) // independent, for the standard error
			rt := noise.Key{Seed: uint64(k), Stream: noise.Time}.Rand()
			for i := range n {
				indices[i], times[i] = i, rt.Float64()
				keys[i] = noise.Key{Seed: uint64(k), Stream: noise.Training, Sample: uint32(i)}
			}
			b, err := r.draw(s, ELBO{}, indices, times, keys)
			if err != nil {
				t.Fatal(err)
			}
			got, se := moments(weighted(t, be, data.denoiser, data.dim(), b)[0])
			t.Logf("%v: %.4f ± %.4f, closed form %.4f", s, got, se, want)
			if math.Abs(got-want) > 4*se {
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
	data := gaussianClips{newGaussian(0, mean, vals), 1 << 20}
	r, s := data.reader(t), Cosine{}
	c := Config{Training: TrainingConfig{Seed: 1, Batch: 16, Accumulate: 1}}
	const batches = 150
	var even, independent []*batch
	for k := range int64(batches) {
		b, err := r.trainingBatch(c, s, V{Schedule: s}, nil, k, 0)
		if err != nil {
			t.Fatal(err)
		}
		even = append(even, b)
		times := make([]float64, 16)
		rt := noise.Key{Seed: 2, Stream: noise.Time, Step: uint64(k)}.Rand()
		keys := make([]noise.Key, 16)
		for i := range times {
			times[i] = rt.Float64()
			keys[i] = noise.Key{Seed: 2, Stream: noise.Training, Sample: uint32(i), Step: uint64(k)}
		}
		if b, err = r.draw(s, V{Schedule: s}, b.clips, times, keys); err != nil {
			t.Fatal(err)
		}
		independent = append(independent, b)
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		spread := func(batches []*batch) (mean, se float64) {
			var means []float64
			for _, l := range weighted(t, be, data.denoiser, 64, batches...) {
				m, _ := moments(l)
				means = append(means, m)
			}
			mean, se = moments(means)
			return mean, se * math.Sqrt(float64(len(means)))
		}
		m1, s1 := spread(even)
		m2, s2 := spread(independent)
		t.Logf("loss of a batch of 16: %.4f, standard deviation %.4f; with independent times %.4f, %.4f (%.1f times)", m1, s1, m2, s2, s2/s1)
		if s2 < 2*s1 {
			t.Errorf("standard deviation %.4f with low-discrepancy times, %.4f with independent ones: want half of it at most", s1, s2)
		}
		if e := math.Hypot(s1, s2) / math.Sqrt(batches); math.Abs(m1-m2) > 4*e {
			t.Errorf("mean losses %.4f and %.4f differ by more than chance (%.4f)", m1, m2, e)
		}
	})
}
