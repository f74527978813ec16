package vdm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// propagate takes the mean and the variance along each eigenvector of d through
// a plan, exactly: on Gaussian data x̂ is linear in z. Plans with a memory are
// not taken.
func (d gaussian) propagate(plan Plan) (mean, variance []float64) {
	n := d.dim()
	mean, variance = make([]float64, n), make([]float64, n)
	for k, c := range d.vals {
		mu := 0.0
		for i := range n {
			mu += d.vecs[i][k] * d.mean[i]
		}
		m, v := 0.0, 1.0
		for _, p := range plan.Steps {
			alpha, sigma := Alpha(p.LogSNRT), Sigma(p.LogSNRT)
			gain := alpha * c / (alpha*alpha*c + sigma*sigma)
			a := p.Z + p.X*gain
			m = a*m + p.X*(1-gain*alpha)*mu
			v = a*a*v + p.Noise*p.Noise
		}
		mean[k], variance[k] = m, v
	}
	return mean, variance
}

// wasserstein is the 2-Wasserstein distance to the data of the Gaussian with
// the given moments along the eigenvectors.
func (d gaussian) wasserstein(mean, variance []float64) float64 {
	sum := 0.0
	for k, c := range d.vals {
		mu := 0.0
		for i := range d.mean {
			mu += d.vecs[i][k] * d.mean[i]
		}
		sum += math.Pow(mean[k]-mu, 2) + math.Pow(math.Sqrt(variance[k])-math.Sqrt(c), 2)
	}
	return math.Sqrt(sum)
}

