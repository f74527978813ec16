//go:build !nonetcdf

package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// tellFlags are the covariates that a network receives beside the known values.
type tellFlags struct {
	covariates []string // NAME=FILE.nc
	without    bool
}

func (t *tellFlags) addTo(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&t.covariates, "covariate", nil, "`NAME=FILE.nc`: the covariate NAME of the run's network, a variable of that name with one frame, or with those of the clip, on its cells (may be repeated)")
	f.BoolVar(&t.without, "without-covariates", false, "draw without the covariates that are not given, of a network that was trained to do without")
}

// told returns the covariates of clips whose first frames are known, by name: those that
// are made already, and those of the flags. A covariate that the network had in training
// where so many frames are known must be given, or done without on purpose.
func (t *tellFlags) told(c *cobra.Command, m *run.Run, read readFlags, shown int, made map[string][]float32) (map[string][]float32, error) {
	told := map[string][]float32{}
	for name, values := range made {
		told[name] = values
	}
	of := m.Config.Conditions.Covariates
	for _, text := range t.covariates {
		name, path, ok := strings.Cut(text, "=")
		i := slices.IndexFunc(of, func(v run.CovariateConfig) bool { return v.Name == name })
		if !ok || i < 0 {
			return nil, misuse(c, "--covariate is %q: want NAME=FILE.nc, where NAME is a covariate of the run's network; it has %s", text, covariateNames(of))
		}
		values, err := readCovariate(of[i], m.Config.Clip, read, path)
		if err != nil {
			return nil, fmt.Errorf("--covariate %s: %w", text, err)
		}
		told[name] = values
	}
	for _, v := range of {
		switch _, given := told[v.Name]; {
		case given:
		case v.KnownFrames > shown:
			say(c, "the network is not told %s, which is made from the first %d frames: %d are known", v.Name, v.KnownFrames, shown)
		case !t.without:
			return nil, misuse(c, "the network is told %s in %s: give it by --covariate %s=FILE.nc, or --without-covariates to draw without", v.Name, v.Units, v.Name)
		default:
			say(c, "the network is not told %s", v.Name)
		}
	}
	return told, nil
}

// readCovariate reads a covariate of a clip. One frame serves for all.
func readCovariate(v run.CovariateConfig, clip run.ClipConfig, read readFlags, path string) ([]float32, error) {
	read.variables = []string{v.Name}
	rec, err := read.openAs([]string{path}, []run.ChannelConfig{{Name: v.Name, Units: v.Units}})
	if err != nil {
		return nil, err
	}
	defer rec.Close()
	f := rec.Fields[0]
	if f.Height() != clip.Height || f.Width() != clip.Width || f.Frames() != 1 && f.Frames() != clip.Frames {
		return nil, fmt.Errorf("it has %d frames of %d × %d cells, want 1 or %d of %d × %d", f.Frames(), f.Height(), f.Width(), clip.Frames, clip.Height, clip.Width)
	}
	if f.Frames() == clip.Frames {
		return slices.Clone(f.Data), nil
	}
	return slices.Repeat(f.Data, clip.Frames), nil
}
