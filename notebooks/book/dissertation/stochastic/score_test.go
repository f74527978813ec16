package stochastic

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// A Gaussian's score is linear in z, so that both fits can find it exactly but
// for the draws.
func TestScoreFitsOfAGaussian(t *testing.T) {
	m, err := NewMixture(Component{Weight: 1, Mean: []float64{1, -0.5}, Cov: []float64{1, 0.4, 0.4, 0.6}})
	if err != nil {
		t.Fatal(err)
	}
	r := noise.Key{Seed: 2, Stream: noise.Synthetic}.Rand()
	points := make([][]float64, 20000)
	for i := range points {
		points[i] = m.Draw(r)
	}
	implicit, denoising := BumpGrid(3, 3), BumpGrid(3, 3)
	if err := implicit.FitImplicit(points); err != nil {
		t.Fatal(err)
	}
	if err := denoising.FitDenoising(points, 0.7, r); err != nil {
		t.Fatal(err)
	}
	noised := m.Noised(1, 0.7)
	for _, z := range [][]float64{{1, -0.5}, {0, 0}, {2, 0.5}} {
		for i := range z {
			if got, want := implicit.Score(z)[i], m.Score(z)[i]; math.Abs(got-want) > 0.1 {
				t.Errorf("implicit fit at %v: %v, want %v", z, got, want)
			}
			if got, want := denoising.Score(z)[i], noised.Score(z)[i]; math.Abs(got-want) > 0.1 {
				t.Errorf("denoising fit at %v: %v, want %v", z, got, want)
			}
		}
	}
}

// The variance of the chain on a Gaussian of variance v is v/(1 − τ/(4v)).
func TestLangevinOfAGaussian(t *testing.T) {
	const v, tau, chains = 0.8, 0.5, 20000
	want := v / (1 - tau/(4*v))
	r := noise.Key{Seed: 3, Stream: noise.Corrector}.Rand()
	squares := make([]float64, chains)
	for i := range squares {
		z := []float64{math.Sqrt(v) * r.NormFloat64()}
		Langevin(z, func(z []float64) []float64 { return []float64{-z[0] / v} }, tau, 30, r)
		squares[i] = z[0] * z[0]
	}
	if got, se := Average(squares); math.Abs(got-want) > 4*se {
		t.Errorf("variance of the chain %v, want %v ± %v", got, want, se)
	}
}

func TestSimulateOrnsteinUhlenbeck(t *testing.T) {
	process := SDE{
		Drift:     func(z []float64, _ float64) []float64 { return []float64{-z[0] / 2} },
		Diffusion: func(float64) float64 { return 1 },
	}
	r := noise.Key{Seed: 4, Stream: noise.Synthetic}.Rand()
	const h = 1.0 / 20
	m, v := 2.0, 0.0 // of the scheme itself
	for range 20 {
		m, v = m*(1-h/2), v*(1-h/2)*(1-h/2)+h
	}
	ends, squares := make([]float64, 20000), make([]float64, 20000)
	for i := range ends {
		path := process.Simulate([]float64{2}, 0, 1, 20, r)
		if len(path) != 21 {
			t.Fatalf("%d points, want 21", len(path))
		}
		ends[i] = path[20][0]
		squares[i] = (ends[i] - m) * (ends[i] - m)
	}
	if got, se := Average(ends); math.Abs(got-m) > 4*se {
		t.Errorf("mean %v, want %v ± %v", got, m, se)
	}
	if got, se := Average(squares); math.Abs(got-v) > 4*se {
		t.Errorf("variance %v, want %v ± %v", got, v, se)
	}
}

func TestSlope(t *testing.T) {
	if got := Slope([]float64{1, 0.5, 0.25}, []float64{3, 0.75, 0.1875}); math.Abs(got-2) > 1e-12 {
		t.Errorf("slope %v, want 2", got)
	}
}

func TestEnergyDistance(t *testing.T) {
	// 2·(3 + 1)/2 − 2·2/4 − 0: the points 0 and 2 against 3.
	if got := EnergyDistance([][]float64{{0}, {2}}, [][]float64{{3}}); math.Abs(got-3) > 1e-12 {
		t.Errorf("distance %v, want 3", got)
	}
	if got := EnergyDistance([][]float64{{0, 1}, {2, 2}}, [][]float64{{2, 2}, {0, 1}}); math.Abs(got) > 1e-12 {
		t.Errorf("distance of equal sets %v, want 0", got)
	}
}
