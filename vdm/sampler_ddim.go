package vdm

import (
	"fmt"
	"math"
)

// DDIM returns the plan of denoising diffusion implicit models over these noise levels
// (Song, Meng and Ermon 2021, equations 12 and 16): with ε̂ = (z − α_t·x̂)/σ_t,
//
//	z_s = α_s·x̂ + √(σ_s² − η²·σ̃²)·ε̂ + η·σ̃·n,  σ̃ = σ̃_{s|t} (2.51)
//
// eta = 0 is deterministic and of order 1: Euler's method for the probability-flow ODE
// in τ = σ/α, exact where x̂ does not change. eta = 1 is [NoiseLevels.Ancestral] with
// the lower bound. The last step adds no noise.
func (levels NoiseLevels) DDIM(eta float64) (Plan, error) {
	if !(eta >= 0 && eta <= 1) {
		return Plan{}, fmt.Errorf("DDIM: η is %v, want 0 (deterministic) to 1 (ancestral)", eta)
	}
	return levels.plan(fmt.Sprintf("DDIM, η = %g", eta), func(i int, t Transition) PlanStep {
		sigmaS, sigmaT := Sigma(t.LogSNRS), Sigma(t.LogSNRT)
		// σ_s² − η²σ̃² = σ_s²·(1 − η²·(1 − exp(λ_t − λ_s))), without cancellation.
		z := sigmaS * math.Sqrt((1-eta*eta)+eta*eta*math.Exp(t.LogSNRT-t.LogSNRS)) / sigmaT
		noise := eta * t.Lower
		if levels.last(i) {
			noise = 0
		}
		return PlanStep{Z: z, X: Alpha(t.LogSNRS) - Alpha(t.LogSNRT)*z, Noise: noise}
	})
}
