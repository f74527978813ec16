package forecast

import (
	"math"
	"slices"
)

// memory returns the autoregression of each mode, estimated from pairs of known frames
// near the gap of which the earlier was moved to the time of the later. Of all pairs
// those least frames apart are used, and a correlation over n frames counts as the nth
// power of the one over one frame.
func (sim *simulation) memory(order2 bool) autoregression {
	c := newCascade(sim.fft, max(sim.s.h, sim.s.w))
	var known []int
	near := 0
	for f, frame := range sim.s.frames {
		if frame != nil {
			if f <= sim.g.left {
				near = len(known)
			}
			known = append(known, f)
		}
	}
	first, last := max(near-pairsAside, 0), min(near+pairsAside, len(known)-1)
	known = known[first : last+1]
	lag := math.MaxInt
	for i := 1; i < len(known); i++ {
		lag = min(lag, known[i]-known[i-1])
	}
	wet := uncensored(sim.dryShare(known))
	process := func(lag int, frames float64) []float64 {
		all := sim.correlations(c, known, lag)
		for j := range all {
			all[j] = math.Pow(max(all[j], 0), wet/frames)
		}
		return all
	}
	lag1 := process(lag, float64(lag))
	if !order2 {
		return yuleWalker(c, lag1, nil)
	}
	return yuleWalker(c, lag1, process(2, 1))
}

// dryShare returns the share of the inside cells of known frames that are dry.
func (sim *simulation) dryShare(known []int) float64 {
	dry, n := 0.0, 0.0
	for _, f := range known {
		for i, rate := range sim.s.frames[f] {
			if sim.s.inside[i] {
				n++
				if rate < dryBelow {
					dry++
				}
			}
		}
	}
	return dry / n
}

// uncensored returns the power to which the correlation of censored Gaussian variables
// must be raised to become the correlation of the variables themselves, where a share of
// them is censored from below. Rain is such a variable: a dry cell says only that the
// process is below the threshold, and its decibels, held there, correlate less from frame
// to frame than the process does. For correlations r of the censored variables and ρ of
// the others near one, 1 − r = (1 − ρ)(1 − share)/V with V the variance of the standard
// normal variable censored at the quantile of the share; so the power is V/(1 − share). At
// a share of a half it is 0.68, and what holds exactly there at ρ = 0.8 is 0.76.
func uncensored(share float64) float64 {
	share = min(share, 0.99)
	if share <= 0 {
		return 1
	}
	t := math.Sqrt2 * math.Erfinv(2*share-1)
	density := math.Exp(-t*t/2) / math.Sqrt(2*math.Pi)
	mean, square := t*share+density, t*t*share+(1-share)+t*density
	return (square - mean*mean) / (1 - share)
}

// correlations returns the correlations of the levels over pairs of known frames that
// are lag frames apart; nil where there is none.
func (sim *simulation) correlations(c *cascade, known []int, lag int) []float64 {
	sums, any := newCoherence(c.levels), false
	for _, b := range known {
		if !slices.Contains(known, b-lag) {
			continue
		}
		moved := newTrack(sim.s, sim.v)
		moved.advance(-lag)
		taper := sim.taper(func(i int) bool { return moved.ended[i] })
		sums.add(c, sim.coefficients(moved.look(sim.decibels(b-lag)), taper), sim.coefficients(sim.decibels(b), taper))
		any = true
	}
	if !any {
		return nil
	}
	return sums.value()
}
