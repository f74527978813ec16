package run

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Preset is a named set of settings that belong together.
type Preset struct {
	Name  string
	About string // one sentence

	Config Config        // all settings but the shape and channels of clips, the data and the number of steps
	Rain   string        // transform of rain and other values ≥ 0 with a long tail, in the notation of transform.Parse
	Other  string        // transform of any other variable
	Sample SampleOptions // sampler, grid and number of evaluations
}

// Transform returns the preset's transform for a channel, not fitted yet.
func (p Preset) Transform(rain bool) (transform.Spec, error) {
	if rain {
		return transform.Parse(p.Rain)
	}
	return transform.Parse(p.Other)
}

// Dissertation returns the settings of the dissertation's own experiments: data scaled
// to [−1, 1] by the extremes of training and clamped to them at the end, the cosine
// schedule over ±30, the v-target, two passes of 32 clips a step, a constant rate of
// 1e-4, an average of 0.995 every ten steps, and 1000 ancestral steps, uniform in time,
// with the lower bound of the variance. The defaults of this package differ in the scale
// of the data and in the sampler.
func Dissertation() Preset {
	return Preset{
		Name:  "dissertation",
		About: "the dissertation's own settings: scaled by the extremes, λ in ±30, 1000 ancestral steps",
		Config: Config{
			Network:          dissertationNetwork,
			Parameterisation: vdm.PredictV,
			Schedule:         ScheduleConfig{Name: "cosine", Min: vdm.DefaultMinLogSNR, Max: vdm.DefaultMaxLogSNR},
			Weighting:        WeightingConfig{Name: "v"},
			Training: TrainingConfig{
				Batch: 32, Accumulate: 2, Rate: 1e-4, Beta1: 0.9, Beta2: 0.999, Epsilon: 1e-8,
				EMA: 0.9995, // the same memory as 0.995 every ten steps
			},
		},
		Rain: "sqrt+affine", Other: "affine",
		Sample: SampleOptions{Sampler: "ancestral", Grid: "time", Evaluations: 1000},
	}
}

// presets lists the presets that NewPreset knows.
var presets = []func() Preset{Dissertation}

// PresetNames returns the names of the presets that [NewPreset] knows.
func PresetNames() []string {
	var names []string
	for _, p := range presets {
		names = append(names, p().Name)
	}
	return names
}

// NewPreset returns a preset by its name; "" means the library's own defaults.
func NewPreset(name string) (Preset, error) {
	if name == "" {
		return Preset{Rain: transform.DefaultRain, Other: transform.Default}, nil
	}
	for _, p := range presets {
		if found := p(); found.Name == name {
			return found, nil
		}
	}
	return Preset{}, fmt.Errorf("preset %q: want one of %s", name, strings.Join(PresetNames(), ", "))
}
