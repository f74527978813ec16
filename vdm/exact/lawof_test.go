package exact

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func plan(t testing.TB, sampler, grid string, s vdm.Schedule, evaluations int) vdm.Plan {
	t.Helper()
	p, err := vdm.NewPlan(sampler, grid, s, evaluations)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// Without an observation the law read off the graph is the closed form of the
// modes, for every sampler: with a memory, with two stages, with noise.
func TestLawOfIsTheLawOfTheModes(t *testing.T) {
	p := small(t)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, sampler := range vdm.SamplerNames() {
			steps := plan(t, sampler, "logsnr", vdm.Cosine{Min: -12, Max: 12}, 24)
			got, err := DistributionOf(context.Background(), be, p.Denoiser(), steps, p.Shape(), nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			// float32 of the graph is amplified by the steps.
			nearLaw(t, sampler, got, dense(p, p.PlanModes(steps)), 1e-5)
		}
	})
}

// With an observation it is the law of the samples that are drawn: their mean
// and covariance agree within standard errors, for denoisers that replace, that
// take a gradient, for a hook of the step and for plans with a memory.
func TestLawOfIsTheLawOfSamples(t *testing.T) {
	p, err := NewGaussianProcess([]float64{0.3, -0.2, 0.5, 0}, Exponential(4, 2, 0.7), Exponential(1, 1, 1), Exponential(1, 1, 1))
	if err != nil {
		t.Fatal(err)
	}
	be := pureGo(t)
	s := vdm.Cosine{Min: -10, Max: 10}
	known := vdm.Observation{{Y: []float32{1.2, nan, nan, -0.4}}}
	means, err := vdm.TimeMeans(4, 2)
	if err != nil {
		t.Fatal(err)
	}
	repaint, err := vdm.UniformTime(s, 8).RePaint(2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		plan     vdm.Plan
		given    vdm.Observation
		guidance vdm.Guidance
	}{
		"replacement":              {plan(t, "ancestral", "time", s, 16), known, nil},
		"replacement, 2M":          {plan(t, "dpm++2m", "logsnr", s, 12), known, vdm.Replacement{}},
		"replacement, Heun":        {plan(t, "heun", "logsnr", s, 15), known, vdm.Replacement{}},
		"replacement, RePaint":     {repaint, known, vdm.Replacement{}},
		"replacement, as original": {plan(t, "ancestral", "time", s, 16), known, vdm.Replacement{AsOriginal: true}},
		"as original, 2M":          {plan(t, "dpm++2m-sde", "logsnr", s, 12), known, vdm.Replacement{AsOriginal: true}},
		"reconstruction":           {plan(t, "ancestral", "time", s, 16), known, vdm.Reconstruction{Weight: 0.7}},
		"reconstruction, mean":     {plan(t, "ancestral", "time", s, 16), known, vdm.Reconstruction{Weight: 0.7, Mean: true}},
		"reconstruction of means":  {plan(t, "dpm++2m-sde", "logsnr", s, 12), vdm.Observation{{Of: means, Y: []float32{0.5, -0.5}, Std: 0.2}}, vdm.Reconstruction{}},
	} {
		t.Run(name, func(t *testing.T) {
			law, err := DistributionOf(context.Background(), be, p.Denoiser(), c.plan, p.Shape(), c.given, c.guidance)
			if err != nil {
				t.Fatal(err)
			}
			n, batch := 4000, 2000
			if r, ok := c.guidance.(vdm.Reconstruction); ok && r.Mean {
				n, batch = 600, 1 // the strength depends on the batch
			}
			got, err := vdm.SampleFrom(context.Background(), be, p.Denoiser(), c.plan, p.Shape(), c.given, vdm.DrawOptions{Count: n, Batch: batch, Guidance: c.guidance, Seed: 5})
			if err != nil {
				t.Fatal(err)
			}
			compareMoments(t, got, law)
		})
	}
}

