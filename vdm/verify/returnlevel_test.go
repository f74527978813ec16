package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// Quantiles of the Gumbel distribution in closed form, and of shapes that approach it.
func TestGEVQuantiles(t *testing.T) {
	gumbel := GEV{Location: 10, Scale: 3}
	for _, p := range []float64{0.01, 0.5, 0.9, 0.99, 0.9999} {
		want := 10 - 3*math.Log(-math.Log(p))
		if got := gumbel.Quantile(p); !near(got, want, 1e-14) {
			t.Errorf("Gumbel at %v: %v, want %v", p, got, want)
		}
		for _, ξ := range []float64{1e-9, -1e-9} {
			if got := (GEV{10, 3, ξ}).Quantile(p); !near(got, want, 1e-6) {
				t.Errorf("shape %v at %v: %v, want nearly %v", ξ, p, got, want)
			}
		}
	}
	if got := (GEV{0, 1, 0.5}).Quantile(math.Exp(-0.25)); !near(got, 2, 1e-14) { // (4^½ − 1)/½
		t.Errorf("shape 0.5: %v, want 2", got)
	}
}

// From the quantiles of a distribution at evenly spaced probabilities, its parameters
// come back.
func TestFitGEV(t *testing.T) {
	for _, want := range []GEV{{10, 3, 0}, {10, 3, 0.2}, {10, 3, -0.3}, {-5, 0.1, 0.1}, {0, 1, -1.5}, {100, 20, 0.4}} {
		var x []float64
		for i := range 200000 {
			x = append(x, want.Quantile((float64(i)+0.5)/200000))
		}
		got := must(FitGEV(x))
		if !(math.Abs(got.Location-want.Location) <= 0.01*want.Scale) || !near(got.Scale, want.Scale, 0.01) || !(math.Abs(got.Shape-want.Shape) <= 0.01) {
			t.Errorf("fitted %+v, want %+v", got, want)
		}
	}
	for _, bad := range [][]float64{nil, {1, 2}, {3, 3, 3, 3}, {1, 2, math.NaN()}, {1, 2, math.Inf(1)}, {math.Inf(-1), 1, 2}} {
		if g, err := FitGEV(bad); err == nil {
			t.Errorf("%v is fitted by %+v", bad, g)
		}
	}
}

// L-moments of 1, 2, 3, 4, 10 by their definition over all subsamples (Hosking 1990).
func TestLMoments(t *testing.T) {
	x := []float64{1, 2, 3, 4, 10}
	var l1, l2, l3, pairs, triples float64
	for i := range x {
		l1 += x[i] / 5
		for j := i + 1; j < 5; j++ {
			l2, pairs = l2+(x[j]-x[i])/2, pairs+1
			for k := j + 1; k < 5; k++ {
				l3, triples = l3+(x[k]-2*x[j]+x[i])/3, triples+1
			}
		}
	}
	mean, scale, skewness := lMoments(x)
	if !near(mean, l1, 1e-14) || !near(scale, l2/pairs, 1e-14) || !near(skewness, l3/triples/(l2/pairs), 1e-14) {
		t.Errorf("%v, %v, %v; want %v, %v, %v", mean, scale, skewness, l1, l2/pairs, l3/triples/(l2/pairs))
	}
}

// record draws maxima, a share of which is 0.
func (z zeroInflated) record(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = z.quantile(r.Float64())
	}
	return x
}

// The level of a long record is the distribution's, with and without dry blocks.
func TestReturnLevelsOfALongRecord(t *testing.T) {
	for _, z := range []zeroInflated{{0, GEV{20, 5, 0}}, {0, GEV{20, 5, 0.15}}, {0.4, GEV{20, 5, -0.1}}} {
		levels := must(returnLevels(z.record(rand.New(rand.NewPCG(5, 5)), 10000), []float64{2, 10, 100}, 30))
		for _, l := range levels {
			want := z.quantile(1 - 1/l.Period)
			if l.Method != MethodGEV || !near(l.Level, want, 0.03) || !(l.Low <= l.Level && l.Level <= l.High) || l.High-l.Low > 0.1*want {
				t.Errorf("%+v: %+v, want %v", z, l, want)
			}
		}
	}
	// A level below the share of dry blocks is 0.
	dry := zeroInflated{0.7, GEV{20, 5, 0}}
	if l := must(ReturnLevels(dry.record(rand.New(rand.NewPCG(6, 6)), 400), []float64{1.2}))[0]; l.Level != 0 || l.Low != 0 {
		t.Errorf("%+v, want 0", l)
	}
}

