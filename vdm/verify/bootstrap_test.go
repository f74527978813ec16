package verify

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
)

// With blocks of one case the standard error is s/√n, with divisor n. (For
// longer ones scores.py has it in closed form: Politis and Romano 1994.)
func TestBootstrapOfIndependentCases(t *testing.T) {
	series := gaussian(1, 200)
	got := must(bootstrap{block: 1, resamples: 20000}.mean("mean", series))
	mean, variance := stat.PopMeanVariance(series, nil)
	se := math.Sqrt(variance / 200)
	if !near(got.Estimate, mean, 1e-12) || !(math.Abs(got.SE/se-1) <= 5/math.Sqrt(2*20000)) || got.Cases != 200 || got.Block != 1 {
		t.Errorf("%+v, want %v ± %v", got, mean, se)
	}
	// Of a mean of 200 the interval is nearly normal.
	if !(math.Abs((got.High-got.Low)/(2*1.96*se)-1) <= 0.03) {
		t.Errorf("interval %v to %v, want ± %v", got.Low, got.High, 1.96*se)
	}
}

// The share of 95 % intervals that hold the true mean of AR(1) series: near
// 95 % with blocks, far from it as if cases were independent.
func TestBootstrapCoverage(t *testing.T) {
	const trials = 300
	for _, c := range []struct {
		n            int
		phi, atLeast float64
	}{{100, 0, 0.92}, {400, 0.5, 0.89}, {1000, 0.5, 0.90}} {
		blocks, single := 0, 0
		for k := range uint32(trials) {
			series := ar1(1000+k, c.n, c.phi)
			for i, block := range []float64{0, 1} {
				v := must(bootstrap{resamples: 200, block: block, seed: uint64(k)}.mean("mean", series))
				if v.Low <= 0 && v.High >= 0 {
					if i == 0 {
						blocks++
					} else {
						single++
					}
				}
			}
		}
		share, without := float64(blocks)/trials, float64(single)/trials
		t.Logf("%d cases, correlation %v: %.3f with blocks, %.3f without (± 0.014)", c.n, c.phi, share, without)
		if share < c.atLeast || share > 0.98 {
			t.Errorf("%d cases, correlation %v: %.3f of the intervals hold the mean", c.n, c.phi, share)
		}
		if c.phi == 0.5 && without > 0.85 {
			t.Errorf("%d cases, correlation %v: single cases hold the mean in %.3f: the test cannot tell", c.n, c.phi, without)
		}
	}
}

// With blocks chosen by the rule, the interval is that of the same resamples
// about the estimate, stretched to the long-run standard error, where that is
// larger, and by Student's t.
func TestBootstrapStretch(t *testing.T) {
	series := ar1(21, 120, 0.8)
	_, spectrum, err := blockLength(series)
	check(t, err)
	want := math.Sqrt(spectrum / 120)
	auto := must(MeanInterval(series))
	plain := must(bootstrap{block: auto.Block}.mean("mean", series))
	if want < 1.05*plain.SE {
		t.Fatalf("standard error %v, of the resamples %v: the test cannot tell", want, plain.SE)
	}
	// The quantile of Student's t over that of the normal distribution, by the
	// expansion of Abramowitz and Stegun (1964), 26.7.5.
	nu, z := 120/auto.Block-1, 1.959964
	student := 1 + (z*z+1)/(4*nu) + (5*z*z*z*z+16*z*z+3)/(96*nu*nu)
	stretch := student * want / plain.SE
	if !near(auto.SE, want, 1e-9) || !near(auto.High-auto.Estimate, stretch*(plain.High-plain.Estimate), 2e-3) ||
		!near(auto.Estimate-auto.Low, stretch*(plain.Estimate-plain.Low), 2e-3) {
		t.Errorf("%+v, of the resamples %+v; want a standard error of %v and a stretch of %v", auto, plain, want, stretch)
	}
}

func TestBootstrapIsAFunctionOfItsSeed(t *testing.T) {
	series := ar1(1, 50, 0.4)
	b := bootstrap{seed: 3, resamples: 200}
	if must(b.mean("mean", series)) != must(b.mean("mean", series)) {
		t.Error("the same seed gives two intervals")
	}
	other := b
	other.seed = 4
	if must(b.mean("mean", series)).Low == must(other.mean("mean", series)).Low {
		t.Error("another seed gives the same interval")
	}
}