func compareMoments(t *testing.T, got *vdm.Samples, law Gaussian) {
	t.Helper()
	n := float64(got.Len())
	for i := range law.Mean {
		sum := 0.0
		for s := range got.Len() {
			sum += float64(got.At(s)[i]) / n
		}
		vi := law.Cov.At(i, i)
		enginetest.Near(t, "mean of a cell", sum, law.Mean[i], 4*math.Sqrt(vi/n)+1e-6)
		for j := range i + 1 {
			sum := 0.0
			for s := range got.Len() {
				sum += (float64(got.At(s)[i]) - law.Mean[i]) * (float64(got.At(s)[j]) - law.Mean[j]) / n
			}
			c := law.Cov.At(i, j)
			enginetest.Near(t, "covariance of two cells", sum, c, 4*math.Sqrt((vi*law.Cov.At(j, j)+c*c)/n)+1e-6)
		}
	}
}

// A denoiser that is not affine is refused, not read as if it were.
func TestLawOfRefuses(t *testing.T) {
	two, err := NewMixture([4]int{2, 1, 1, 1}, []float64{1, 1}, []Gaussian{
		{[]float64{1, 1}, mat.NewSymDense(2, []float64{0.1, 0, 0, 0.1})},
		{[]float64{-1, 1}, mat.NewSymDense(2, []float64{0.1, 0, 0, 0.1})},
	})
	if err != nil {
		t.Fatal(err)
	}
	p := small(t)
	be := pureGo(t)
	steps := plan(t, "ddim", "logsnr", vdm.Cosine{}, 8)
	stopped, cancel := context.WithCancel(context.Background())
	cancel()
	for says, f := range map[string]func() (Gaussian, error){
		"not affine": func() (Gaussian, error) {
			return DistributionOf(context.Background(), be, two.Denoiser(), steps, two.Shape(), nil, nil)
		},
		"without an observation": func() (Gaussian, error) {
			return DistributionOf(context.Background(), be, p.Denoiser(), steps, p.Shape(), nil, vdm.Replacement{})
		},
		"without steps": func() (Gaussian, error) {
			return DistributionOf(context.Background(), be, p.Denoiser(), vdm.Plan{}, p.Shape(), nil, nil)
		},
		"want 24": func() (Gaussian, error) {
			return DistributionOf(context.Background(), be, p.Denoiser(), steps, p.Shape(), vdm.Observation{{Y: []float32{1}}}, nil)
		},
		"interrupted": func() (Gaussian, error) {
			return DistributionOf(stopped, be, p.Denoiser(), steps, p.Shape(), nil, nil)
		},
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

// Where known cells are forward samples with fresh noise at every step, as under
// Replacement, a stochastic sampler comes nearer to the exact conditional law than
// deterministic ones, and 25 evaluations do what 256 ancestral steps do.
func TestStochasticSamplersServeReplacement(t *testing.T) {
	p, be := small(t), pureGo(t)
	y := blank(24)
	copy(y[:8], p.Draw(5, 5)) // the first of three frames
	given := vdm.Observation{{Y: y}}
	right, err := p.Given(given)
	if err != nil {
		t.Fatal(err)
	}
	for _, guidance := range []vdm.Guidance{vdm.Replacement{}, vdm.Reconstruction{Weight: 1}} {
		distance := func(sampler, grid string, evaluations int) float64 {
			law, err := DistributionOf(context.Background(), be, p.Denoiser(), plan(t, sampler, grid, vdm.Cosine{}, evaluations), p.Shape(), given, guidance)
			if err != nil {
				t.Fatal(err)
			}
			w := wasserstein2(law, right)
			t.Logf("%s, %s on %s, %d evaluations: %.4f", guidance, sampler, grid, evaluations, w)
			return w
		}
		stochastic := distance("dpm++2m-sde", "trimmed", 25)
		for name, w := range map[string]float64{
			"ancestral": distance("ancestral", "time", 256), "2M": distance("dpm++2m", "trimmed", 25), "3M": distance("dpm++3m", "trimmed", 25),
		} {
			if stochastic > w {
				t.Errorf("%s: SDE-2M is %v from the exact law, %s %v", guidance, stochastic, name, w)
			}
		}
	}
}
