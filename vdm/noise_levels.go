package vdm

import (
	"fmt"
	"math"
)

// NoiseLevels are the log signal-to-noise ratios λ between which a sampler takes its
// steps, in increasing order from λ_min (noise) to λ_max (data): n+1 points for n steps.
// Each sampler is a method that returns its [Plan] over them; [NewNoiseLevels] places
// them by a named rule.
type NoiseLevels []float64

// UniformTime returns noise levels at uniform steps in t, from t = 1 down to t = 0
// (2.45). With fewer than one step the result is nil, which every sampler refuses.
func UniformTime(s Schedule, steps int) NoiseLevels {
	low, high := s.Bounds()
	return levelsAt(low, high, steps, func(u float64) float64 { return s.LogSNR(1 - u) })
}

// uniformLogSNR returns levels at uniform steps in λ, whatever the schedule was in
// training (Lu et al. 2022, DPM-Solver, section 3.4).
func uniformLogSNR(s Schedule, steps int) NoiseLevels {
	low, high := s.Bounds()
	return uniform(low, high, steps)
}

func uniform(low, high float64, steps int) NoiseLevels {
	return levelsAt(low, high, steps, func(u float64) float64 { return (1-u)*low + u*high })
}

// karras returns levels at uniform steps in τ^{1/ρ}, with τ = σ/α = exp(−λ/2) the
// noise-to-signal ratio (Karras et al. 2022, Elucidating the design space, equation 5; ρ
// = 7 there, over −8.8 ≤ λ ≤ 12.4). Large ρ puts more steps at little noise; ρ → ∞ gives
// uniformLogSNR. Over the bounds ±30 it starts with steps that are far too small: give
// it a schedule of narrower bounds.
func karras(s Schedule, steps int, rho float64) NoiseLevels {
	low, high := s.Bounds()
	// τ^{1/ρ} = exp(−λ/2ρ), divided by its value at λ_min so that neither bound
	// overflows.
	end := math.Exp((low - high) / (2 * rho))
	return levelsAt(low, high, steps, func(u float64) float64 { return low - 2*rho*math.Log((1-u)+u*end) })
}

// Between these bounds trimmed has its uniform steps. They fit data scaled to [−1, 1] or
// to a variance of about 1.
const (
	trimmedMin = -10.0
	trimmedMax = +12.0
)

// trimmed returns uniformLogSNR between trimmedMin and trimmedMax, with one step before
// it from λ_min of the schedule and one after it to λ_max: where z is nearly all noise,
// and where it is nearly all data, x̂ hardly changes, and many steps are no better than
// one. The first step is needed all the same: it gives z the mean of the data, which at
// λ = −10 is far from 0 in clips of many cells.
//
// Bounds of the schedule that are narrower are kept. With fewer than three steps the
// result is uniformLogSNR.
func trimmed(s Schedule, steps int) NoiseLevels {
	low, high := s.Bounds()
	from, to, inner := low, high, steps
	if low < trimmedMin {
		from, inner = trimmedMin, inner-1
	}
	if high > trimmedMax {
		to, inner = trimmedMax, inner-1
	}
	if inner < 1 || from >= to {
		return uniformLogSNR(s, steps)
	}
	levels := uniform(from, to, inner)
	if low < from {
		levels = append(NoiseLevels{low}, levels...)
	}
	if high > to {
		levels = append(levels, high)
	}
	return levels
}

// levelsAt evaluates f at steps+1 uniform points of [0, 1] and returns its values with
// the exact ends low and high.
func levelsAt(low, high float64, steps int, f func(u float64) float64) NoiseLevels {
	if steps < 1 {
		return nil
	}
	levels := make(NoiseLevels, steps+1)
	for i := range levels {
		levels[i] = f(float64(i) / float64(steps))
	}
	levels[0], levels[steps] = low, high
	return levels
}

// defaultRho is the exponent ρ of Karras et al. 2022.
const defaultRho = 7.0

// Steps returns the number of intervals, one less than the number of levels.
func (levels NoiseLevels) Steps() int { return max(0, len(levels)-1) }

// Validate refuses fewer than two levels and levels that do not increase.
func (levels NoiseLevels) Validate() error {
	if levels.Steps() < 1 {
		return fmt.Errorf("a sampler of 0 steps: want at least 1")
	}
	for i, l := range levels {
		if math.IsNaN(l) || math.IsInf(l, 0) || (i > 0 && l <= levels[i-1]) {
			return fmt.Errorf("grid of log signal-to-noise ratios: point %d is %v: want finite numbers that increase", i, l)
		}
	}
	return nil
}

// plan returns a plan with one step for each interval.
func (levels NoiseLevels) plan(name string, step func(i int, t Transition) PlanStep) (Plan, error) {
	if err := levels.Validate(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", name, err)
	}
	plan := Plan{Name: fmt.Sprintf("%s, %d steps", name, levels.Steps())}
	for i := range levels.Steps() {
		p := step(i, NewTransition(levels[i], levels[i+1]))
		p.LogSNRT, p.LogSNRS = levels[i], levels[i+1]
		plan.Steps = append(plan.Steps, p)
	}
	return plan, plan.Validate()
}

// last reports whether interval i ends at clean data.
func (levels NoiseLevels) last(i int) bool { return i == levels.Steps()-1 }
