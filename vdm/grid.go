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
	return gridOf(steps, func(u float64) float64 { return s.LogSNR(1 - u) })
}

// UniformLogSNR has uniform steps in λ, whatever the schedule was in training
// (Lu et al. 2022, DPM-Solver, section 3.4).
func UniformLogSNR(s Schedule, steps int) Grid {
	low, high := s.Bounds()
	return gridOf(steps, func(u float64) float64 { return low + u*(high-low) })
}

// Karras has uniform steps in τ^{1/ρ}, with τ = σ/α = exp(−λ/2) the noise-to-signal
// ratio (Karras et al. 2022, Elucidating the design space, equation 5; ρ = 7
// there). Large ρ puts more steps at little noise; ρ → ∞ is [UniformLogSNR].
func Karras(s Schedule, steps int, rho float64) Grid {
	low, high := s.Bounds()
	// τ^{1/ρ} = exp(−λ/2ρ), divided by its value at λ_min so that neither bound
	// overflows.
	end := math.Exp((low - high) / (2 * rho))
	return gridOf(steps, func(u float64) float64 { return low - 2*rho*math.Log(1-u*(1-end)) })
}

// gridOf evaluates f at steps+1 uniform points of [0, 1].
func gridOf(steps int, f func(u float64) float64) Grid {
	if steps < 1 {
		return nil
	}
	grid := make(Grid, steps+1)
	for i := range grid {
		grid[i] = f(float64(i) / float64(steps))
	}
	return grid
}

// DefaultRho is the exponent ρ of Karras et al. 2022.
const DefaultRho = 7.0

// GridNames are the grids that NewGrid knows.
func GridNames() []string { return []string{"time", "logsnr", "karras"} }

// NewGrid makes a grid from its name: time is UniformTime, logsnr is
// UniformLogSNR and karras is Karras with ρ = 7.
func NewGrid(name string, s Schedule, steps int) (Grid, error) {
	switch name {
	case "time":
		return UniformTime(s, steps), nil
	case "logsnr":
		return UniformLogSNR(s, steps), nil
	case "karras":
		return Karras(s, steps, DefaultRho), nil
	}
	return nil, fmt.Errorf("grid %q: want time, logsnr or karras", name)
}

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

// steps makes a plan of one step an interval.
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
