package vdm

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// clips draws n clips of the data.
func (d gaussian) clips(n int, seed uint64) *Samples {
	s := NewSamples(n, 1, 1, d.dim(), 1)
	r := rand.New(rand.NewPCG(seed, 2))
	for i := range n {
		for j, x := range d.draw(r) {
			s.At(i)[j] = float32(x)
		}
	}
	return s
}

// surprise is −log p of each clip, of data with the variance of the noise at
// λ_max added.
func (d gaussian) surprise(s *Samples, logSNR float64) []float64 {
	out := make([]float64, s.Len())
	for i := range out {
		for k, c := range d.vals {
			y := 0.0
			for j, x := range s.At(i) {
				y += d.vecs[j][k] * (float64(x) - d.mean[j])
			}
			v := c + math.Exp(-logSNR)
			out[i] += (y*y/v + math.Log(2*math.Pi*v)) / 2
		}
	}
	return out
}

// The bound of an exact denoiser is tight: clip by clip it is −log p to within
// what the drawn levels leave.
func TestELBOIsTightOnGaussianData(t *testing.T) {
	d := correlated()
	s := Cosine{Min: -12, Max: 14}
	clips := d.clips(200, 3)
	exact := d.surprise(clips, 14)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		b, err := ELBO(t.Context(), be, d.denoiser, s, clips, LikelihoodOptions{Levels: 256, Batch: 512, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		var diff []float64
		for i, l := range b.Clips {
			diff = append(diff, l-exact[i])
		}
		gap, spread := natsOf(diff), natsOf(exact)
		t.Logf("−ELBO %.3f ± %.3f nats, exact %.3f ± %.3f, difference %.3f ± %.3f", b.Total.Mean, b.Total.StdErr, spread.Mean, spread.StdErr, gap.Mean, gap.StdErr)
		if !(math.Abs(gap.Mean) <= 4*gap.StdErr+1e-3) {
			t.Errorf("the bound differs from −log p by %.4f ± %.4f nats", gap.Mean, gap.StdErr)
		}
		if gap.StdErr > spread.StdErr {
			t.Errorf("the bound's error %.3f hides the likelihood's spread %.3f: the test proves little", gap.StdErr, spread.StdErr)
		}
		enginetest.Near(t, "the sum of the terms", b.Reconstruction.Mean+b.Prior.Mean+b.Diffusion.Mean, b.Total.Mean, 1e-6)
	})
}

// A denoiser that is wrong has a looser bound: by ½∫E‖ε̂ − ε̂*‖²dλ.
func TestELBOOfAWrongDenoiserIsLooser(t *testing.T) {
	d := correlated()
	wrong := func(z *g.Node, at Level, in Batch) Prediction {
		p := d.denoiser(z, at, in)
		p.V = g.AddScalar(p.V, 0.1)
		return p
	}
	s := Cosine{Min: -12, Max: 14}
	clips := d.clips(100, 3)
	o := LikelihoodOptions{Levels: 256, Batch: 512}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		right, err := ELBO(t.Context(), be, d.denoiser, s, clips, o)
		if err != nil {
			t.Fatal(err)
		}
		loose, err := ELBO(t.Context(), be, wrong, s, clips, o)
		if err != nil {
			t.Fatal(err)
		}
		// ∫α²dλ over the schedule is log((1 + exp 14)/(1 + exp −12)).
		want := 0.5 * 4 * 0.1 * 0.1 * (math.Log1p(math.Exp(14)) - math.Log1p(math.Exp(-12)))
		var diff []float64
		for i := range loose.Clips {
			diff = append(diff, loose.Clips[i]-right.Clips[i])
		}
		got := natsOf(diff)
		t.Logf("looser by %.4f ± %.4f nats, want %.4f", got.Mean, got.StdErr, want)
		if !(math.Abs(got.Mean-want) <= 4*got.StdErr+1e-3) {
			t.Errorf("a wrong denoiser is looser by %.4f ± %.4f nats, want %.4f", got.Mean, got.StdErr, want)
		}
	})
}

