package verify

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat"
)

// Bootstrap gives confidence intervals for the mean of a series of scores, one
// of each case in the order of time, where cases near in time resemble each
// other. It is the stationary bootstrap (Politis and Romano 1994, JASA 89,
// 1303): a resample is made of blocks that start anywhere in the series, with
// equal probability, have lengths drawn from a geometric distribution, and go on
// at the beginning when they pass the end. The interval is between quantiles of
// the resampled statistic (percentile method). The zero value is ready for use.
//
// A case without a score (NaN) keeps its place in time and is left out of the
// mean; of two paired series, a pair is left out where either has none. The
// result is a pure function of the series and the settings.
//
// An interval rests on the number of blocks, cases/block: with few of them it is
// too narrow. On autoregressive series of order 1 a 95 % interval held the true
// mean in the share of trials that this package's tests print (about 93 % for
// 400 cases correlated by 0.5 with the next).
type Bootstrap struct {
	Resamples int     // 0 is 2000
	Level     float64 // of confidence; 0 is 0.95
	Block     float64 // mean length of blocks in cases; 0 takes BlockLength of the series
	Seed      uint64
}

// Interval is an estimate with its confidence interval.
type Interval struct {
	Estimate  float64 // of the series itself
	Low, High float64
	SE        float64 // standard deviation of the resamples
	Level     float64
	Block     float64 // mean length of blocks that was used
	Cases     int     // used
	Missing   int     // left out
}

// Validate refuses settings without meaning.
func (b Bootstrap) Validate() error {
	if b.Resamples < 0 || b.Resamples == 1 {
		return fmt.Errorf("bootstrap: %d resamples; want at least 2", b.Resamples)
	}
	if !(b.Level >= 0 && b.Level < 1) {
		return fmt.Errorf("bootstrap: a level of %v; want one between 0 and 1", b.Level)
	}
	if !(b.Block == 0 || b.Block >= 1) || math.IsInf(b.Block, 0) {
		return fmt.Errorf("bootstrap: blocks of %v cases; want at least 1", b.Block)
	}
	return nil
}

// Mean returns the mean of a series of scores.
func (b Bootstrap) Mean(series []float64) (Interval, error) {
	ones := slices.Repeat([]float64{1}, len(series))
	if _, err := influence("mean", series, ones, 0); err != nil {
		return Interval{}, err
	}
	return b.ratio("mean", series, ones, series)
}

// Difference returns the mean of first − second, scores of two forecasts of the
// same cases: where the interval does not hold 0, one is better. Resampling
// pairs keeps what is common to both, such as days that are hard for any
// forecast.
func (b Bootstrap) Difference(first, second []float64) (Interval, error) {
	d, err := influence("difference", first, second, 1)
	if err != nil {
		return Interval{}, err
	}
	return b.ratio("difference", d, slices.Repeat([]float64{1}, len(d)), d)
}

// Ratio returns mean first/mean second, scores of two forecasts of the same
// cases: 0.8 is a score one fifth below (a skill of 0.2 against the second). It
// refuses a second series whose resampled mean is not always of one sign: the
// ratio then has no interval.
func (b Bootstrap) Ratio(first, second []float64) (Interval, error) {
	d, err := influence("ratio", first, second, 1)
	if err != nil {
		return Interval{}, err
	}
	// To first order the ratio r varies as the mean of first − r·second does:
	// that series decides the blocks.
	var a, c float64
	for i := range d {
		if d[i] == d[i] {
			a, c = a+first[i], c+second[i]
		}
	}
	if c == 0 {
		return Interval{}, fmt.Errorf("bootstrap of a ratio: the mean of the second series is 0; want one well away from 0, or take the difference")
	}
	if d, err = influence("ratio", first, second, a/c); err != nil {
		return Interval{}, err
	}
	return b.ratio("ratio", first, second, d)
}

// influence returns first − r·second, NaN where either is missing, and refuses
// what is infinite.
func influence(who string, first, second []float64, r float64) ([]float64, error) {
	if len(first) != len(second) {
		return nil, fmt.Errorf("bootstrap of a %s: series of %d and %d cases; want pairs", who, len(first), len(second))
	}
	d := make([]float64, len(first))
	for i := range d {
		if math.IsInf(first[i], 0) || math.IsInf(second[i], 0) {
			return nil, fmt.Errorf("bootstrap of a %s: case %d is infinite; want finite scores, or NaN where there is none", who, i)
		}
		d[i] = first[i] - r*second[i]
	}
	return d, nil
}

// ratio resamples Σ first/Σ second. The series of influence decides the length
// of blocks, and which cases are missing.
func (b Bootstrap) ratio(who string, first, second, influence []float64) (Interval, error) {
	if err := b.Validate(); err != nil {
		return Interval{}, err
	}
	if b.Resamples == 0 {
		b.Resamples = 2000
	}
	if b.Level == 0 {
		b.Level = 0.95
	}
	n := len(first)
	interval := Interval{Level: b.Level, Block: b.Block}
	var sum, by float64
	for i := range first {
		if influence[i] != influence[i] {
			interval.Missing++
			continue
		}
		interval.Cases++
		sum, by = sum+first[i], by+second[i]
	}
	if interval.Cases < 2 {
		return Interval{}, fmt.Errorf("bootstrap of a %s: %d cases with a score of %d; want at least 2", who, interval.Cases, n)
	}
	interval.Estimate = sum / by
	if b.Block == 0 {
		var err error
		if interval.Block, err = BlockLength(influence); err != nil {
			return Interval{}, err
		}
	}
	rng := rand.New(rand.NewPCG(b.Seed, 0x626f6f7473747261)) // "bootstra", so that no other use of the seed meets it
	values := make([]float64, 0, b.Resamples)
	for range b.Resamples {
		var rsum, rby, used float64
		for used == 0 { // a resample of missing cases alone says nothing
			at := 0
			for k := range n {
				if k == 0 || rng.Float64() < 1/interval.Block {
					at = rng.IntN(n)
				} else if at++; at == n {
					at = 0
				}
				if influence[at] == influence[at] {
					rsum, rby, used = rsum+first[at], rby+second[at], used+1
				}
			}
		}
		if rby*by <= 0 {
			return Interval{}, fmt.Errorf("bootstrap of a ratio: the mean of the second series is %v, and of the other sign or 0 in a resample; want one well away from 0, or take the difference",
				by/float64(interval.Cases))
		}
		values = append(values, rsum/rby)
	}
	slices.Sort(values)
	tail := (1 - b.Level) / 2
	interval.Low = stat.Quantile(tail, stat.LinInterp, values, nil)
	interval.High = stat.Quantile(1-tail, stat.LinInterp, values, nil)
	interval.SE = stat.StdDev(values, nil)
	return interval, nil
}
