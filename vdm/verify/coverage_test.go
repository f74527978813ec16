package verify

import (
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// go test ./vdm/verify -run CoverageTable -coverage -v takes some minutes.
var allCoverage = flag.Bool("coverage", false, "simulate the whole table of coverage, and print it")

// coverageSeries are series of scores: autoregressive of order 1 with unit variance
// and correlation phi, or the exponential of one.
type coverageSeries struct {
	phi       float64
	lognormal bool
}

// columns are those of coverage.
var columns = []coverageSeries{{0, false}, {0.5, false}, {0.8, false}, {0, true}, {0.5, true}}

func (s coverageSeries) draw(r *rand.Rand, n int) []float64 {
	x, value := make([]float64, n), r.NormFloat64()
	for i := range x {
		if i > 0 {
			value = s.phi*value + math.Sqrt(1-s.phi*s.phi)*r.NormFloat64()
		}
		x[i] = value
		if s.lognormal {
			x[i] = math.Exp(value)
		}
	}
	return x
}

func (s coverageSeries) mean() float64 {
	if s.lognormal {
		return math.Exp(0.5)
	}
	return 0
}

// simulated is the share of intervals of MeanInterval (with fewer resamples)
// that contain the true mean, and its standard error.
func (s coverageSeries) simulated(n, trials int) (share, standardError float64) {
	hits := 0
	for k := range uint64(trials) {
		series := s.draw(rand.New(rand.NewPCG(7, k)), n)
		v := must(bootstrap{resamples: 300, seed: k}.mean("mean", series))
		if v.Low <= s.mean() && s.mean() <= v.High {
			hits++
		}
	}
	share = float64(hits) / float64(trials)
	return share, math.Sqrt(share * (1 - share) / float64(trials))
}

// The table of coverage is what simulation finds: the rows up to 20 cases here, all
// of them with -coverage, to within four standard errors of the simulation and of
// the table's own (0.007), and its rounding.
func TestCoverageTable(t *testing.T) {
	for _, row := range coverage {
		trials := 500
		switch {
		case *allCoverage && row.cases > 100:
			trials = 1500
		case *allCoverage:
			trials = 4000
		case row.cases > 20:
			continue
		}
		var found []string
		for k, s := range columns {
			share, e := s.simulated(row.cases, trials)
			found = append(found, fmt.Sprintf("%.3f", share))
			if !(math.Abs(share-row.shares[k]) <= 4*math.Hypot(e, 0.007)+0.005) {
				t.Errorf("%d cases, %+v: %.3f ± %.3f of the intervals contain the mean, the table says %.2f", row.cases, s, share, e, row.shares[k])
			}
		}
		t.Logf("%5d cases: %s", row.cases, strings.Join(found, "  "))
	}
}

// What no quick simulation finds again must be plausible at least: more cases cover
// more, to the table's error, and skew and correlation cost coverage.
func TestCoverageTableIsPlausible(t *testing.T) {
	for i, row := range coverage {
		s := row.shares
		for k, share := range s {
			if !(share > 0.5 && share <= 0.97) || i > 0 && share < coverage[i-1].shares[k]-0.015 {
				t.Errorf("%d cases, column %d: %v", row.cases, k, share)
			}
		}
		if s[1] > s[0]+0.015 || s[2] > s[1]+0.015 || s[3] > s[0]+0.015 || s[4] > min(s[1], s[3])+0.015 || i > 0 && row.cases <= coverage[i-1].cases {
			t.Errorf("%d cases: %v", row.cases, s)
		}
	}
}

// No table calls an interval by 95 % where fewer than 0.9 contain the mean, and the
// coverage is named with the number of cases.
func TestIntervalName(t *testing.T) {
	for cases, want := range map[int]string{
		2:    "interval (2 cases, coverage below 0.7)",
		5:    "interval (5 cases, coverage about 0.7)",
		12:   "interval (12 cases, coverage about 0.7)",
		64:   "interval (64 cases, coverage about 0.8)",
		199:  "interval (199 cases, coverage about 0.9)",
		200:  "95 % interval",
		4000: "95 % interval",
	} {
		if got := IntervalName(cases); got != want {
			t.Errorf("%d cases: %q, want %q", cases, got, want)
		}
	}
}