// What both forecasts have in common does not widen the interval of their
// difference.
func TestBootstrapPairs(t *testing.T) {
	common, own := ar1(7, 300, 0.6), gaussian(8, 300)
	a, b := make([]float64, 300), make([]float64, 300)
	for i := range a {
		hard := math.Exp(common[i])
		a[i], b[i] = 0.8*hard+0.02*own[i], hard
	}
	d := must(DifferenceInterval(a, b))
	first, second := must(MeanInterval(a)), must(MeanInterval(b))
	if !near(d.Estimate, first.Estimate-second.Estimate, 1e-12) {
		t.Errorf("difference %v of %v and %v", d.Estimate, first.Estimate, second.Estimate)
	}
	if d.SE > 0.5*first.SE || d.High >= 0 || d.Missing != 0 || d.Cases != 300 {
		t.Errorf("difference %+v of means with standard errors of %v and %v", d, first.SE, second.SE)
	}
}

func TestBootstrapMissing(t *testing.T) {
	nan := math.NaN()
	v := must(bootstrap{block: 2, resamples: 100}.mean("mean", []float64{1, nan, 3, nan, 5}))
	if v.Estimate != 3 || v.Cases != 3 || v.Missing != 2 || v.Low < 1 || v.High > 5 {
		t.Errorf("%+v", v)
	}
	p := must(DifferenceInterval([]float64{3, nan, 5, 4}, []float64{1, 1, 3, nan}))
	if p.Estimate != 2 || p.Cases != 2 || p.Missing != 2 || p.Low != 2 || p.High != 2 {
		t.Errorf("%+v", p)
	}
	same := must(MeanInterval([]float64{0.5, 0.5, 0.5}))
	if same.Low != 0.5 || same.High != 0.5 || same.SE != 0 || same.Block != 1 {
		t.Errorf("equal cases: %+v", same)
	}
}

func TestBootstrapRefuses(t *testing.T) {
	good, nan := []float64{1, 2, 3, 4}, math.NaN()
	run := func(_ Interval, err error) error { return err }
	for name, c := range map[string]struct {
		err  error
		says string
	}{
		"no cases":         {run(MeanInterval(nil)), "0 cases"},
		"one, and blocks":  {run(bootstrap{block: 1}.mean("mean", []float64{1, nan})), "1 cases with a score of 2"},
		"one case":         {run(MeanInterval([]float64{1, nan})), "1 cases with a score of 2"},
		"an endless score": {run(MeanInterval([]float64{1, 2, math.Inf(1)})), "case 2 is infinite"},
		"both endless":     {run(DifferenceInterval([]float64{1, math.Inf(1)}, []float64{1, math.Inf(1)})), "case 1 is infinite"},
		"no pairs":         {run(DifferenceInterval(good, good[1:])), "4 and 3 cases"},
	} {
		if c.err == nil || !strings.Contains(c.err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", name, c.err, c.says)
		}
	}
}

// The zero bootstrap takes 2000 resamples.
func TestBootstrapDefaults(t *testing.T) {
	series := gaussian(3, 40)
	if zero, named := must(MeanInterval(series)), must(bootstrap{resamples: 2000}.mean("mean", series)); zero != named {
		t.Errorf("%+v, with the default named %+v", zero, named)
	}
}

// The value of rank p·(n + 1), by hand, and the ends beyond the first and the last.
func TestOrderStatistic(t *testing.T) {
	sorted := []float64{1, 2, 4, 8}
	for p, want := range map[float64]float64{0: 1, 0.1: 1, 0.2: 1, 0.3: 1.5, 0.5: 3, 0.6: 4, 0.7: 6, 0.8: 8, 0.9: 8, 1: 8} {
		if got := orderStatistic(sorted, p); !near(got, want, 1e-14) {
			t.Errorf("of rank %v·5 the value is %v, want %v", p, got, want)
		}
	}
}

func ExampleDifferenceInterval() {
	// CRPS of two forecasts of the same twelve hours.
	model := []float64{0.2, 0.3, 0.3, 0.4, 0.4, 0.3, 0.2, 0.1, 0.1, 0.2, 0.2, 0.3}
	persistence := []float64{0.3, 0.4, 0.5, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.3, 0.3, 0.4}
	v, err := DifferenceInterval(model, persistence)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%+.2f beside persistence (%+.2f to %+.2f), blocks of %.1f hours; in brackets the %s\n",
		v.Estimate, v.Low, v.High, v.Block, IntervalName(v.Cases))
	// Output: -0.11 beside persistence (-0.15 to -0.07), blocks of 1.2 hours; in brackets the interval (12 cases, coverage about 0.7)
}
