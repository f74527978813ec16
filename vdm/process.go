package vdm

import (
	"fmt"
	"math"
)

// Transition is the Gaussian algebra of one step between the noise levels λ_t (noisier)
// and λ_s (cleaner, λ_s ≥ λ_t): forward from z_s to z_t, and back to z_s given z_t and
// x.
//
//	q(z_t | z_s)    = N(Alpha·z_s, Sigma²)            (2.42)
//	q(z_s | z_t, x) = N(MeanZ·z_t + MeanX·x, Lower²)  (2.48–2.51)
//
// All numbers are computed on the host in float64. Upper is the other bound of the
// reverse step's standard deviation: exact for standard normal data, where Lower is
// exact for data that are one point (Ho et al. 2020, section 3.2).
type Transition struct {
	LogSNRT, LogSNRS float64 // λ_t ≤ λ_s

	Alpha float64 // α_{t|s} = α_t/α_s
	Sigma float64 // σ_{t|s}, with σ²_{t|s} = σ_t² − α²_{t|s}·σ_s²

	MeanZ float64 // α_{t|s}·σ_s²/σ_t²  (2.50)
	MeanX float64 // α_s·σ²_{t|s}/σ_t²  (2.50)

	Lower float64 // σ̃_{s|t} = σ_{t|s}·σ_s/σ_t (2.51)
	Upper float64 // σ_{t|s}
}

// NewTransition returns the step between λ_t and λ_s. It panics unless λ_t ≤ λ_s with
// λ_t < +∞ and λ_s > −∞; λ_s = +∞ is the step to clean data.
//
// The differences in (2.42) and (2.50) cancel at both ends of the schedule. With u = λ_t
// − λ_s ≤ 0 they are exact products (Kingma et al. 2021, Variational Diffusion Models,
// appendix A.4):
//
//	σ²_{t|s} = −expm1(u)·σ_t²,  MeanX = −expm1(u)·α_s,  MeanZ = exp(u/2)·σ_s/σ_t
func NewTransition(logSNRT, logSNRS float64) Transition {
	if !(logSNRT <= logSNRS) || math.IsInf(logSNRT, 1) || math.IsInf(logSNRS, -1) {
		panic(fmt.Sprintf("vdm: transition from λ_t = %v to λ_s = %v: expected λ_t ≤ λ_s (s is the cleaner level)", logSNRT, logSNRS))
	}
	u := logSNRT - logSNRS
	gain := -math.Expm1(u) // 1 − exp(λ_t − λ_s), in [0, 1]
	alphaS, sigmaS, sigmaT := Alpha(logSNRS), Sigma(logSNRS), Sigma(logSNRT)
	sigma := sigmaT * math.Sqrt(gain)
	return Transition{
		LogSNRT: logSNRT, LogSNRS: logSNRS,
		Alpha: Alpha(logSNRT) / alphaS,
		Sigma: sigma,
		MeanZ: math.Exp(u/2) * sigmaS / sigmaT,
		MeanX: alphaS * gain,
		Lower: sigmaS * math.Sqrt(gain),
		Upper: sigma,
	}
}
