package exercise

import (
	"fmt"
	"math"
)

// ensembles are the truth and then the members of a forecast, in mm/h.
var ensembles = [][]float64{{1, 0, 2, 5}, {0, 0, 0, 0.4, 3}, {4, 1, 1.5}, {2.5, 2.5, 2.5, 2.5}, {0.3, 7, 0, 0.2, 1, 2}}

func ensemblePoint(in []float64) string {
	return fmt.Sprintf("members %g and truth %g", in[1:], in[0])
}

func membersAndTruth(written func(members []float64, truth float64) float64) answer {
	return one(func(in []float64) float64 { return written(in[1:], in[0]) })
}

// distances returns the mean distance of the members from the truth, and the sum of the
// distances of all pairs of members, each pair twice.
func distances(members []float64, truth float64) (error, pairs float64) {
	for _, x := range members {
		error += math.Abs(x-truth) / float64(len(members))
		for _, y := range members {
			pairs += math.Abs(x - y)
		}
	}
	return error, pairs
}

// crpsBy returns an answer that takes a multiple of the mean distance between m members,
// over all pairs or those of different members.
func crpsBy(share float64, different bool) answer {
	return membersAndTruth(func(members []float64, truth float64) float64 {
		e, pairs := distances(members, truth)
		m := float64(len(members))
		if different {
			return e - share*pairs/(m*(m-1))
		}
		return e - share*pairs/(m*m)
	})
}

// CRPS checks the continuous ranked probability score of an ensemble: the mean distance
// of members and truth, less half the mean distance of two members.
func CRPS(written func(members []float64, truth float64) float64) Verdict {
	return question{
		name: "The CRPS", inputs: ensembles, point: ensemblePoint, right: crpsBy(0.5, false),
		praise: "Of one member it is the absolute error.",
		mistakes: []mistake{
			{crpsBy(0, false), "This is the mean absolute error of the members: nothing rewards members that differ. Half of their mean distance is to be subtracted."},
			{crpsBy(1, false), "The mean distance of two members counts half."},
			{crpsBy(0.5, true), "This is the fair CRPS, with the m(m − 1) pairs of different members. Here all m² pairs are asked for."},
			{crpsBy(0.25, false), "Each pair is counted once here, and then halved again: of all m² ordered pairs the mean distance counts half."},
			{membersAndTruth(func(members []float64, truth float64) float64 {
				mean := 0.0
				for _, x := range members {
					mean += x / float64(len(members))
				}
				return math.Abs(mean - truth)
			}), "This is the absolute error of the ensemble's mean: the distribution is not used."},
		},
	}.check(membersAndTruth(written))
}

// FairCRPS checks the CRPS that does not depend on the number of members (Ferro 2014).
func FairCRPS(written func(members []float64, truth float64) float64) Verdict {
	return question{
		name: "The fair CRPS", inputs: ensembles, point: ensemblePoint, right: crpsBy(0.5, true),
		praise: "It expects what an endless ensemble from the same distribution would score, and can be negative.",
		mistakes: []mistake{
			{crpsBy(0.5, false), "This is the plain CRPS: a member's distance from itself, 0, is among its pairs, so that few members look too much alike."},
			{crpsBy(1, true), "The mean distance of two different members counts half."},
			{crpsBy(0, false), "This is the mean absolute error of the members; half the mean distance of two different members is to be subtracted."},
		},
	}.check(membersAndTruth(written))
}