func ancestral(t testing.TB, s Schedule, steps int, bound VarianceBound) Plan {
	t.Helper()
	plan, err := UniformTime(s, steps).Ancestral(bound)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// The ancestral sampler comes to the data with order 1 in the number of steps,
// with either bound (measured 0.89 at 128 steps, 0.99 and more at 4096). The lower bound
// makes too little variance, the upper too much.
func TestAncestralConvergesToGaussianData(t *testing.T) {
	d := correlated()
	for _, bound := range []VarianceBound{LowerBound, UpperBound} {
		last := math.NaN()
		for steps := 16; steps <= 4096; steps *= 2 {
			mean, variance := d.propagate(ancestral(t, Cosine{}, steps, bound))
			w := d.wasserstein(mean, variance)
			order := math.Log2(last / w)
			t.Logf("%s bound, %4d steps: distance %.5f, order %.2f", bound, steps, w, order)
			if steps >= 256 && !(math.Abs(order-1) <= 0.2) {
				t.Errorf("%s bound: order %.2f from %d to %d steps, want 1", bound, order, steps/2, steps)
			}
			for k, c := range d.vals {
				if c < 0.9 && (variance[k] < c) != (bound == LowerBound) {
					t.Errorf("%s bound, %d steps: variance %v of %v", bound, steps, variance[k], c)
				}
			}
			last = w
		}
		if last > 0.005 {
			t.Errorf("%s bound: distance %.4f after 4096 steps", bound, last)
		}
	}
}

// Each bound is exact, with any number of steps, for the data that it is named
// for: one point, and standard normal data (but for the last step, which leaves
// out the noise of λ_max and takes the mean).
func TestVarianceBoundsAreExactWhereTheyShould(t *testing.T) {
	point := newGaussian(0, []float64{0.3, -2}, []float64{0, 0})
	normal := newGaussian(0, []float64{0, 0}, []float64{1, 1})
	for _, steps := range []int{1, 2, 7, 100} {
		plan := ancestral(t, Cosine{}, steps, LowerBound)
		mean, variance := point.propagate(plan)
		for k := range mean {
			enginetest.CloseTo(t, "mean of a point", mean[k], point.mean[k], 1e-12)
			if variance[k] > 1e-12 {
				t.Errorf("%d steps: variance %v of one point", steps, variance[k])
			}
		}
		plan = ancestral(t, Cosine{}, steps, UpperBound)
		plan.Steps = plan.Steps[:steps-1]
		_, variance = normal.propagate(plan)
		enginetest.CloseTo(t, "variance of standard normal data", variance[0], 1, 1e-12)
	}
}

// normals returns the n numbers of a key in float64.
func normals(key noise.Key, n int) []float64 {
	x := make([]float32, n)
	key.Normal(x)
	y := make([]float64, n)
	for i := range x {
		y[i] = float64(x[i])
	}
	return y
}

// meanOfX returns x̂ of a z at λ.
func (d gaussian) meanOfX(z []float64, logSNR float64) []float64 {
	x, _, _, _ := d.estimates(z, logSNR)
	return x
}

// follow is the sampler in float64 on the host, with the noise of the keys: the
// whole path of samples first, first+1, ….
func (d gaussian) follow(plan Plan, seed uint64, first, count int) []float64 {
	var out []float64
	n := d.dim()
	draw := func(stream noise.Stream, i int, step uint64) []float64 {
		return normals(noise.Key{Seed: seed, Stream: stream, Sample: uint32(i), Step: step}, n)
	}
	for i := first; i < first+count; i++ {
		z := draw(noise.Latent, i, 0)
		for _, now := range plan.Follow(z, d.meanOfX, func(step int) []float64 { return draw(noise.Step, i, uint64(step)) }) {
			z = now.Z
		}
		out = append(out, z...)
	}
	return out
}

// The compiled step does what the plan says, sample by sample, on every engine,
// for plans with and without a memory; and so the samples have the moments of
// the exact propagation.
func TestSampleFromFollowsThePlan(t *testing.T) {
	d := correlated()
	s := Cosine{Min: -20, Max: 20}
	plans := map[string]Plan{"one step": ancestral(t, s, 1, LowerBound)}
	for _, sampler := range SamplerNames() {
		// Short steps: the rounding of float32 is amplified by long ones.
		plan, err := NewPlan(sampler, "logsnr", s, 48)
		if err != nil {
			t.Fatal(err)
		}
		plans[sampler] = plan
	}
	var err error
	if plans["repaint"], err = UniformTime(s, 24).RePaint(5, 2); err != nil {
		t.Fatal(err)
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for name, plan := range plans {
			got, err := SampleFrom(context.Background(), be, d.denoiser, plan, [4]int{1, 1, d.dim(), 1}, nil, DrawOptions{Count: 7, First: 3, Seed: 8, Batch: 3})
			if err != nil {
				t.Fatal(err)
			}
			worst := 0.0
			for i, want := range d.follow(plan, 8, 3, 7) {
				worst = max(worst, math.Abs(float64(got.Data[i])-want))
			}
			t.Logf("%s: largest difference from float64 %.1e", name, worst)
			if !(worst < 2e-5) {
				t.Errorf("%s: the samples differ by %.1e from the same in float64", name, worst)
			}
		}
		const n = 3000
		for _, name := range []string{"ancestral", "ancestral-upper"} {
			got, err := SampleFrom(context.Background(), be, d.denoiser, plans[name], [4]int{1, 1, d.dim(), 1}, nil, DrawOptions{Count: n, Batch: n})
			if err != nil {
				t.Fatal(err)
			}
			d.compareMoments(t, name, got, plans[name])
		}
	})
}

// compareMoments holds samples against the exact mean and covariance of a plan.
func (d gaussian) compareMoments(t *testing.T, name string, got *Samples, plan Plan) {
	mean, variance := d.propagate(plan)
	n := float64(got.Len())
	exact := make([]float64, d.dim())
	cov := func(i, j int) float64 { return d.covariance(i, j, func(k int) float64 { return variance[k] }) }
	for i := range exact {
		for k := range mean {
			exact[i] += d.vecs[i][k] * mean[k]
		}
	}
	for i := range exact {
		sum := 0.0
		for s := range got.Len() {
			sum += float64(got.At(s)[i]) / n
		}
		if e := math.Sqrt(cov(i, i) / n); !(math.Abs(sum-exact[i]) <= 4*e) {
			t.Errorf("%s: mean of cell %d is %.4f ± %.4f, want %.4f", name, i, sum, e, exact[i])
		}
		for j := range i + 1 {
			sum := 0.0
			for s := range got.Len() {
				sum += (float64(got.At(s)[i]) - exact[i]) * (float64(got.At(s)[j]) - exact[j]) / n
			}
			e := math.Sqrt((cov(i, i)*cov(j, j) + cov(i, j)*cov(i, j)) / n)
			if !(math.Abs(sum-cov(i, j)) <= 4*e) {
				t.Errorf("%s: covariance of cells %d and %d is %.4f ± %.4f, want %.4f", name, i, j, sum, e, cov(i, j))
			}
		}
	}
}

