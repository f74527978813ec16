package vdm

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// GridNames returns the names of the rules that [NewNoiseLevels] knows.
func GridNames() []string { return []string{"time", "logsnr", "karras", "trimmed"} }

// NewNoiseLevels returns the noise levels of a number of steps over the range of a
// schedule, placed by a named rule:
//
//	time     uniform steps in t, from 1 down to 0: [UniformTime]
//	logsnr   uniform steps in λ, whatever the schedule was in training (Lu et al.
//	         2022, DPM-Solver, section 3.4)
//	karras   uniform steps in (σ/α)^{1/7} (Karras et al. 2022, Elucidating the
//	         design space, equation 5)
//	trimmed  uniform steps in λ from −10 to 12, preceded by one step from λ_min
//	         to −10 and followed by one from 12 to λ_max
//
// An unknown name is an error. With fewer than one step the result is nil, which every
// sampler refuses.
func NewNoiseLevels(name string, s Schedule, steps int) (NoiseLevels, error) {
	switch name {
	case "time":
		return UniformTime(s, steps), nil
	case "logsnr":
		return uniformLogSNR(s, steps), nil
	case "karras":
		return karras(s, steps, defaultRho), nil
	case "trimmed":
		return trimmed(s, steps), nil
	}
	return nil, fmt.Errorf("grid %q: want one of %s", name, strings.Join(GridNames(), ", "))
}

// guidances lists the methods that NewGuidance knows. The argument weight is the given
// one, or 1, the default of the methods that have one.
var guidances = []struct {
	name string
	with func(weight float64) Guidance
}{
	{"replacement", func(float64) Guidance { return Replacement{} }},
	{"replacement-original", func(float64) Guidance { return Replacement{AsOriginal: true} }},
	{"reconstruction", func(w float64) Guidance { return reconstruction(Reconstruction{Weight: w}) }},
	{"reconstruction-mean", func(w float64) Guidance { return reconstruction(Reconstruction{Weight: w, Mean: true}) }},
	{"pseudo-inverse", func(float64) Guidance { return PseudoInverse{} }},
	{"posterior-sampling", func(w float64) Guidance { return PosteriorSampling{Scale: w} }},
	{"moment-matching", func(float64) Guidance { return MomentMatching{} }},
	{"map", func(float64) Guidance { return NoiseLevelMap{} }},
}

// GuidanceNames returns the names of the methods that [NewGuidance] knows.
func GuidanceNames() []string {
	var names []string
	for _, known := range guidances {
		names = append(names, known.name)
	}
	return names
}

// NewGuidance returns a guidance by its name, with a weight as a command line gives it:
//
//	replacement           Replacement
//	replacement-original  Replacement as in the dissertation's program
//	reconstruction        Reconstruction with w_r = weight, Replacement where it is 0
//	reconstruction-mean   Reconstruction with w_r = weight on the mean of squares, likewise
//	pseudo-inverse        PseudoInverse
//	posterior-sampling    PosteriorSampling with ζ = weight, above 0
//	moment-matching       MomentMatching
//	map                   NoiseLevelMap, for networks that take a map of noise levels
//
// At most one weight is given, and a weight of 0 is taken as 0. Without a weight, w_r
// and ζ are 1. Methods that have no weight ignore it. An unknown name and a weight that
// the method cannot take are errors.
func NewGuidance(name string, weight ...float64) (Guidance, error) {
	if len(weight) > 1 {
		return nil, fmt.Errorf("guidance %q: %d weights are given, want at most one", name, len(weight))
	}
	w := 1.0
	if len(weight) == 1 {
		w = weight[0]
	}
	for _, known := range guidances {
		if known.name != name {
			continue
		}
		guidance := known.with(w)
		if _, ok := guidance.(PosteriorSampling); ok && w == 0 {
			return nil, fmt.Errorf("guidance %q: ζ is 0, which would pass over what is known, want a number above 0, or no weight for 1", name)
		}
		return guidance, guidance.Validate()
	}
	return nil, fmt.Errorf("guidance %q: want one of %s", name, strings.Join(GuidanceNames(), ", "))
}

// samplers lists the samplers that NewPlan knows.
var samplers = []struct {
	name string
	plan func(NoiseLevels) (Plan, error)
	// A plan over n intervals takes a·n + b evaluations of the denoiser.
	a, b int
}{
	{"ancestral", func(g NoiseLevels) (Plan, error) { return g.Ancestral(LowerBound) }, 1, 0},
	{"ancestral-upper", func(g NoiseLevels) (Plan, error) { return g.Ancestral(UpperBound) }, 1, 0},
	{"ddim", func(g NoiseLevels) (Plan, error) { return g.DDIM(0) }, 1, 0},
	{"dpm++3m", NoiseLevels.DPMSolver3, 1, 0},
	{"dpm++2m", func(g NoiseLevels) (Plan, error) { return g.DPMSolver(0) }, 1, 0},
	{"dpm++2m-sde", func(g NoiseLevels) (Plan, error) { return g.DPMSolver(1) }, 1, 0},
	{"heun", NoiseLevels.Heun, 2, -1},
	{"euler-maruyama", NoiseLevels.EulerMaruyama, 1, 0},
	{"predictor-corrector", func(g NoiseLevels) (Plan, error) { return g.PredictorCorrector(1, defaultCorrectorSNR) }, 2, -1},
}

