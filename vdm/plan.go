package vdm

import (
	"fmt"
	"math"
	"strings"
)

// Plan is a sampler: what is done at each step, made on the host in float64.
// All samplers of the package share one step,
//
//	z′ = Z·z + X·x̂ + PreviousZ·z₋₁ + PreviousX·x̂₋₁ + EarlierX·x̂₋₂ + Noise·n
//
// with x̂ the denoised estimate of z at λ_t, z₋₁ and x̂₋₁ those of the step
// before, x̂₋₂ that of the one before that, and n fresh standard normal noise, so
// one compiled program serves them all: multistep, two-stage and Langevin steps
// are only other coefficients.
type Plan struct {
	Name  string
	Steps []PlanStep
}

// PlanStep is one step from λ_t to λ_s, and one evaluation of the denoiser. In
// a stage or a corrector λ_s = λ_t; a step back to more noise has λ_s < λ_t.
type PlanStep struct {
	LogSNRT, LogSNRS     float64
	Z, X                 float64
	PreviousZ, PreviousX float64
	EarlierX             float64
	Noise                float64
}

// Evaluations of the denoiser that the plan takes.
func (p Plan) Evaluations() int { return len(p.Steps) }

// Validate refuses a plan without steps and numbers that are not finite.
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

// memory is how many of z₋₁, x̂₋₁ and x̂₋₂ the plan looks at.
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

// What [SampleOptions] take where nothing is said: sampler, grid and number of
// evaluations of the network. On Gaussian clips of 10×16×16 cells, smooth or rough,
// what they draw is nearer to the data than what 1000 steps of the ancestral sampler
// draw (notebook 20-samplers; TestTheRecommendedSamplerIsNearer).
//
// DefaultGuidedSampler takes the place of DefaultSampler where the guidance is a
// [NoisyGuidance]: noise that is fresh at every step is no ODE, and a deterministic
// sampler ends farther from the conditional distribution (notebook 21-guidance).
const (
	DefaultSampler       = "dpm++3m"
	DefaultGuidedSampler = "dpm++2m-sde"
	DefaultGrid          = "trimmed"
	DefaultSteps         = 25
)

// samplers are the names that NewPlan knows.
var samplers = []struct {
	name string
	plan func(Grid) (Plan, error)
	// evaluations of a plan over a grid of n intervals are a·n + b.
	a, b int
}{
	{"ancestral", func(g Grid) (Plan, error) { return Ancestral(g, LowerBound) }, 1, 0},
	{"ancestral-upper", func(g Grid) (Plan, error) { return Ancestral(g, UpperBound) }, 1, 0},
	{"ddim", func(g Grid) (Plan, error) { return DDIM(g, 0) }, 1, 0},
	{"dpm++3m", DPMSolver3, 1, 0},
	{"dpm++2m", func(g Grid) (Plan, error) { return DPMSolver(g, 0) }, 1, 0},
	{"dpm++2m-sde", func(g Grid) (Plan, error) { return DPMSolver(g, 1) }, 1, 0},
	{"heun", Heun, 2, -1},
	{"euler-maruyama", EulerMaruyama, 1, 0},
	{"predictor-corrector", func(g Grid) (Plan, error) { return PredictorCorrector(g, 1, DefaultCorrectorSNR) }, 2, -1},
}

// SamplerNames are the samplers that NewPlan knows.
func SamplerNames() []string {
	var names []string
	for _, s := range samplers {
		names = append(names, s.name)
	}
	return names
}

// NewPlan makes a sampler from the settings of a command line:
//
//	ancestral            Ancestral with the lower bound of the variance
//	ancestral-upper      Ancestral with the upper bound
//	ddim                 DDIM, deterministic (η = 0)
//	dpm++3m              DPMSolver3, deterministic, of order 3
//	dpm++2m              DPMSolver, deterministic
//	dpm++2m-sde          DPMSolver, stochastic (η = 1)
//	heun                 Heun on the probability-flow ODE
//	euler-maruyama       EulerMaruyama on the reverse SDE
//	predictor-corrector  PredictorCorrector with one Langevin step after each ancestral one
//
// over the grid named time, logsnr, karras or trimmed (see [NewGrid]), with at most
// evaluations of the denoiser in all.
func NewPlan(sampler, grid string, s Schedule, evaluations int) (Plan, error) {
	for _, known := range samplers {
		if known.name != sampler {
			continue
		}
		intervals := (evaluations - known.b) / known.a
		if evaluations < 1 || intervals < 1 {
			return Plan{}, fmt.Errorf("sampler %s with %d evaluations: want at least %d", sampler, evaluations, max(1, known.a+known.b))
		}
		over, err := NewGrid(grid, s, intervals)
		if err != nil {
			return Plan{}, err
		}
		return known.plan(over)
	}
	return Plan{}, fmt.Errorf("sampler %q: want one of %s", sampler, strings.Join(SamplerNames(), ", "))
}
