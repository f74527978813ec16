package main

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// remembered are the flags of readFlags that a run keeps: they say what files of one source
// leave open.
var remembered = []string{"units", "kind", "interval", "totals", "fill", "index", "dims", "time-units", "calendar", "clip-negative", "ignore-valid-range", "ignore-fill", "zr"}

// remember returns how data were read, for the commands that use the run.
func (r *readFlags) remember(c *cobra.Command, paths []string, fields []*climate.Field) (climate.Reading, error) {
	kept := climate.Reading{Settings: map[string][]string{}}
	for _, name := range remembered {
		f := c.Flags().Lookup(name)
		if f == nil || !f.Changed || preparedFolder(paths) {
			continue
		}
		if list, several := f.Value.(pflag.SliceValue); several {
			kept.Settings[name] = list.GetSlice()
		} else {
			kept.Settings[name] = []string{strings.Trim(f.Value.String(), "[]")}
		}
	}
	if len(kept.Settings) == 0 {
		return climate.Reading{}, nil
	}
	if len(kept.Settings["units"]) == 0 {
		return kept, nil
	}
	var err error
	kept.Units, err = fileUnits(paths, fields)
	return kept, err
}

// asTrained reads data as those were that the run in a folder was trained on, but for the
// flags that are given: what is the same for all files of a source is said once. Units that
// replaced those of the training files are only taken for files that name the same.
func (r *readFlags) asTrained(c *cobra.Command, dir string, paths []string) error {
	origin, err := climate.ReadOrigin(dir)
	if err != nil || origin == nil || len(origin.Reading.Settings) == 0 || preparedFolder(paths) {
		return err
	}
	var said []string
	for _, name := range slices.Sorted(maps.Keys(origin.Reading.Settings)) {
		f := c.Flags().Lookup(name)
		if f == nil || f.Changed {
			continue
		}
		if name == "units" {
			same, err := r.sameUnits(c, origin, paths)
			if err != nil {
				return err
			}
			if !same {
				continue
			}
		}
		for _, value := range origin.Reading.Settings[name] {
			if variable, setting, one := strings.Cut(value, "="); one && len(origin.Variables) == 1 && variable == origin.Variables[0].Name {
				value = setting // whatever the variable is called here
			}
			if err := c.Flags().Set(name, value); err != nil {
				return fmt.Errorf("the run in %s was trained with --%s %s: %w", dir, name, value, err)
			}
			said = append(said, fmt.Sprintf("--%s %s", name, value))
		}
	}
	if len(said) > 0 {
		say(c, "the data are read as in training: %s (give a flag to read them otherwise)", strings.Join(said, " "))
	}
	return nil
}

// sameUnits reports whether files name the units that those of training named, before a
// flag replaced them.
func (r *readFlags) sameUnits(c *cobra.Command, origin *climate.Origin, paths []string) (bool, error) {
	report, err := cf.Inspect(paths[0])
	if err != nil {
		return false, err
	}
	for i, v := range origin.Variables {
		name := v.Name
		if i < len(r.variables) {
			name = r.variables[i]
		}
		for _, found := range report.Variables {
			was, known := origin.Reading.Units[v.Name]
			if known && (found.Name == name || len(report.Variables) == 1) && found.FileUnits != was {
				say(c, "%s is in %q here and was in %q in training, where --units replaced that: it is read by what this file says", found.Name, found.FileUnits, was)
				return false, nil
			}
		}
	}
	return true, nil
}

// fileUnits are the units that the first of some files names for each field.
func fileUnits(paths []string, fields []*climate.Field) (map[string]string, error) {
	report, err := cf.Inspect(paths[0])
	if err != nil {
		return nil, err
	}
	units := map[string]string{}
	for _, f := range fields {
		for _, v := range report.Variables {
			if v.Name == f.Name {
				units[f.Name] = v.FileUnits
			}
		}
	}
	return units, nil
}

// preparedFolder says whether data are prepared, which says how they were read.
func preparedFolder(paths []string) bool {
	if len(paths) != 1 || strings.HasSuffix(strings.TrimRight(paths[0], "/"), ".zarr") {
		return len(paths) == 0
	}
	info, err := os.Stat(paths[0])
	return err == nil && info.IsDir()
}

// openData opens data for the channels of a run, read as in training where no flag says
// otherwise; the caller closes them.
func (f *conditionalFlags) openData(c *cobra.Command, m *run.Run) (*climate.Record, error) {
	if err := f.read.asTrained(c, m.Dir, f.data); err != nil {
		return nil, err
	}
	f.inputs = f.data
	return f.read.openAs(f.data, m.Config.Clip.Channels)
}

// hoursFlag is a flag for a length of time, in hours.
type hoursFlag float64

func (h *hoursFlag) Set(text string) (err error) {
	hours, err := climate.ParseHours(text)
	*h = hoursFlag(hours)
	return err
}

func (h *hoursFlag) String() string { return fmt.Sprint(float64(*h)) }

// Type is what cobra calls the value in help.
func (h *hoursFlag) Type() string { return "hours" }
