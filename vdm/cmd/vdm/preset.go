package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// addPreset adds the flag for settings that belong together.
func addPreset(f *pflag.FlagSet, name *string) {
	var about []string
	for _, known := range run.PresetNames() {
		p, _ := run.NewPreset(known)
		about = append(about, fmt.Sprintf("%s (%s)", p.Name, p.About))
	}
	f.StringVar(name, "preset", "", "settings that belong together, instead of the defaults, by a `name`: "+strings.Join(about, ", "))
}

// samplerHelp returns the help of --sampler: the samplers, and the default.
func samplerHelp() string {
	return fmt.Sprintf("%s (default %s; %s where the guidance draws noise anew at every step, as replacement and reconstruction do)",
		strings.Join(vdm.SamplerNames(), ", "), vdm.DefaultSampler, vdm.DefaultGuidedSampler)
}

// gridHelp returns the help of --grid.
func gridHelp() string {
	return "rule for the noise levels of the steps: " + strings.Join(vdm.GridNames(), ", ")
}

// samplerPreset replaces the sampler's settings whose flags were not given by those of a
// preset.
func samplerPreset(f *pflag.FlagSet, preset string, sampler, grid *string, steps *int, stepsFlag string) error {
	p, err := run.NewPreset(preset)
	if err != nil || preset == "" {
		return err
	}
	if !f.Changed("sampler") {
		*sampler = p.Sample.Sampler
	}
	if !f.Changed("grid") {
		*grid = p.Sample.Grid
	}
	if !f.Changed(stepsFlag) {
		*steps = p.Sample.Evaluations
	}
	return nil
}
