package dissertation

import (
	"fmt"
	"math"
)

// LinearBeta is the noise schedule of Ho et al. 2020 (Denoising Diffusion Probabilistic
// Models) in continuous time, as Song et al. 2021 (Score-Based Generative Modeling
// through SDEs, appendix B) write it: the rate of the forward process is β(u) = 0.1 +
// 19.9·u, so that λ = −log(exp B − 1) with B(u) = 0.1·u + 9.95·u². The time runs evenly
// from u = 1e-4, where λ = 11.5, to u = 1, where λ = −10.05. The α-cosine schedule was
// made to replace it; it implements vdm.Schedule.
type LinearBeta struct{}

const (
	betaMin, betaMax = 0.1, 20.0
	betaStart        = 1e-4
)

func (LinearBeta) logSNR(u float64) float64 {
	return -math.Log(math.Expm1(betaMin*u + (betaMax-betaMin)/2*u*u))
}

// LogSNR returns λ at time t.
func (b LinearBeta) LogSNR(t float64) float64 {
	if !(t >= 0 && t <= 1) {
		return math.NaN()
	}
	return b.logSNR((1-t)*betaStart + t)
}

// Bounds returns λ(1) and λ(0).
func (b LinearBeta) Bounds() (min, max float64) { return b.logSNR(1), b.logSNR(betaStart) }

// Time returns t at λ: the root of B(u) = log(1 + exp −λ).
func (b LinearBeta) Time(logSNR float64) float64 {
	target, half := math.Log1p(math.Exp(-logSNR)), (betaMax-betaMin)/2
	u := 2 * target / (betaMin + math.Sqrt(betaMin*betaMin+4*half*target))
	return math.Max(0, math.Min(1, (u-betaStart)/(1-betaStart)))
}

// Density returns p_Λ(λ) = −dt/dλ between the bounds and 0 outside.
func (b LinearBeta) Density(logSNR float64) float64 {
	if min, max := b.Bounds(); logSNR < min || logSNR > max {
		return 0
	}
	beta, sigmaSquared := b.beta(logSNR)
	return sigmaSquared / (beta * (1 - betaStart))
}

// DensitySlope returns dp_Λ/dλ between the bounds and 0 outside.
func (b LinearBeta) DensitySlope(logSNR float64) float64 {
	beta, sigmaSquared := b.beta(logSNR)
	// d log σ²/dλ = −α² and dβ/dλ = β′·du/dλ = −19.9·σ²/β.
	return b.Density(logSNR) * (sigmaSquared - 1 + (betaMax-betaMin)*sigmaSquared/(beta*beta))
}

// beta returns the forward process's rate at λ, per unit of u, and σ².
func (b LinearBeta) beta(logSNR float64) (beta, sigmaSquared float64) {
	u := b.Time(logSNR)*(1-betaStart) + betaStart
	return betaMin + (betaMax-betaMin)*u, 1 / (1 + math.Exp(logSNR))
}

// String describes the schedule.
func (b LinearBeta) String() string {
	min, max := b.Bounds()
	return fmt.Sprintf("linear β, λ in [%.2f, %.2f]", min, max)
}
