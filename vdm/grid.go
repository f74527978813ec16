package vdm

import (
	"fmt"
	"math"
)

// Grid is where a sampler stops: log signal-to-noise ratios that increase from
// λ_min (noise) to λ_max (data). n intervals have n+1 points.
type Grid []float64

// UniformTime has uniform steps in t, from t = 1 down to t = 0 (2.45). With
// fewer than one step it is nil, which every sampler refuses.
func UniformTime(s Schedule, steps int) Grid {
	low, high := s.Bounds()
	return gridOf(low, high, steps, func(u float64) float64 { return s.LogSNR(1 - u) })
}

// UniformLogSNR has uniform steps in λ, whatever the schedule was in training
// (Lu et al. 2022, DPM-Solver, section 3.4).
func UniformLogSNR(s Schedule, steps int) Grid {
	low, high := s.Bounds()
	return uniform(low, high, steps)
}

func uniform(low, high float64, steps int) Grid {
	return gridOf(low, high, steps, func(u float64) float64 { return (1-u)*low + u*high })
}

// Karras has uniform steps in τ^{1/ρ}, with τ = σ/α = exp(−λ/2) the noise-to-signal
// ratio (Karras et al. 2022, Elucidating the design space, equation 5; ρ = 7
// there, over −8.8 ≤ λ ≤ 12.4). Large ρ puts more steps at little noise; ρ → ∞ is
// [UniformLogSNR]. Over the bounds ±30 it starts with steps that are far too
// small: give it a schedule of narrower bounds.
func Karras(s Schedule, steps int, rho float64) Grid {
	low, high := s.Bounds()
	// τ^{1/ρ} = exp(−λ/2ρ), divided by its value at λ_min so that neither bound
	// overflows.
	end := math.Exp((low - high) / (2 * rho))
	return gridOf(low, high, steps, func(u float64) float64 { return low - 2*rho*math.Log((1-u)+u*end) })
}

// The bounds between which [Trimmed] has its steps. They fit data scaled to
// [−1, 1] or to a variance of about 1.
const (
	TrimmedMin = -10.0
	TrimmedMax = +12.0
)

// Trimmed is [UniformLogSNR] between [TrimmedMin] and [TrimmedMax], with one step
// to there from λ_min of the schedule and one from there to λ_max: where z is all
// but noise, and where it is all but data, x̂ hardly changes, and many steps tell
// no more than one. The first step still is needed: it gives z the mean of the
// data, which at λ = −10 is far from 0 in clips of many cells.
//
// Bounds of the schedule that are narrower are kept. With fewer than three steps
// it is UniformLogSNR.
func Trimmed(s Schedule, steps int) Grid {
	low, high := s.Bounds()
	from, to, inner := low, high, steps
	if low < TrimmedMin {
		from, inner = TrimmedMin, inner-1
	}
	if high > TrimmedMax {
		to, inner = TrimmedMax, inner-1
	}
	if inner < 1 || from >= to {
		return UniformLogSNR(s, steps)
	}
	grid := uniform(from, to, inner)
	if low < from {
		grid = append(Grid{low}, grid...)
	}
	if high > to {
		grid = append(grid, high)
	}
	return grid
}

// gridOf evaluates f at steps+1 uniform points of [0, 1], with exact ends.
func gridOf(low, high float64, steps int, f func(u float64) float64) Grid {
	if steps < 1 {
		return nil
	}
	grid := make(Grid, steps+1)
	for i := range grid {
		grid[i] = f(float64(i) / float64(steps))
	}
	grid[0], grid[steps] = low, high
	return grid
}

// DefaultRho is the exponent ρ of Karras et al. 2022.
const DefaultRho = 7.0

// Steps is the number of intervals.
func (g Grid) Steps() int { return max(0, len(g)-1) }

// Validate refuses a grid of no steps or one that does not increase.
func (g Grid) Validate() error {
	if g.Steps() < 1 {
		return fmt.Errorf("a sampler of 0 steps: want at least 1")
	}
	for i, l := range g {
		if math.IsNaN(l) || math.IsInf(l, 0) || (i > 0 && l <= g[i-1]) {
			return fmt.Errorf("grid of log signal-to-noise ratios: point %d is %v: want finite numbers that increase", i, l)
		}
	}
	return nil
}

// plan makes a plan of one step an interval.
func (g Grid) plan(name string, step func(i int, t Transition) PlanStep) (Plan, error) {
	if err := g.Validate(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", name, err)
	}
	plan := Plan{Name: fmt.Sprintf("%s, %d steps", name, g.Steps())}
	for i := range g.Steps() {
		p := step(i, NewTransition(g[i], g[i+1]))
		p.LogSNRT, p.LogSNRS = g[i], g[i+1]
		plan.Steps = append(plan.Steps, p)
	}
	return plan, plan.Validate()
}

// last reports whether interval i ends at clean data.
func (g Grid) last(i int) bool { return i == g.Steps()-1 }
