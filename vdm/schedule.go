package vdm

import (
	"fmt"
	"math"
)

// Schedule is a noise schedule: a strictly decreasing map from the time
// t ∈ [0, 1] to the log signal-to-noise ratio λ ∈ [λ_min, λ_max], with the
// density of λ that a uniform t gives. All of it is host arithmetic in float64.
type Schedule interface {
	// LogSNR returns λ = f_λ(t) (2.53), and NaN for t outside [0, 1].
	LogSNR(t float64) float64
	// Time returns t = f_λ⁻¹(λ): 0 at and above λ_max, 1 at and below λ_min. It is
	// the probability that a drawn λ is larger than the given one.
	Time(logSNR float64) float64
	// Density returns p_Λ(λ) = −dt/dλ (2.58), per unit of λ. It is 0 outside the bounds,
	// and its integral between them is 1.
	Density(logSNR float64) float64
	// DensitySlope returns dp_Λ/dλ between the bounds and 0 outside.
	DensitySlope(logSNR float64) float64
	// Bounds returns λ_min = f_λ(1) and λ_max = f_λ(0).
	Bounds() (min, max float64)
	// String describes the schedule in a line, with its bounds.
	String() string
}

// These are the bounds of λ in the dissertation, used where a schedule's Min and Max are
// both zero.
const (
	DefaultMinLogSNR = -30.0
	DefaultMaxLogSNR = +30.0
)

// maxAbsLogSNR keeps exp(±λ) finite in float64.
const maxAbsLogSNR = 700.0

// Alpha returns α = √S(λ), the share of the signal (2.56). It keeps its relative
// accuracy however small it is (α ≈ exp(λ/2) as λ → −∞).
func Alpha(logSNR float64) float64 {
	if logSNR < 0 {
		return math.Exp(logSNR/2) / math.Sqrt(1+math.Exp(logSNR))
	}
	return 1 / math.Sqrt(1+math.Exp(-logSNR))
}

// Sigma returns σ = √S(−λ), the share of the noise (2.57), with full relative
// accuracy at both ends as [Alpha].
func Sigma(logSNR float64) float64 { return Alpha(-logSNR) }

// logistic returns the sigmoid S(y), without overflow.
func logistic(y float64) float64 {
	if y < 0 {
		e := math.Exp(y)
		return e / (1 + e)
	}
	return 1 / (1 + math.Exp(-y))
}

// boundsOrDefault returns the bounds, or ±30 where both are zero.
func boundsOrDefault(min, max float64) (float64, float64) {
	if min == 0 && max == 0 {
		return DefaultMinLogSNR, DefaultMaxLogSNR
	}
	return min, max
}

// checkBounds refuses bounds that no schedule can have.
func checkBounds(name string, min, max float64) error {
	switch {
	case !(math.Abs(min) <= maxAbsLogSNR) || !(math.Abs(max) <= maxAbsLogSNR): // true for NaN also
		return fmt.Errorf("noise schedule %s: log-SNR bounds [%v, %v]: expected each within ±%v", name, min, max, maxAbsLogSNR)
	case min >= max:
		return fmt.Errorf("noise schedule %s: log-SNR bounds [%v, %v]: expected min below max", name, min, max)
	}
	return nil
}
