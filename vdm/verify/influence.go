package verify

import "math"

// Influence returns, for a score that is a function of sums over cases, a series with a
// value of each case whose mean is the score and for which [MeanInterval] and
// [DifferenceInterval] give the score's interval. Use it for scores that are no mean over
// cases, as the CSI, a ratio of counts, or the FSS. parts has the sums of each case, nil
// where a case has none; figure computes the score from sums.
//
// The values are the jackknife's pseudo-values n·θ − (n − 1)·θ₋ᵢ (Tukey 1958, Annals of
// Mathematical Statistics 29, 614; Efron and Tibshirani 1993, An Introduction to the
// Bootstrap, chapter 11), moved by the same amount so that their mean is θ: the score's
// change where case i counts more or less, to first order. Blocks of them resample what
// neighbouring cases have in common, as for means.
//
// A value is NaN where a case has no sums. The series is nil where fewer than two cases
// have any, and where the score does not exist or would not exist without one of the cases:
// it has no interval then. Intervals at 95 % contained the CSI of simulated cases, 4000
// series each, skewed in their number of events (exponentials of normal variables) and with
// a correlation of 0 and 0.5 between neighbours, in these shares:
//
//	cases    independent    0.5
//	   10           0.90   0.78
//	   20           0.91   0.80
//	   50           0.92   0.85
//	  200           0.94   0.90
//
// So the names that [IntervalName] gives, which go by means of skewed scores, hold for it.
func Influence(parts [][]float64, figure func(sums []float64) float64) []float64 {
	var total []float64
	n := 0.0
	for _, p := range parts {
		if p == nil {
			continue
		}
		if n++; total == nil {
			total = make([]float64, len(p))
		}
		for k, v := range p {
			total[k] += v
		}
	}
	if n < 2 {
		return nil
	}
	score := figure(total)
	series, without, mean := make([]float64, len(parts)), make([]float64, len(total)), 0.0
	for i, p := range parts {
		if p == nil {
			series[i] = math.NaN()
			continue
		}
		for k, v := range p {
			without[k] = total[k] - v
		}
		series[i] = n*score - (n-1)*figure(without)
		if math.IsNaN(series[i]) || math.IsInf(series[i], 0) {
			return nil
		}
		mean += series[i] / n
	}
	for i := range series {
		series[i] += score - mean
	}
	return series
}