// SamplerNames returns the names of the samplers that [NewPlan] knows.
func SamplerNames() []string {
	var names []string
	for _, s := range samplers {
		names = append(names, s.name)
	}
	return names
}

// NewPlan returns the plan of a sampler by its name. It takes at most the given number
// of evaluations of the denoiser, over the noise levels that [NewNoiseLevels] places by
// the rule named grid. The samplers are methods of [NoiseLevels]:
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
// An unknown name, and too few evaluations for the sampler, are errors.
func NewPlan(sampler, grid string, s Schedule, evaluations int) (Plan, error) {
	for _, known := range samplers {
		if known.name != sampler {
			continue
		}
		intervals := (evaluations - known.b) / known.a
		if evaluations < 1 || intervals < 1 {
			return Plan{}, fmt.Errorf("sampler %s with %d evaluations: want at least %d", sampler, evaluations, max(1, known.a+known.b))
		}
		over, err := NewNoiseLevels(grid, s, intervals)
		if err != nil {
			return Plan{}, err
		}
		return known.plan(over)
	}
	return Plan{}, fmt.Errorf("sampler %q: want one of %s", sampler, strings.Join(SamplerNames(), ", "))
}

// scheduleNames lists the names that NewSchedule knows.
var scheduleNames = []string{"cosine", "linear", "cosine-float32"}

// NewSchedule returns a schedule from the settings of a configuration file:
//
//	cosine          Cosine, the truncated α-cosine schedule, shifted by shift
//	linear          LinearLogSNR
//	cosine-float32  FloatCosine, as the dissertation's program computed it
//
// min = max = 0 means ±30. A shift (see [ShiftForResolution]) is refused for schedules
// that have none.
func NewSchedule(name string, min, max, shift float64) (Schedule, error) {
	var s interface {
		Schedule
		Validate() error
	}
	switch name {
	case "cosine":
		s = Cosine{Min: min, Max: max, Shift: shift}
	case "linear":
		s = LinearLogSNR{Min: min, Max: max}
	case "cosine-float32":
		s = FloatCosine{Min: min, Max: max}
	default:
		return nil, fmt.Errorf("unknown noise schedule %q: expected one of %s", name, strings.Join(scheduleNames, ", "))
	}
	if shift != 0 && name != "cosine" {
		return nil, fmt.Errorf("noise schedule %q has no shift, got %v: only cosine is shifted", name, shift)
	}
	if err := s.Validate(); err != nil {
		return nil, err
	}
	return s, nil
}

// weightings lists, for each name that NewWeighting knows, its parameters.
var weightings = []struct {
	name   string
	params []string
}{
	{"elbo", nil},
	{"v", nil},
	{"sigmoid", []string{"bias"}},
	{"min-snr", []string{"gamma"}},
	{"edm", []string{"mean", "std", "sigma_data"}},
}

// NewWeighting returns a weighting from the settings of a configuration file. The
// schedule is the one of training. Absent parameters have their published values;
// unknown ones are refused by name.
//
//	elbo
//	v         uses the schedule
//	sigmoid   bias (2)
//	min-snr   gamma (5); uses the schedule
//	edm       mean (−1.2) and std (1.2) of ln σ, sigma_data (0.5)
func NewWeighting(name string, schedule Schedule, params map[string]float64) (Weighting, error) {
	if err := checkWeightingParams(name, params); err != nil {
		return nil, err
	}
	param := func(key string, otherwise float64) float64 {
		if v, ok := params[key]; ok {
			return v
		}
		return otherwise
	}
	if schedule == nil && (name == "v" || name == "min-snr") {
		return nil, fmt.Errorf("weighting %s needs the noise schedule of training, got none", name)
	}
	switch name {
	case "elbo":
		return UnitWeighting{}, nil
	case "v":
		return VelocityWeighting{Schedule: schedule}, nil
	case "sigmoid":
		return Sigmoid{Bias: param("bias", 2)}, nil
	case "min-snr":
		m := MinSNR{Gamma: param("gamma", defaultGamma), Schedule: schedule}
		if m.Gamma <= 0 {
			return nil, fmt.Errorf("weighting min-snr: gamma %v: expected a positive signal-to-noise ratio", m.Gamma)
		}
		return m, nil
	default: // "edm": checkWeightingParams knows no other
		e := EDM{Mean: param("mean", defaultEDMMean), Std: param("std", defaultEDMStd), SigmaData: param("sigma_data", defaultSigmaData)}
		if e.Std <= 0 || e.SigmaData <= 0 {
			return nil, fmt.Errorf("weighting edm: std %v, sigma_data %v: expected both positive", e.Std, e.SigmaData)
		}
		return e, nil
	}
}

func checkWeightingParams(name string, params map[string]float64) error {
	var names []string
	for _, known := range weightings {
		names = append(names, known.name)
		if known.name != name {
			continue
		}
		for key, value := range params {
			if !slices.Contains(known.params, key) {
				expected := "it has no parameters"
				if len(known.params) > 0 {
					expected = "expected " + strings.Join(known.params, ", ")
				}
				return fmt.Errorf("weighting %s: unknown parameter %q: %s", name, key, expected)
			}
			if math.IsNaN(value) || math.IsInf(value, 0) {
				return fmt.Errorf("weighting %s: %s is %v: expected a finite number", name, key, value)
			}
		}
		return nil
	}
	return fmt.Errorf("unknown weighting %q: expected one of %s", name, strings.Join(names, ", "))
}
