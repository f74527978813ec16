package vdm

import "math"

// longestStep is the largest ratio of a step to an interval before it from which the
// step extrapolates.
const longestStep = 2

// DPMSolver3 returns the plan of the multistep method of order 3 in the family of
// [NoiseLevels.DPMSolver] over these noise levels. The probability-flow ODE in h = λ/2
// reads, with y = z/σ,
//
//	dy/dh = e^h·x̂,  so  z_s = (σ_s/σ_t)·z_t + α_s·∫₀^h e^{u−h}·x̂(u) du
//
// and x̂ is taken to be the parabola through its values at the last three points,
// whose integral is exact (an exponential Adams–Bashforth method: Hochbruck and
// Ostermann 2010, Exponential integrators; Zhang and Chen 2023, Fast sampling of
// diffusion models with exponential integrator, do the same with ε̂).
//
// The first step and the last are of order 1, and the second of order 2, which
// leaves order 3 but for what the first two cost: start where x̂ hardly changes, as
// the grid "trimmed" does. A step that is more than twice as long as the intervals that it
// would extrapolate from is of lower order too. With guidance that puts fresh noise
// into z at every step, [Replacement] and [Reconstruction] with a weight near 1,
// the stochastic [NoiseLevels.DPMSolver] (η = 1) comes nearer to the conditional distribution.
func (levels NoiseLevels) DPMSolver3() (Plan, error) {
	return levels.plan("DPM-Solver++(3M)", func(i int, t Transition) PlanStep {
		step := dpmStep(levels, i, t, 0)
		h := (t.LogSNRS - t.LogSNRT) / 2
		reach := func(back int) bool { // may the step use the estimate at the start of that interval?
			return i >= back && levels[i+1]-levels[i] <= longestStep*(levels[i-back+1]-levels[i-back])
		}
		switch {
		case levels.last(i):
		case !reach(1):
			step.X, step.PreviousX = step.X+step.PreviousX, 0
		case reach(2):
			a, b := (levels[i]-levels[i-1])/2, (levels[i]-levels[i-2])/2
			// Moments ∫₀^h e^{u−h}·u^k du, and the integrals of Lagrange's polynomials
			// at the nodes 0, −a and −b.
			m0 := -math.Expm1(-h)
			m1 := h - m0
			m2 := h*h - 2*m1
			previous := -(m2 + b*m1) / (a * (b - a))
			earlier := (m2 + a*m1) / (b * (b - a))
			alpha := Alpha(t.LogSNRS)
			step.X = alpha * (m0 - previous - earlier)
			step.PreviousX, step.EarlierX = alpha*previous, alpha*earlier
		}
		return step
	})
}
