package vdm

import (
	"fmt"
	"math"
)

// VelocityWeighting is the weighting that makes L_w the mean squared error of v̂ under a
// schedule, E_{λ∼p_Λ}‖v − v̂‖² (2.61), its prior term aside.
//
// For the same z, ε = σz + αv, so ε − ε̂ = α(v − v̂) and ‖v − v̂‖² = (1 + exp(−λ))·‖ε −
// ε̂‖². With the ½ of (2.77),
//
//	w(λ) = 2·p_Λ(λ)·(1 + exp(−λ))
//	−w′(λ) = 2·p_Λ(λ)·exp(−λ) − 2·p′_Λ(λ)·(1 + exp(−λ))
//
// which for the unshifted cosine schedule is
//
//	w(λ) = 2/(π(t₁ − t₀))·exp(−λ/2),   −w′(λ) = 1/(π(t₁ − t₀))·exp(−λ/2)
//
// The draft prints (2.85) and (2.86) with 1/(2π(t₁ − t₀)) and 1/(4π(t₁ − t₀)): a quarter
// of these. One factor 2 comes from the ½ of (2.77), the other from sech(λ/2)·(1 +
// exp(−λ)) = 2·exp(−λ/2). The shape is the same, so only the value of L_w and the
// balance with its prior term depend on it.
//
// Both functions are zero outside the bounds of the schedule.
type VelocityWeighting struct {
	Schedule Schedule // nil means Cosine{}
}

// W returns w(λ), the corrected (2.85).
func (v VelocityWeighting) W(logSNR float64) float64 {
	return 2 * scheduleOrDefault(v.Schedule).Density(logSNR) * (1 + math.Exp(-logSNR))
}

// NegDW returns −w′(λ), the corrected (2.86).
func (v VelocityWeighting) NegDW(logSNR float64) float64 {
	s, e := scheduleOrDefault(v.Schedule), math.Exp(-logSNR)
	return 2*s.Density(logSNR)*e - 2*s.DensitySlope(logSNR)*(1+e)
}

// String describes the weighting.
func (v VelocityWeighting) String() string {
	return fmt.Sprintf("v, under the schedule %v", scheduleOrDefault(v.Schedule))
}

const defaultGamma = 5

// MinSNR is the min-SNR-γ weighting (Hang et al. 2023): under a schedule, the squared
// error of x̂ counts min(SNR, γ) with SNR = exp(λ). As ‖x − x̂‖² = exp(−λ)·‖ε − ε̂‖²,
//
//	w(λ) = 2·p_Λ(λ)·min(1, γ·exp(−λ))
//
// It is not monotonic: below λ = 0 it rises with the density of a cosine schedule. At
// the kink λ = ln γ, −w′ is the one-sided derivative from above. Both functions are zero
// outside the bounds of the schedule.
type MinSNR struct {
	Gamma    float64  // 0 means 5
	Schedule Schedule // nil means Cosine{}
}

func (m MinSNR) gamma() float64 {
	if m.Gamma == 0 {
		return defaultGamma
	}
	return m.Gamma
}

// W returns w(λ) of the formula above.
func (m MinSNR) W(logSNR float64) float64 {
	return 2 * scheduleOrDefault(m.Schedule).Density(logSNR) * math.Min(1, m.gamma()*math.Exp(-logSNR))
}

// NegDW returns −w′(λ), the negative derivative of W.
func (m MinSNR) NegDW(logSNR float64) float64 {
	s := scheduleOrDefault(m.Schedule)
	if logSNR < math.Log(m.gamma()) {
		return -2 * s.DensitySlope(logSNR)
	}
	return 2 * m.gamma() * math.Exp(-logSNR) * (s.Density(logSNR) - s.DensitySlope(logSNR))
}

// String describes the weighting.
func (m MinSNR) String() string {
	return fmt.Sprintf("min-snr, gamma %g, under the schedule %v", m.gamma(), scheduleOrDefault(m.Schedule))
}

func scheduleOrDefault(s Schedule) Schedule {
	if s == nil {
		return Cosine{}
	}
	return s
}
