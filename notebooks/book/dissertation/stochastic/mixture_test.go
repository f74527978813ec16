package stochastic

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

func threeParts(t *testing.T) *Mixture {
	t.Helper()
	m, err := NewMixture(
		Component{Weight: 2, Mean: []float64{-1, 0.5, 0}, Cov: []float64{1, 0.3, 0, 0.3, 0.5, 0.1, 0, 0.1, 0.4}},
		Component{Weight: 1, Mean: []float64{1.5, -1, 2}, Cov: []float64{0.3, -0.1, 0, -0.1, 0.6, 0, 0, 0, 0.2}},
	)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMixtureScoreIsTheGradient(t *testing.T) {
	m := threeParts(t).Noised(0.8, 0.4)
	const h = 1e-5
	for _, x := range [][]float64{{0, 0, 0}, {-2, 1, 0.5}, {1, -1, 1.5}, {8, -7, 3}} {
		score := m.Score(x)
		for i := range x {
			up, down := append([]float64(nil), x...), append([]float64(nil), x...)
			up[i], down[i] = x[i]+h, x[i]-h
			want := (m.LogDensity(up) - m.LogDensity(down)) / (2 * h)
			if math.Abs(score[i]-want) > 1e-7*(1+math.Abs(want)) {
				t.Errorf("score of %v along %d is %v, want %v", x, i, score[i], want)
			}
		}
	}
}

func TestMixtureDraws(t *testing.T) {
	m := threeParts(t)
	r := noise.Key{Seed: 1, Stream: noise.Synthetic}.Rand()
	points := make([][]float64, 40000)
	for i := range points {
		points[i] = m.Draw(r)
	}
	mean, cov := m.Moments()
	gotMean, gotCov := SampleMoments(points)
	for i := range mean {
		if se := math.Sqrt(cov[i*3+i] / 40000); math.Abs(gotMean[i]-mean[i]) > 4*se {
			t.Errorf("mean %d of the draws is %v, want %v ± %v", i, gotMean[i], mean[i], se)
		}
	}
	for i := range cov {
		if math.Abs(gotCov[i]-cov[i]) > 0.04 {
			t.Errorf("covariance %d of the draws is %v, want %v", i, gotCov[i], cov[i])
		}
	}
}

func TestMixtureDensityIntegratesToOne(t *testing.T) {
	m, err := NewMixture(Component{Weight: 3, Mean: []float64{-1}, Cov: []float64{0.2}}, Component{Weight: 1, Mean: []float64{2}, Cov: []float64{0.5}})
	if err != nil {
		t.Fatal(err)
	}
	m = m.Noised(1, 0.5)
	sum, mean := 0.0, 0.0
	for x := -12.0; x < 12; x += 0.01 {
		sum += 0.01 * m.Density([]float64{x})
		mean += 0.01 * x * m.Density([]float64{x})
	}
	if math.Abs(sum-1) > 1e-12 || math.Abs(mean+0.25) > 1e-12 {
		t.Errorf("integral %v and mean %v, want 1 and −0.25", sum, mean)
	}
}

func TestMixtureRefuses(t *testing.T) {
	for _, c := range []Component{
		{}, {Weight: -1, Mean: []float64{0}, Cov: []float64{1}}, {Weight: 1, Mean: []float64{0}, Cov: []float64{0}},
		{Weight: 1, Mean: []float64{0, 0}, Cov: []float64{1, 2, 2, 1}}, {Weight: 1, Mean: []float64{0}, Cov: []float64{1, 0}},
	} {
		if _, err := NewMixture(c); err == nil {
			t.Errorf("component %+v was taken", c)
		}
	}
	if _, err := NewMixture(); err == nil {
		t.Error("a mixture of nothing was taken")
	}
}
