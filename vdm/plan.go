package vdm

import "fmt"

// Plan is a sampler: what is done at each step, made on the host in float64.
// The linear samplers share one step,
//
//	z′ = Z·z + X·x̂ + Previous·x̂₋₁ + Noise·n
//
// with x̂ the denoised estimate at λ_t, x̂₋₁ that of the step before and n fresh
// standard normal noise, so one compiled program serves them all.
type Plan struct {
	Name  string
	Steps []PlanStep
}

// PlanStep is one step from λ_t to λ_s.
type PlanStep struct {
	LogSNRT, LogSNRS float64
	Z, X, Previous   float64
	Noise            float64
}

// uniformTimes returns the log signal-to-noise ratios of steps+1 uniform times
// from t = 1 down to t = 0 (2.45).
func uniformTimes(s Schedule, steps int) ([]float64, error) {
	if steps < 1 {
		return nil, fmt.Errorf("a sampler of %d steps: want at least 1", steps)
	}
	grid := make([]float64, steps+1)
	for i := range grid {
		grid[i] = s.LogSNR(1 - float64(i)/float64(steps))
	}
	return grid, nil
}
