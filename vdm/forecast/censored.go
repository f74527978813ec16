package forecast

import "math"

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
