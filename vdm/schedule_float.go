package vdm

import (
	"fmt"
	"math"
)

// FloatCosine is the α-cosine schedule in float32 arithmetic, in the order of operations
// of the dissertation's own program: −2·ln(tan(a + t·(b − a))) with a = arctan
// exp(−Max/2) and b = arctan exp(−Min/2) computed beforehand and rounded. Near t = 1 the
// argument of tan takes only a few float32 values below π/2, so with the bounds ±30 the
// schedule ends at λ(1) = −30.90 and jumps by 0.65 and more between its last values.
//
// It exists to repeat what that program did (faithful); [Cosine] is the correct form and
// the default everywhere.
type FloatCosine struct {
	Min, Max float64 // nominal bounds of λ; both zero means ±30
}

// Validate checks the bounds, and that float32 can represent the end of the schedule:
// below λ_min of about −33 the argument of tan rounds beyond π/2.
func (f FloatCosine) Validate() error {
	min, max := f.nominal().Bounds()
	if err := checkBounds("cosine-float32", min, max); err != nil {
		return err
	}
	if low, high := f.Bounds(); !(low < high) || math.IsInf(low, 0) || math.IsInf(high, 0) {
		return fmt.Errorf("noise schedule cosine-float32: log-SNR bounds [%v, %v] give λ(1) = %v, λ(0) = %v in float32: expected bounds that float32 can hold, such as ±30", min, max, low, high)
	}
	return nil
}

func (f FloatCosine) nominal() Cosine { return Cosine{Min: f.Min, Max: f.Max} }

// Bounds returns λ at t = 1 and at t = 0 in float32, not the nominal bounds: about
// −30.90 and 30 for ±30.
func (f FloatCosine) Bounds() (min, max float64) { return f.LogSNR(1), f.LogSNR(0) }

// LogSNR returns λ at time t in float32. Each conversion rounds, and keeps
// compilers from fusing a product and a sum.
func (f FloatCosine) LogSNR(t float64) float64 {
	if !(t >= 0 && t <= 1) {
		return math.NaN()
	}
	min, max := f.nominal().Bounds()
	a, b := math.Atan(math.Exp(-max/2)), math.Atan(math.Exp(-min/2))
	psi := float32(float32(float32(t)*float32(b-a)) + float32(a))
	tan := float32(math.Tan(float64(psi)))
	return float64(-2 * float32(math.Log(float64(tan))))
}

// Time returns the time at which the exact schedule of the nominal bounds has
// λ: the rounded one is a staircase near t = 1 and has no inverse there.
func (f FloatCosine) Time(logSNR float64) float64 { return f.nominal().Time(logSNR) }

// Density returns (2.58) with the constants of the nominal bounds, between the bounds
// that float32 gives. Its integral differs from 1 by less than 1e-6.
func (f FloatCosine) Density(logSNR float64) float64 {
	min, max := f.Bounds()
	if logSNR < min || logSNR > max {
		return 0
	}
	return f.nominal().density(logSNR)
}

// DensitySlope returns dp_Λ/dλ, the derivative of Density.
func (f FloatCosine) DensitySlope(logSNR float64) float64 {
	return -math.Tanh(logSNR/2) / 2 * f.Density(logSNR)
}

// String describes the schedule.
func (f FloatCosine) String() string {
	min, max := f.Bounds()
	return fmt.Sprintf("cosine in float32, λ in [%.2f, %.2f]", min, max)
}
