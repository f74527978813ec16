package vdm

import (
	"fmt"
	"math"
)

// Plan is a sampler: a list of steps that is made on the host in float64. All samplers
// of the package share one step,
//
//	z′ = Z·z + X·x̂ + PreviousZ·z₋₁ + PreviousX·x̂₋₁ + EarlierX·x̂₋₂ + Noise·n
//
// with x̂ the denoised estimate from z at λ_t, z₋₁ and x̂₋₁ of the step before, x̂₋₂ of
// the step before that, and n fresh standard normal noise. So one compiled program
// serves them all: multistep, two-stage and Langevin steps differ in their coefficients
// only.
type Plan struct {
	Name  string
	Steps []PlanStep
}

// PlanStep is one step from λ_t to λ_s with one evaluation of the denoiser. In a stage
// or a corrector λ_s = λ_t; a step back to more noise has λ_s < λ_t.
type PlanStep struct {
	LogSNRT, LogSNRS     float64
	Z, X                 float64
	PreviousZ, PreviousX float64
	EarlierX             float64
	Noise                float64
}

// Evaluations returns how many times the plan evaluates the denoiser.
func (p Plan) Evaluations() int { return len(p.Steps) }

// Validate refuses a plan without steps and coefficients that are not finite.
func (p Plan) Validate() error {
	if len(p.Steps) == 0 {
		return fmt.Errorf("sampler %q: a plan without steps", p.Name)
	}
	for i, s := range p.Steps {
		for _, c := range []float64{s.LogSNRT, s.LogSNRS, s.Z, s.X, s.PreviousZ, s.PreviousX, s.EarlierX, s.Noise} {
			if math.IsNaN(c) || math.IsInf(c, 0) {
				return fmt.Errorf("sampler %q: step %d is %+v: want finite numbers", p.Name, i, s)
			}
		}
	}
	return nil
}

// memory returns how many of z₋₁, x̂₋₁ and x̂₋₂ the plan uses.
func (p Plan) memory() (n int) {
	for _, s := range p.Steps {
		switch {
		case s.EarlierX != 0:
			return 3
		case s.PreviousZ != 0 || s.PreviousX != 0:
			n = 2
		}
	}
	return n
}

// DefaultSampler, DefaultGrid and DefaultSteps are the sampler, the rule of noise levels
// and the number of evaluations of the network that package run takes where nothing else
// is asked for. On Gaussian clips of 10×16×16 cells, smooth or rough, their samples are
// nearer to the data than those of 1000 steps of the ancestral sampler (notebook
// 20-samplers; TestTheRecommendedSamplerIsNearer).
//
// DefaultGuidedSampler takes the place of DefaultSampler where the guidance is a
// [NoisyGuidance]: with noise that is fresh at every step there is no ODE to solve, and
// a deterministic sampler ends farther from the conditional distribution (notebook
// 21-guidance).
const (
	DefaultSampler       = "dpm++3m"
	DefaultGuidedSampler = "dpm++2m-sde"
	DefaultGrid          = "trimmed"
	DefaultEvaluations   = 25
)
