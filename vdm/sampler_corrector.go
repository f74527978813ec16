package vdm

import (
	"fmt"
	"math"
)

// defaultCorrectorSNR is a common choice of the ratio r of Langevin steps. It was not
// tuned for this process.
const defaultCorrectorSNR = 0.16

// PredictorCorrector returns the plan of [NoiseLevels.Ancestral] (lower bound) in which
// a number of corrections, steps of Langevin dynamics at the noise level just reached,
// follow every step but the last (Song et al. 2021, Score-based generative modelling,
// algorithm 3 and 5):
//
//	z ← z + δ·∇log q(z) + √(2δ)·n,  δ = 2·(ratio·σ_s)²
//
// The paper has δ = 2·α·(r·‖n‖/‖∇log q‖)² with the norms of each draw. Here α is left
// out and the norm of the score is taken as ‖n‖/σ_s, the largest mean-square value for
// any data (the Fisher information of z is at most the information of its noise), so
// that a step is linear and independent of the other members. On Gaussian data the steps
// keep the mean and make the variance v = α²c + σ² too large by the share r²σ²/(v −
// r²σ²), at most r²/(1 − r²).
func (levels NoiseLevels) PredictorCorrector(corrections int, ratio float64) (Plan, error) {
	if corrections < 1 || !(ratio > 0 && ratio < 1) {
		return Plan{}, fmt.Errorf("predictor–corrector: %d corrections with ratio %v: want at least 1, and a ratio between 0 and 1", corrections, ratio)
	}
	predictor, err := levels.Ancestral(LowerBound)
	if err != nil {
		return Plan{}, fmt.Errorf("predictor–corrector: %w", err)
	}
	plan := Plan{Name: fmt.Sprintf("predictor–corrector, %d steps with %d corrections", levels.Steps(), corrections)}
	for i, step := range predictor.Steps {
		plan.Steps = append(plan.Steps, step)
		if levels.last(i) {
			break
		}
		for range corrections {
			plan.Steps = append(plan.Steps, langevin(step.LogSNRS, ratio))
		}
	}
	return plan, plan.Validate()
}

// langevin returns one step of Langevin dynamics at λ. With the score (α·x̂ − z)/σ² and
// δ = 2·(ratio·σ)², δ/σ² does not depend on λ.
func langevin(logSNR, ratio float64) PlanStep {
	pull := 2 * ratio * ratio
	return PlanStep{
		LogSNRT: logSNR, LogSNRS: logSNR,
		Z: 1 - pull, X: pull * Alpha(logSNR), Noise: math.Sqrt(2*pull) * Sigma(logSNR),
	}
}
