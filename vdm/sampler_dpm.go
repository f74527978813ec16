package vdm

import (
	"fmt"
	"math"
)

// DPMSolver returns the plan of DPM-Solver++(2M) over these noise levels, a multistep
// method of order 2 for the probability-flow ODE (Lu et al. 2022, DPM-Solver++, algorithm 2), and with
// eta > 0 the same for the family of stochastic equations with the same
// marginals; eta = 1 is the reverse SDE, SDE-DPM-Solver++(2M) of the same paper
// (section 5). With h = (λ_s − λ_t)/2, r the ratio of the step before to this
// one and k = (1 + η²)·h,
//
//	z_s = (σ_s/σ_t)·exp(−η²h)·z_t + α_s·(1 − exp(−k))·(x̂ + (x̂ − x̂₋₁)/(2r))
//	      + σ_s·√(1 − exp(−2η²h))·n
//
// The first step has no step before it and the last one may be far longer than
// that (a schedule cut at λ_max): both are of order 1, as the authors advise for
// few steps. The last step adds no noise. On Gaussian data the mean and variance
// of the stochastic form converge with order 2 as well.
func (levels NoiseLevels) DPMSolver(eta float64) (Plan, error) {
	if !(eta >= 0) || math.IsInf(eta, 1) {
		return Plan{}, fmt.Errorf("DPM-Solver++(2M): η is %v, want a finite number of at least 0 (0 is deterministic)", eta)
	}
	name := "DPM-Solver++(2M)"
	if eta > 0 {
		name = fmt.Sprintf("SDE-DPM-Solver++(2M), η = %g", eta)
	}
	return levels.plan(name, func(i int, t Transition) PlanStep {
		return dpmStep(levels, i, t, eta)
	})
}

// dpmStep returns the step over interval i.
func dpmStep(levels NoiseLevels, i int, t Transition, eta float64) PlanStep {
	h := (t.LogSNRS - t.LogSNRT) / 2
	churn := eta * eta
	gain := -Alpha(t.LogSNRS) * math.Expm1(-(1+churn)*h)
	step := PlanStep{Z: Sigma(t.LogSNRS) / Sigma(t.LogSNRT) * math.Exp(-churn*h), X: gain}
	if levels.last(i) {
		return step
	}
	step.Noise = Sigma(t.LogSNRS) * math.Sqrt(-math.Expm1(-2*churn*h))
	if i > 0 {
		change := gain * (levels[i+1] - levels[i]) / (2 * (levels[i] - levels[i-1]))
		step.X += change
		step.PreviousX = -change
	}
	return step
}
