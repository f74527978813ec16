package dissertation

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func twoParts() Isotropic {
	return Isotropic{Weights: []float64{0.3, 0.7}, Means: [][]float64{{-1, 0.4}, {0.5, 0}}, Std: []float64{0.2, 0.4}}
}

// The estimates obey z = αx̂ + σε̂, and ε̂ = −σ·∇log q(z).
func TestIsotropicEstimates(t *testing.T) {
	m := twoParts()
	for _, l := range []float64{-10, -2, 0, 3, 8} {
		alpha, sigma := vdm.Alpha(l), vdm.Sigma(l)
		z := []float64{0.3, -0.2}
		x, eps := m.Denoise(z, l), m.Epsilon(z, l)
		for i := range z {
			if got := alpha*x[i] + sigma*eps[i]; math.Abs(got-z[i]) > 1e-14 {
				t.Errorf("λ = %v: αx̂ + σε̂ = %v, want %v", l, got, z[i])
			}
			up, down := append([]float64(nil), z...), append([]float64(nil), z...)
			h := 1e-4 * sigma
			up[i], down[i] = z[i]+h, z[i]-h
			slope := (m.Noised(l).LogDensity(up) - m.Noised(l).LogDensity(down)) / (2 * h)
			if want := -sigma * slope; math.Abs(eps[i]-want) > 1e-6*(1+math.Abs(want)) {
				t.Errorf("λ = %v: ε̂ = %v, want %v", l, eps[i], want)
			}
		}
	}
}

func TestIsotropicDrawsFromItsDensity(t *testing.T) {
	m, r := twoParts(), noise.Key{Seed: 5, Stream: noise.Synthetic}.Rand()
	const n = 20000
	left := 0.0
	for range n {
		if m.Draw(r)[0] < -0.6 {
			left++
		}
	}
	want := 0.3*math.Erfc(-0.4/(0.2*math.Sqrt2))/2 + 0.7*math.Erfc(1.1/(0.4*math.Sqrt2))/2
	if se := math.Sqrt(want * (1 - want) / n); math.Abs(left/n-want) > 4*se {
		t.Errorf("share below −0.6 is %v, want %v ± %v", left/n, want, se)
	}
}

func TestExpectNormal(t *testing.T) {
	if got := ExpectNormal(1, func(e []float64) float64 { return math.Pow(e[0], 4) }); math.Abs(got-3) > 1e-12 {
		t.Errorf("fourth moment %v, want 3", got)
	}
	if got, want := ExpectNormal(2, func(e []float64) float64 { return math.Cos(e[0] + 2*e[1]) }), math.Exp(-2.5); math.Abs(got-want) > 1e-11 {
		t.Errorf("E cos(ε₁ + 2ε₂) = %v, want %v", got, want)
	}
}
