package vdm

import "fmt"

// shortestRatio is the smallest τ_s/τ_t of an interval for which Heun takes two stages.
const shortestRatio = 0.3

// Heun returns the plan of Heun's method, of order 2, over these noise levels, for the
// probability-flow ODE in the noise-to-signal ratio τ = σ/α (Karras et al. 2022,
// Elucidating the design space, algorithm 1): with y = z/α it reads dy/dτ = (y − x̂)/τ.
// Each interval takes two evaluations, except the last, which is Euler's step (of order
// 1, with τ_s = 0).
//
// With r = τ_s/τ_t the two stages are
//
//	y′  = r·y + (1 − r)·x̂(y, τ_t)
//	y_s = r·y + (1 − r)·((1 − 1/(2r))·x̂(y, τ_t) + 1/(2r)·x̂(y′, τ_s))
//
// Where r < ½ the first weight is negative: the trapezium rule extrapolates, and
// rounding and the error of x̂ are amplified by 1/(2r). An interval with r < 0.3 is too
// long for the method and is taken by Euler's step alone, in one evaluation. (On
// Gaussian clips and 25 evaluations the limits 0.1 to 0.3 give the same distance to the
// data, ½ a larger one, and without a limit the samples are useless.)
func (levels NoiseLevels) Heun() (Plan, error) {
	euler, err := levels.DDIM(0)
	if err != nil {
		return Plan{}, fmt.Errorf("Heun: %w", err)
	}
	plan := Plan{Name: fmt.Sprintf("Heun, %d steps", levels.Steps())}
	for i, stage := range euler.Steps {
		plan.Steps = append(plan.Steps, stage)
		s, t := stage.LogSNRS, stage.LogSNRT
		r := Sigma(s) / Sigma(t) * Alpha(t) / Alpha(s)
		if levels.last(i) || r < shortestRatio {
			continue
		}
		plan.Steps = append(plan.Steps, PlanStep{
			LogSNRT: s, LogSNRS: s,
			PreviousZ: stage.Z,
			PreviousX: stage.X * (1 - 1/(2*r)),
			X:         stage.X / (2 * r),
		})
	}
	return plan, plan.Validate()
}
