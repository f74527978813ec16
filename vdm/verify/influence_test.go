package verify

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Of a mean the series is the cases themselves, and of a ratio the interval's width is
// the one of the delta method.
func TestInfluenceOfMeansAndRatios(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var means, ratios [][]float64
	for range 400 {
		x := math.Exp(r.NormFloat64())
		means = append(means, []float64{x, 1})
		ratios = append(ratios, []float64{x * r.Float64(), x})
	}
	ratio := func(s []float64) float64 { return s[0] / s[1] }
	for i, v := range Influence(means, ratio) {
		if !(math.Abs(v-means[i][0]) <= 1e-9) {
			t.Fatalf("case %d of a mean is %v, want its score %v", i, v, means[i][0])
		}
	}
	var a, b float64
	for _, p := range ratios {
		a, b = a+p[0], b+p[1]
	}
	theta, n := a/b, float64(len(ratios))
	series, mean, delta, got := Influence(ratios, ratio), 0.0, 0.0, 0.0
	for i, p := range ratios {
		mean += series[i] / n
		delta += (p[0] - theta*p[1]) * (p[0] - theta*p[1]) / (b / n * b / n) / n
		got += (series[i] - theta) * (series[i] - theta) / n
	}
	if !(math.Abs(mean-theta) <= 1e-9) || !(math.Abs(got/delta-1) <= 0.05) {
		t.Errorf("mean %v and variance %v, want the ratio %v and the delta method's %v to a twentieth", mean, got, theta, delta)
	}
}

// Cases without sums keep their place; what has no value has no series.
func TestInfluenceWhereThereIsNone(t *testing.T) {
	ratio := func(s []float64) float64 { return s[0] / s[1] }
	series := Influence([][]float64{{1, 2}, nil, {1, 4}, {2, 2}}, ratio)
	if len(series) != 4 || series[1] == series[1] || !(math.Abs((series[0]+series[2]+series[3])/3-0.5) <= 1e-12) {
		t.Errorf("series %v, want NaN for the second and a mean of 0.5", series)
	}
	for _, parts := range [][][]float64{nil, {nil, {1, 2}}, {{0, 0}, {0, 0}}, {{0, 0}, {1, 2}}} {
		if s := Influence(parts, ratio); s != nil {
			t.Errorf("parts %v: series %v, want none", parts, s)
		}
	}
}

// ratioCoverage is the share of intervals of the CSI that contain the true one: cases
// have a number of events that is skewed and resembles the neighbours', of which a random
// share is hit.
func ratioCoverage(phi float64, n, trials int) float64 {
	inside := 0
	for k := range uint64(trials) {
		r := rand.New(rand.NewPCG(11, k))
		var parts [][]float64
		x, q := r.NormFloat64(), r.NormFloat64()
		for range n {
			x, q = phi*x+math.Sqrt(1-phi*phi)*r.NormFloat64(), phi*q+math.Sqrt(1-phi*phi)*r.NormFloat64()
			events := math.Exp(x)
			parts = append(parts, []float64{events * 0.5 * math.Erfc(-q/math.Sqrt2), events})
		}
		v := must(bootstrap{resamples: 300, seed: k}.mean("csi", Influence(parts, func(s []float64) float64 { return s[0] / s[1] })))
		if v.Low <= 0.5 && 0.5 <= v.High {
			inside++
		}
	}
	return float64(inside) / float64(trials)
}

// The coverage of the docs, simulated again: at 20 and 50 cases here, all with -coverage.
func TestInfluenceCoverage(t *testing.T) {
	for _, row := range []struct {
		cases         int
		apart, linked float64
	}{{10, 0.90, 0.78}, {20, 0.91, 0.80}, {50, 0.92, 0.85}, {200, 0.94, 0.90}} {
		trials := 400
		if *allCoverage {
			trials = 4000
		} else if row.cases != 20 && row.cases != 50 {
			continue
		}
		for phi, want := range map[float64]float64{0: row.apart, 0.5: row.linked} {
			got := ratioCoverage(phi, row.cases, trials)
			within := 4*math.Sqrt(want*(1-want)/float64(trials)) + 0.01
			if t.Logf("%d cases, correlation %g: %.3f", row.cases, phi, got); !(math.Abs(got-want) <= within) {
				t.Errorf("%d cases, correlation %g: %.3f of the intervals contain the CSI, the docs say %.2f", row.cases, phi, got, want)
			}
		}
	}
}
