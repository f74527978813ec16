package dissertation

import (
	"math"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/notebooks/book/dissertation/stochastic"
	"github.com/climate-vdm/climate-vdm/vdm"
)

func nowcast() PartiallyObserved {
	g := ExponentialCovariance(6, 0.8)
	g.Mean = []float64{0.3, 0.1, 0, -0.2, 0, 0.4}
	return PartiallyObserved{Gaussian: g, Known: []bool{true, true, true, false, false, false}, Values: []float64{1, 1.2, 1.6, 0, 0, 0}}
}

// A series without memory beyond one cell: only the last known cell counts.
func TestGivenAForgetfulSeries(t *testing.T) {
	p := nowcast()
	given := p.Given()
	for k := range 3 {
		decay := math.Pow(0.8, float64(k+1))
		mean, std := given.Marginal(k)
		if want := p.Mean[3+k] + decay*(1.6-p.Mean[2]); math.Abs(mean-want) > 1e-12 {
			t.Errorf("mean %d is %v, want %v", k, mean, want)
		}
		if want := math.Sqrt(1 - decay*decay); math.Abs(std-want) > 1e-12 {
			t.Errorf("standard deviation %d is %v, want %v", k, std, want)
		}
	}
}

// What the library's compiled sampler draws has the law that the algebra gives,
// with and without guidance.
func TestDrawsHaveTheLawOfTheAlgebra(t *testing.T) {
	p := nowcast()
	plan, err := vdm.UniformTime(vdm.Cosine{}, 32).Ancestral(vdm.UpperBound)
	if err != nil {
		t.Fatal(err)
	}
	const n = 4000
	for _, weight := range []float64{0, 2} {
		law := p.Sampled(plan, Conditioning{Weight: weight})
		draws, err := p.Draw(plan, weight, n)
		if err != nil {
			t.Fatal(err)
		}
		mean, cov := stochastic.SampleMoments(draws)
		for i := range mean {
			want, std := law.Marginal(i)
			if se := std / math.Sqrt(n); math.Abs(mean[i]-want) > 4*se {
				t.Errorf("w_r = %v: mean %d is %.4f ± %.4f, want %.4f", weight, i, mean[i], se, want)
			}
			for j := range mean {
				_, other := law.Marginal(j)
				if se := std * other * math.Sqrt(2.0/n); math.Abs(cov[i*len(mean)+j]-law.Cov.At(i, j)) > 4*se {
					t.Errorf("w_r = %v: covariance %d, %d is %.4f ± %.4f, want %.4f", weight, i, j, cov[i*len(mean)+j], se, law.Cov.At(i, j))
				}
			}
		}
	}
}

// With nothing known, the sampler's law tends to the data's; the program's way
// of replacing then changes nothing.
func TestSampledWithNothingKnown(t *testing.T) {
	p := nowcast()
	p.Known = make([]bool, 6)
	plan, err := vdm.UniformTime(vdm.Cosine{}, 2000).Ancestral(vdm.LowerBound)
	if err != nil {
		t.Fatal(err)
	}
	for _, program := range []bool{false, true} {
		law := p.Sampled(plan, Conditioning{Program: program})
		for i := range 6 {
			mean, std := law.Marginal(i)
			if math.Abs(mean-p.Mean[i]) > 2e-3 || math.Abs(std-1) > 4e-3 {
				t.Errorf("cell %d: mean %v, want %v; standard deviation %v, want 1", i, mean, p.Mean[i], std)
			}
		}
	}
}

// The posterior's mean is what the graph of the denoiser gives.
func TestPosteriorIsTheDenoisers(t *testing.T) {
	p := nowcast()
	z := []float64{0.3, -1, 0.2, 1.4, -0.6, 0.1}
	for _, logSNR := range []float64{-6, 0, 5} {
		x, err := Denoised(p.Denoiser(), z, logSNR)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range p.Posterior(z, logSNR).Mean {
			if math.Abs(x[i]-want) > 2e-6 {
				t.Errorf("λ = %v: x̂ of cell %d is %v, want %v", logSNR, i, x[i], want)
			}
		}
	}
}

// The library's guided estimate is the affine one that the law of the samples is
// made of.
func TestGuidedIsTheLibrarys(t *testing.T) {
	p := nowcast()
	z := []float64{9, 9, 9, 1.4, -0.6, 0.1} // the known cells' are replaced
	noise := []float64{0.4, -1.1, 0.7, 0, 0, 0}
	for _, logSNR := range []float64{-4, 1, 6} {
		got, err := Denoised(p.Guided(2.5, noise), z, logSNR)
		if err != nil {
			t.Fatal(err)
		}
		seen := append([]float64(nil), z...)
		for i := range 3 {
			seen[i] = vdm.Alpha(logSNR)*p.Values[i] + vdm.Sigma(logSNR)*noise[i]
		}
		m, c := p.guided(logSNR, 2.5)
		for i := range got {
			want := c[i]
			for j, v := range seen {
				want += m.At(i, j) * v
			}
			if math.Abs(got[i]-want) > 5e-6 {
				t.Errorf("λ = %v: x̂ of cell %d is %v, want %v", logSNR, i, got[i], want)
			}
		}
	}
}
