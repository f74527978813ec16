package vdm

import (
	"fmt"
	"math"
)

// LinearLogSNR is linear in λ: λ(t) = Max + t·(Min − Max), so that λ is uniform
// when t is (Kingma et al. 2021, Variational Diffusion Models, the fixed linear
// schedule). The zero value has the bounds ±30.
type LinearLogSNR struct {
	Min, Max float64 // bounds of λ; both zero means ±30
}

// Validate refuses bounds that are not increasing or too large.
func (l LinearLogSNR) Validate() error {
	min, max := l.Bounds()
	return checkBounds("linear", min, max)
}

// Bounds returns the bounds of λ.
func (l LinearLogSNR) Bounds() (min, max float64) { return boundsOrDefault(l.Min, l.Max) }

// LogSNR returns λ at time t.
func (l LinearLogSNR) LogSNR(t float64) float64 {
	if !(t >= 0 && t <= 1) {
		return math.NaN()
	}
	min, max := l.Bounds()
	return math.Max(min, math.Min(max, (1-t)*max+t*min))
}

// Time returns t at λ, the inverse of LogSNR.
func (l LinearLogSNR) Time(logSNR float64) float64 {
	min, max := l.Bounds()
	return math.Max(0, math.Min(1, (max-logSNR)/(max-min)))
}

// Density returns p_Λ(λ) = 1/(Max − Min).
func (l LinearLogSNR) Density(logSNR float64) float64 {
	min, max := l.Bounds()
	if logSNR < min || logSNR > max {
		return 0
	}
	return 1 / (max - min)
}

// DensitySlope returns 0: the density is flat.
func (l LinearLogSNR) DensitySlope(float64) float64 { return 0 }

// String describes the schedule.
func (l LinearLogSNR) String() string {
	min, max := l.Bounds()
	return fmt.Sprintf("linear, λ in [%g, %g]", min, max)
}