// The table of coverage in the docstring: its first row here, all of them with -coverage.
func TestReturnLevelCoverage(t *testing.T) {
	for _, row := range levelCoverage {
		trials, resamples := 200, 150
		switch {
		case *allCoverage:
			trials, resamples = 1000, 400
		case row.n > 20:
			continue
		}
		var found []string
		for k, ξ := range []float64{-0.1, 0, 0.2} {
			z := zeroInflated{0, GEV{20, 5, ξ}}
			hits := [2]float64{}
			for i := range uint64(trials) {
				for j, l := range must(returnLevels(z.record(rand.New(rand.NewPCG(9, i)), row.n), []float64{10, 100}, resamples)) {
					if want := z.quantile(1 - 1/l.Period); l.Low <= want && want <= l.High {
						hits[j] += 1 / float64(trials)
					}
				}
			}
			for j, share := range hits {
				found = append(found, fmt.Sprintf("%.2f", share))
				e := math.Sqrt(share * (1 - share) / float64(trials))
				if want := row.shares[2*k+j]; !(math.Abs(share-want) <= 4*math.Hypot(e, 0.006)+0.005) {
					t.Errorf("%d blocks, shape %v, period %d: %.3f ± %.3f of the intervals contain the level, the table says %.2f", row.n, ξ, []int{10, 100}[j], share, e, want)
				}
			}
		}
		t.Logf("%5d blocks: %v", row.n, found)
	}
}

// levelCoverage is the table in the docstring of ReturnLevels: shapes −0.1, 0 and 0.2,
// each at periods of 10 and 100 blocks.
var levelCoverage = []struct {
	n      int
	shares [6]float64
}{
	{20, [6]float64{0.88, 0.88, 0.88, 0.87, 0.86, 0.85}},
	{50, [6]float64{0.93, 0.93, 0.92, 0.92, 0.91, 0.90}},
	{100, [6]float64{0.95, 0.94, 0.94, 0.93, 0.94, 0.93}},
	{400, [6]float64{0.95, 0.95, 0.95, 0.95, 0.95, 0.95}},
}

// Too short for a fit: order statistics, nothing beyond the record, and intervals that
// contain the level at least as often as they say.
func TestEmpiricalReturnLevels(t *testing.T) {
	x := []float64{7, 1, 5, 3, 9, 2, 8, 4, 6}
	levels := must(ReturnLevels(append(x, math.NaN()), []float64{2, 10, 11}))
	if l := levels[0]; l.Level != 5 || l.Low != 2 || l.High != 8 || l.Method != MethodEmpirical { // P(fewer than 2 of 9 below the median) = 0.0195
		t.Errorf("median %+v, want 5 between 2 and 8", l)
	}
	if l := levels[1]; l.Level != 9 || !math.IsNaN(l.High) {
		t.Errorf("10 blocks: %+v, want the largest of 9 and no upper end", l)
	}
	if l := levels[2]; !math.IsNaN(l.Level) {
		t.Errorf("11 blocks: %+v, beyond the record", l)
	}
	hits, trials := 0, 2000
	for i := range uint64(trials) {
		z := zeroInflated{0, GEV{20, 5, 0}}
		if l := must(ReturnLevels(z.record(rand.New(rand.NewPCG(3, i)), 19), []float64{2}))[0]; l.Low <= z.quantile(0.5) && z.quantile(0.5) <= l.High {
			hits++
		}
	}
	if share := float64(hits) / float64(trials); !(share >= 0.94) {
		t.Errorf("%.3f of the intervals contain the median", share)
	}
	if l := must(ReturnLevels(make([]float64, 500), []float64{10}))[0]; l.Level != 0 || l.Method != MethodEmpirical {
		t.Errorf("all dry: %+v", l)
	}
	equal := make([]float64, 50)
	for i := range equal {
		equal[i] = 3
	}
	if l := must(ReturnLevels(equal, []float64{10}))[0]; l.Level != 3 || l.Low != 3 || l.High != 3 {
		t.Errorf("one value: %+v", l)
	}
	if l := must(ReturnLevels([]float64{3}, []float64{2}))[0]; l.Level != 3 || !math.IsNaN(l.Low) || !math.IsNaN(l.High) {
		t.Errorf("one block: %+v", l)
	}
	for _, bad := range [][]float64{nil, {math.NaN()}, {-1}, {math.Inf(1)}} {
		if _, err := ReturnLevels(bad, []float64{2}); err == nil {
			t.Errorf("%v: no error", bad)
		}
	}
	for _, p := range []float64{1, 0, math.NaN(), math.Inf(1)} {
		if _, err := ReturnLevels(x, []float64{p}); err == nil {
			t.Errorf("a period of %v: no error", p)
		}
	}
}