// A sample is the same however it is drawn: in batches of 1, 3 or 8, alone or
// with others before it.
func TestSamplesDoNotDependOnTheBatch(t *testing.T) {
	d := correlated()
	plan := ancestral(t, Cosine{}, 12, LowerBound)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		sample := func(o DrawOptions) []float32 {
			o.Seed = 4
			s, err := SampleFrom(context.Background(), be, d.denoiser, plan, [4]int{1, 1, d.dim(), 1}, nil, o)
			if err != nil {
				t.Fatal(err)
			}
			return s.Data
		}
		all := sample(DrawOptions{Count: 8, Batch: 8})
		for _, o := range []DrawOptions{{Count: 8, Batch: 1}, {Count: 8, Batch: 3}, {Count: 3, First: 4, Batch: 2}, {Count: 1, First: 7}} {
			got := sample(o)
			want := all[o.First*d.dim() : (o.First+o.Count)*d.dim()]
			for i := range want {
				if !(math.Abs(float64(got[i]-want[i])) <= 2e-6) {
					t.Fatalf("%d from %d by %d: value %d is %v, in one batch %v", o.Count, o.First, o.Batch, i, got[i], want[i])
				}
			}
		}
		if slices.Equal(all[:4], all[4:8]) {
			t.Error("two samples are the same")
		}
	})
}

func TestSampleFromRefuses(t *testing.T) {
	d := correlated()
	plan := ancestral(t, Cosine{}, 4, LowerBound)
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, c := range []struct {
			name  string
			ctx   context.Context
			shape [4]int
			o     DrawOptions
			says  string
		}{
			{"no cell", context.Background(), [4]int{1, 0, 4, 1}, DrawOptions{}, "[1 0 4 1]"},
			{"negative count", context.Background(), [4]int{1, 1, 4, 1}, DrawOptions{Count: -2}, "count is -2"},
			{"another shape than the denoiser's", context.Background(), [4]int{1, 1, 3, 1}, DrawOptions{}, "sampling step"},
			{"stopped", stopped, [4]int{1, 1, 4, 1}, DrawOptions{}, "interrupted"},
		} {
			_, err := SampleFrom(c.ctx, be, d.denoiser, plan, c.shape, nil, c.o)
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%s: error %v, want one that says %q", c.name, err, c.says)
			}
			if c.name == "stopped" && !errors.Is(err, ErrInterrupted) {
				t.Errorf("%v is not ErrInterrupted", err)
			}
		}
	})
}

func TestAncestralRefuses(t *testing.T) {
	if _, err := UniformTime(Cosine{}, 0).Ancestral(LowerBound); err == nil || !strings.Contains(err.Error(), "0 steps") {
		t.Errorf("no steps: %v", err)
	}
	if _, err := UniformTime(Cosine{}, 4).Ancestral("middle"); err == nil || !strings.Contains(err.Error(), `"middle"`) {
		t.Errorf("an unknown bound: %v", err)
	}
}

// A sampler is a plan and a step: any denoiser will do, such as that of data
// which are one point.
func ExampleSampleFrom() {
	be, _, err := backend.Open()
	if err != nil {
		panic(err)
	}
	// The best denoiser of data that are always 0.5: x̂ = 0.5, whatever z is.
	half := PredictX.Denoiser(func(z *g.Node, at Level, _ Batch) *g.Node {
		return g.AddScalar(g.ZerosLike(z), 0.5)
	})
	plan, err := UniformTime(LinearLogSNR{Min: -10, Max: 10}, 20).Ancestral(LowerBound)
	if err != nil {
		panic(err)
	}
	clips, err := SampleFrom(context.Background(), be, half, plan, [4]int{1, 1, 3, 1}, nil, DrawOptions{Count: 2})
	if err != nil {
		panic(err)
	}
	fmt.Println(plan.Name)
	fmt.Printf("%.2f\n", clips.Data)
	// Output:
	// ancestral, lower bound, 20 steps
	// [0.50 0.50 0.50 0.50 0.50 0.50]
}