// Brier checks the Brier score of the forecast that at least a threshold is reached, the
// probability being the share of members.
func Brier(written func(members []float64, truth, threshold float64) float64) Verdict {
	score := func(reached func(x, threshold float64) bool, penalty func(difference float64) float64) answer {
		return one(func(in []float64) float64 {
			threshold, truth, members := in[0], in[1], in[2:]
			share, event := 0.0, 0.0
			for _, x := range members {
				if reached(x, threshold) {
					share += 1 / float64(len(members))
				}
			}
			if reached(truth, threshold) {
				event = 1
			}
			return penalty(share - event)
		})
	}
	atLeast := func(x, threshold float64) bool { return x >= threshold }
	square := func(d float64) float64 { return d * d }
	return question{
		name:   "The Brier score",
		inputs: [][]float64{{1, 1, 0, 2, 5}, {1, 0, 1, 0, 0.4, 3}, {2, 4, 1, 1.5}, {0.5, 0.3, 7, 0, 0.2, 1, 2}},
		point: func(in []float64) string {
			return fmt.Sprintf("threshold %g, truth %g, members %g", in[0], in[1], in[2:])
		},
		right:  score(atLeast, square),
		praise: "0 is perfect, and always forecasting one half scores 0.25.",
		mistakes: []mistake{
			{score(func(x, threshold float64) bool { return x > threshold }, square), "A value equal to the threshold reaches it: ≥, not >."},
			{score(atLeast, math.Abs), "The difference of probability and event is squared: its absolute value rewards forecasts of 0 and 1 that one does not believe."},
		},
	}.check(func(in []float64) []float64 { return []float64{written(in[2:], in[1], in[0])} })
}

// SpreadOverError checks the ratio of spread and error over several forecasts: the root
// of (m+1)/m times the mean variance of m members (divisor m − 1), over the root mean
// square error of their mean (Fortin et al. 2014).
func SpreadOverError(written func(members [][]float64, truth []float64) float64) Verdict {
	ratio := func(f func(members [][]float64, truth []float64) float64) answer {
		return one(func(in []float64) float64 {
			m := int(in[0])
			var members [][]float64
			var truth []float64
			for rest := in[1:]; len(rest) > 0; rest = rest[m+1:] {
				truth, members = append(truth, rest[0]), append(members, rest[1:m+1])
			}
			return f(members, truth)
		})
	}
	with := func(divisor func(m float64) float64, factor func(m float64) float64, ofRoots bool) answer {
		return ratio(func(members [][]float64, truth []float64) float64 {
			var spread, squares float64
			n, m := float64(len(truth)), float64(len(members[0]))
			for i, x := range members {
				mean, variance := 0.0, 0.0
				for _, v := range x {
					mean += v / m
				}
				for _, v := range x {
					variance += (v - mean) * (v - mean) / divisor(m)
				}
				if ofRoots {
					variance = math.Sqrt(variance)
				}
				spread += variance / n
				squares += (mean - truth[i]) * (mean - truth[i]) / n
			}
			if !ofRoots {
				spread = math.Sqrt(spread)
			}
			return math.Sqrt(factor(m)) * spread / math.Sqrt(squares)
		})
	}
	sample, all := func(m float64) float64 { return m - 1 }, func(m float64) float64 { return m }
	few, none := func(m float64) float64 { return (m + 1) / m }, func(float64) float64 { return 1 }
	return question{
		name:   "Spread over error",
		inputs: [][]float64{{3, 1, 0, 2, 5, 0, 0.5, 0.1, 3, 2, 4, 1, 2}, {2, 0, 1, 0.4, 3, 2, 6}, {4, 2, 1, 1, 3, 2, 0, 0, 1, 0, 1}},
		point: func(in []float64) string {
			return fmt.Sprintf("%d forecasts of %d members", (len(in)-1)/(int(in[0])+1), int(in[0]))
		},
		right:  with(sample, few, false),
		praise: "It is 1 where the truth could be one of the members.",
		mistakes: []mistake{
			{with(sample, none, false), "The mean of m members errs by more than their spread, even of a perfect ensemble, since the truth is one more draw: the factor √((m + 1)/m) is missing."},
			{with(all, few, false), "The variance of a sample has the divisor m − 1."},
			{with(all, none, false), "The variance of a sample has the divisor m − 1, and the factor √((m + 1)/m) is missing."},
			{with(sample, few, true), "Standard deviations are averaged here. Average the variances over the forecasts, and take the root at the end."},
		},
	}.check(ratio(written))
}