// By the probability flow −log p of each clip is exact: the trace too, with
// enough probes, and without any error of the probes where the covariance is
// diagonal in the cells.
func TestFlowLikelihoodIsExactOnGaussianData(t *testing.T) {
	s := Cosine{Min: -24, Max: 14} // at −14 the mean, α·μ, still tells z₁ from N(0, I) by 3e-3 nats
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		diagonal := newGaussian(0, []float64{0.4, -0.7, 0.1, 0.9}, []float64{1.44, 0.5, 0.09, 0.01})
		clips := diagonal.clips(16, 1)
		f, err := FlowLikelihood(t.Context(), be, diagonal.denoiser, s, clips, LikelihoodOptions{Steps: 160, Batch: 16})
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for i, want := range diagonal.surprise(clips, 14) {
			worst = max(worst, math.Abs(f.Clips[i]-want))
		}
		t.Logf("diagonal: largest difference %.1e nats", worst)
		if !(worst <= 2e-4) {
			t.Errorf("−log p differs by %.1e nats from the exact one", worst)
		}
		d := correlated()
		clips = d.clips(8, 2)
		f, err = FlowLikelihood(t.Context(), be, d.denoiser, s, clips, LikelihoodOptions{Steps: 64, Batch: 512, Probes: 64})
		if err != nil {
			t.Fatal(err)
		}
		var diff []float64
		for i, want := range d.surprise(clips, 14) {
			diff = append(diff, f.Clips[i]-want)
		}
		gap := natsOf(diff)
		t.Logf("correlated, 64 probes: difference %.3f ± %.3f nats", gap.Mean, gap.StdErr)
		if !(gap.StdErr < 0.2) || !(math.Abs(gap.Mean) <= 4*gap.StdErr+2e-3) {
			t.Errorf("−log p differs by %.4f ± %.4f nats", gap.Mean, gap.StdErr)
		}
	})
}

// The error of the Runge–Kutta method falls with the fourth power of the steps.
func TestFlowHasOrderFour(t *testing.T) {
	d := newGaussian(0, []float64{0, 0.3}, []float64{0.3, 0.05})
	s := LinearLogSNR{Min: -8, Max: 8}
	clips := d.clips(4, 7)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		at := func(steps int) []float64 {
			f, err := FlowLikelihood(t.Context(), be, d.denoiser, s, clips, LikelihoodOptions{Steps: steps, Batch: 4})
			if err != nil {
				t.Fatal(err)
			}
			return f.Clips
		}
		fine := at(96)
		e := func(steps int) (worst float64) {
			for i, l := range at(steps) {
				worst = max(worst, math.Abs(l-fine[i]))
			}
			return worst
		}
		coarse, half := e(6), e(12)
		order := math.Log2(coarse / half)
		t.Logf("error %.2e with 6 steps, %.2e with 12: order %.2f", coarse, half, order)
		if order < 3.3 {
			t.Errorf("order %.2f, want 4", order)
		}
	})
}

// A mean over clips has the standard error of a sample.
func TestNatsOf(t *testing.T) {
	n := natsOf([]float64{1, 2, 6})
	enginetest.Near(t, "mean", n.Mean, 3, 1e-12)
	enginetest.Near(t, "standard error", n.StdErr, math.Sqrt(7.0/3), 1e-12)
}

// All axes of a clip are summed, whatever their lengths: standard normal data, whose exact
// denoiser is v̂ = 0, at x = 1.
func TestFlowLikelihoodOfEveryAxis(t *testing.T) {
	const n, high = 2 * 3 * 2 * 2, 14
	standard := func(z *g.Node, at Level, in Batch) Prediction {
		return Prediction{Z: z, At: at, V: g.MulScalar(z, 0)}
	}
	clips := NewSamples(2, 2, 3, 2, 2)
	for i := range clips.Data {
		clips.Data[i] = 1
	}
	f, err := FlowLikelihood(t.Context(), enginetest.Small(t), standard, Cosine{Min: -14, Max: high}, clips, LikelihoodOptions{Steps: 4, Batch: 3})
	if err != nil {
		t.Fatal(err)
	}
	for i, got := range f.Clips {
		enginetest.Near(t, "−log p", got, n*(1+math.Log(2*math.Pi))/2, 1e-4)
		if i > 1 {
			t.Errorf("%d clips", len(f.Clips))
		}
	}
}
