package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// base returns the configuration to which the flags are applied: the file's, else the
// run's, else the preset's, which is empty where none is named.
func (t *trainFlags) base() (run.Config, error) {
	if t.config != "" {
		return readPartialConfig(t.config)
	}
	preset, err := run.NewPreset(t.preset)
	if err != nil {
		return run.Config{}, err
	}
	path := filepath.Join(t.out, "config.yaml")
	if _, err := os.Stat(path); err != nil { // no run yet; Create reports other mistakes
		if t.start != nil {
			return begun(t.start.Config), nil
		}
		return preset.Config, nil
	}
	of, err := run.ReadConfig(path)
	if err != nil || t.preset == "" {
		return of, err
	}
	// The preset's settings are combined with the run's clips: Create names those that
	// differ.
	preset.Config.Clip, preset.Config.Training.Seed, preset.Config.Training.Steps = of.Clip, of.Training.Seed, of.Training.Steps
	preset.Config.Clip.Channels = slices.Clone(of.Clip.Channels)
	for i := range preset.Config.Clip.Channels {
		preset.Config.Clip.Channels[i].Transform = transform.Spec{}
	}
	return preset.Config, nil
}

// begun returns the configuration of a run that begins with the weights of another: the
// same clips, network and noise levels. Training and the names of the channels are left to
// the flags and the data.
func begun(c run.Config) run.Config {
	c.Clip.Channels = nil
	c.Data, c.Clip.Step, c.Clip.Kilometres = "", 0, 0
	c.Training = run.TrainingConfig{Optimiser: c.Training.Optimiser, EMA: c.Training.EMA, Clip: c.Training.Clip}
	return c
}

// readPartialConfig returns a configuration file that may lack settings which the data
// and the flags give. Unknown settings are refused by name.
func readPartialConfig(path string) (run.Config, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return run.Config{}, fmt.Errorf("configuration: %w", err)
	}
	var c run.Config
	err = yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(&c)
	if err != nil && !errors.Is(err, io.EOF) { // an empty file sets nothing
		return run.Config{}, fmt.Errorf("%s: %s", path, yaml.FormatError(err, false, false))
	}
	return c, nil
}

// override sets a setting to a flag's value where the flag was given or the setting is
// not set.
func override[T comparable](c *cobra.Command, flag string, setting *T, value T) {
	var zero T
	if c.Flags().Changed(flag) || *setting == zero {
		*setting = value
	}
}

// apply writes the flags and the properties of the data into a configuration.
func (t *trainFlags) apply(c *cobra.Command, config *run.Config, rec *climate.Record) error {
	fields := rec.Fields
	override(c, "steps", &config.Training.Steps, t.steps)
	override(c, "frames", &config.Clip.Frames, t.frames)
	override(c, "height", &config.Clip.Height, t.height)
	override(c, "width", &config.Clip.Width, t.width)
	override(c, "seed", &config.Training.Seed, t.seed)
	override(c, "batch", &config.Training.Batch, t.batch)
	override(c, "accumulate", &config.Training.Accumulate, t.accumulate)
	override(c, "optimiser", &config.Training.Optimiser, t.optimiser)
	override(c, "rate", &config.Training.Rate, t.rate)
	override(c, "held-out-every", &config.Training.HeldOutEvery, t.heldOutEvery)
	override(c, "snapshot-every", &config.Training.SnapshotEvery, t.snapshotEvery)
	override(c, "missing", &config.Training.MissingCells, map[string]string{"skip": "refuse", "mask": "mask"}[t.missing])
	for _, name := range []string{"steps", "frames", "height", "width", "batch", "accumulate", "rate", "dim", "heads", "head-dim", "held-out-every", "snapshot-every"} {
		// A zero would mean a default, which is not what a user who types it wants.
		if f := c.Flags().Lookup(name); f.Changed && (f.Value.String() == "0" || strings.HasPrefix(f.Value.String(), "-")) {
			return misuse(c, "--%s is %s: want more than 0", name, f.Value)
		}
	}
	if err := t.applyNetwork(c, config); err != nil {
		return err
	}

	step := fields[0].Step()
	if config.Clip.Step == 0 {
		config.Clip.Step = step
	}
	if math.Abs(step-config.Clip.Step) > 0.01*config.Clip.Step {
		return fmt.Errorf("clip.step_hours is %v (%s), but the frames of the data are %s apart", config.Clip.Step, climate.FormatHours(config.Clip.Step), climate.FormatHours(step))
	}
	if km := roundedKilometres(&fields[0].Grid); config.Clip.Kilometres == 0 {
		config.Clip.Kilometres = km
	} else if was := config.Clip.Kilometres; km != 0 && math.Abs(km-was) > 0.1*was {
		return fmt.Errorf("clip.cell_km is %v, but the cells of the data are %v km a side", was, km)
	}
	if len(config.Clip.Channels) == 0 {
		for _, f := range fields {
			config.Clip.Channels = append(config.Clip.Channels, run.ChannelConfig{Name: f.Name})
		}
	}
	preset, err := run.NewPreset(t.preset)
	if err != nil {
		return err
	}
	channels := slices.Clone(config.Clip.Channels)
	if len(channels) != len(fields) {
		return fmt.Errorf("clip.channels has %d variables, the data give %d (%s)", len(channels), len(fields), rec.Names())
	}
	for i, f := range fields {
		ch := &channels[i]
		if ch.Units == "" {
			ch.Units = f.Units
		}
		if ch.Name != f.Name || ch.Units != f.Units {
			return fmt.Errorf("clip.channels[%d] is %s in %s, the data give %s in %s", i, ch.Name, ch.Units, f.Name, f.Units)
		}
		spec := t.transform
		switch {
		case spec == "" && len(ch.Transform.Steps) > 0:
			continue
		case spec == "":
			ch.Transform, err = preset.Transform(f.Kind == climate.KindRain)
		default:
			ch.Transform, err = transform.Load(spec)
		}
		if err != nil {
			return err
		}
	}
	config.Clip.Channels = channels
	return config.WithDefaults().Validate()
}

// roundedKilometres is the side of a grid's cells to three digits, for a configuration.
func roundedKilometres(grid *climate.Grid) float64 {
	km, _ := strconv.ParseFloat(strconv.FormatFloat(grid.Kilometres(), 'g', 3, 64), 64)
	return km
}

func covariateNames(all []run.CovariateConfig) string {
	var names []string
	for _, v := range all {
		names = append(names, v.Name)
	}
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
