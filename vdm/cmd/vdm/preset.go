package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// addPreset adds the choice of settings that belong together.
func addPreset(f *pflag.FlagSet, name *string) {
	var about []string
	for _, known := range run.PresetNames() {
		p, _ := run.NewPreset(known)
		about = append(about, fmt.Sprintf("%s (%s)", p.Name, p.About))
	}
	f.StringVar(name, "preset", "", "settings that belong together, in the place of the defaults, as a `name` of: "+strings.Join(about, ", "))
}

// samplerHelp says what the samplers are, and which one is taken.
func samplerHelp() string {
	return fmt.Sprintf("%s (default %s; %s where the guidance draws noise anew at every step, as replacement and reconstruction do)",
		strings.Join(vdm.SamplerNames(), ", "), vdm.DefaultSampler, vdm.DefaultGuidedSampler)
}

// gridHelp says what the grids are.
func gridHelp() string { return "where the steps lie: " + strings.Join(vdm.GridNames(), ", ") }

// samplerPreset puts the sampler of a preset in the place of defaults: of those of
// the settings whose flags were not given.
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
