package exact

import (
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/floats"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// affineEstimate is the best denoiser of a Gaussian distribution, which is affine in z: its values at
// 0 and at the unit vectors are computed once for each noise level.
func affineEstimate(law Gaussian) func(z []float64, logSNR float64) ([]float64, error) {
	type level struct {
		offset []float64
		gains  [][]float64
	}
	known, n := map[float64]level{}, len(law.Mean)
	return func(z []float64, logSNR float64) ([]float64, error) {
		l, there := known[logSNR]
		if !there {
			levels := slices.Repeat([]float64{logSNR}, n)
			var err error
			if l.offset, err = law.DenoiseMap(make([]float64, n), levels); err != nil {
				return nil, err
			}
			for j := range n {
				unit := make([]float64, n)
				unit[j] = 1
				x, err := law.DenoiseMap(unit, levels)
				if err != nil {
					return nil, err
				}
				floats.Sub(x, l.offset)
				l.gains = append(l.gains, x)
			}
			known[logSNR] = l
		}
		x := slices.Clone(l.offset)
		for j, v := range z {
			floats.AddScaled(x, v, l.gains[j])
		}
		return x, nil
	}
}

// Given gauges with errors on a Gaussian distribution the particles have the right mean and
// covariance, which guidance without weights has not.
func TestParticlesGaussian(t *testing.T) {
	law := Gaussian{Mean: []float64{0.5, 0, -0.5, 0}, Cov: Exponential(4, 2, 1)}
	shape := [4]int{4, 1, 1, 1}
	nan := float32(math.NaN())
	o := vdm.Observation{{Y: []float32{1.5, nan, nan, 0.3}, Std: 0.4}}
	want, err := law.Given(shape, o)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := vdm.NewPlan("ancestral-upper", "trimmed", vdm.Cosine{}, 200)
	if err != nil {
		t.Fatal(err)
	}
	p := Particles{Plan: plan, Shape: shape, Number: 2000, Seed: 4, Estimate: affineEstimate(law)}
	d, err := p.Given(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	mean, covariance := d.Moments().Distance(want)
	if mean > 0.06 || covariance > 0.06 {
		t.Errorf("the mean is %.3f off, the covariance %.3f", mean, covariance)
	}
	if d.Effective > 1999 || d.Effective < 20 {
		t.Errorf("effective were at least %.0f of 2000: want some loss, and not nearly all", d.Effective)
	}

	if _, err := p.Given(t.Context(), vdm.Observation{{Y: []float32{1, nan, nan, nan}}}); err == nil || !strings.Contains(err.Error(), "without errors") {
		t.Errorf("an observation without errors: %v", err)
	}
	if p.Plan, err = vdm.NewPlan("dpm++3m", "trimmed", vdm.Cosine{}, 10); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Given(t.Context(), o); err == nil || !strings.Contains(err.Error(), "want an ancestral one") {
		t.Errorf("a deterministic sampler: %v", err)
	}
}

// Of two weathers the particles find the probability of each, given a gauge between them:
// guidance follows the nearer one.
func TestParticlesMixture(t *testing.T) {
	shape := [4]int{2, 1, 1, 1}
	dry := Gaussian{Mean: []float64{-1, -1}, Cov: Exponential(2, 1, 0.1)}
	wet := Gaussian{Mean: []float64{1, 2}, Cov: Exponential(2, 1, 0.4)}
	law, err := NewMixture(shape, []float64{0.7, 0.3}, []Gaussian{dry, wet})
	if err != nil {
		t.Fatal(err)
	}
	o := vdm.Observation{{Y: []float32{0.1, float32(math.NaN())}, Std: 0.8}}
	posterior, err := law.Given(o)
	if err != nil {
		t.Fatal(err)
	}
	plan, err := vdm.NewPlan("ancestral-upper", "trimmed", vdm.Cosine{}, 200)
	if err != nil {
		t.Fatal(err)
	}
	p := Particles{Plan: plan, Shape: shape, Number: 2000, Seed: 2, Estimate: func(z []float64, logSNR float64) ([]float64, error) {
		return law.Estimate(z, logSNR), nil
	}}
	d, err := p.Given(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	share := 0.0
	for _, x := range d.X {
		if x[1] > 0.4 { // the second cell says which it was, but for some in a thousand
			share += 1 / float64(len(d.X))
		}
	}
	if want := posterior.Weights()[1]; math.Abs(share-want) > 0.05 {
		t.Errorf("%.3f of the particles are wet, want %.3f", share, want)
	}
	if mean, covariance := d.Moments().Distance(posterior.Moments()); mean > 0.1 || covariance > 0.1 {
		t.Errorf("the mean is %.3f off, the covariance %.3f", mean, covariance)
	}
}
