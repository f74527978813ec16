package vdm

import "math"

// EulerMaruyama returns the plan of the Euler–Maruyama method for the reverse SDE (2.44)
// over these noise levels,
//
//	dz = (½·z + ∇log q(z))·db + √db·n,  b = ∫ β(t) dt = log(α_s²/α_t²)
//
// run backwards in the variance clock b in which the forward process has β = 1, so that
// the size of a step depends on λ_t and λ_s alone. It is of weak order 1 and the
// simplest of the samplers: the others are compared with it. Where steps are long in b,
// as at the noisy end of a truncated cosine schedule, it overshoots. The last step adds
// no noise.
func (levels NoiseLevels) EulerMaruyama() (Plan, error) {
	return levels.plan("Euler–Maruyama", func(i int, t Transition) PlanStep {
		b := -2 * math.Log(t.Alpha)
		sigma := Sigma(t.LogSNRT)
		pull := b / (sigma * sigma) // score = (α_t·x̂ − z)/σ_t²
		step := PlanStep{Z: 1 + b/2 - pull, X: pull * Alpha(t.LogSNRT), Noise: math.Sqrt(b)}
		if levels.last(i) {
			step.Noise = 0
		}
		return step
	})
}
