package main

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// synthFlags are the flags of synth.
type synthFlags struct {
	out, format, resolution, split string
	hours, height, width           int
	seed                           uint64
	replace                        bool
}

func newSynth() *cobra.Command {
	s := &synthFlags{}
	c := &cobra.Command{
		Use:     "synth --out FOLDER",
		Short:   "Make synthetic rain with known statistics, shaped like UKCP18",
		GroupID: groupWork,
		Long: `synth makes hourly rain whose statistics are known in closed form, for tests,
teaching and large records: dry share, mean and distribution of a cell, and a
spectrum and a memory like those of real rain. It is neither an observation nor a
simulation, and every file says so.

--format prepared writes flat data, ready for training, from the seed alone.
--format netcdf writes CF NetCDF in the layout of UKCP18 Local: a file for each
month of 30 days, 4-D pr in mm/hour on a rotated grid around Birmingham, as input
of "vdm prepare". At --resolution 2.2km the grid has
606 × 484 cells unless --height and --width say otherwise.

The same seed and sizes make the same rain, whatever the machine's number of
processors, and both formats contain the same values. Interrupted, the same
command continues; repeated, it does nothing.`,
		Example: `  vdm synth --out data/synthetic --hours 20000
  vdm synth --out data/months --hours 1440 --format netcdf --resolution 2.2km
  vdm synth --out data/small --hours 400 --height 16 --width 16 --split none`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error { return s.run(c) },
	}
	f := c.Flags()
	f.StringVar(&s.out, "out", "", "`folder` to write to")
	f.StringVar(&s.format, "format", "prepared", "`format` to write: prepared or netcdf")
	f.IntVar(&s.hours, "hours", 20000, "hours of rain, from December 1980 on in the three periods of UKCP18")
	f.Uint64Var(&s.seed, "seed", 1, "seed of the rain")
	f.IntVar(&s.height, "height", 0, "rows of the grid (default 64, or 606 at 2.2km)")
	f.IntVar(&s.width, "width", 0, "columns of the grid (default 64, or 484 at 2.2km)")
	f.StringVar(&s.resolution, "resolution", "8.8km", "`size` of a cell: 8.8km as in the dissertation's training data, or 2.2km as in UKCP18's files")
	f.StringVar(&s.split, "split", "seasons", "`rule` of the split of prepared data into training and tests: seasons or none")
	f.BoolVar(&s.replace, "replace", false, "replace other prepared data in the folder")
	for _, name := range []string{"height", "width"} {
		f.Lookup(name).DefValue = "0" // the help says it in words
	}
	return c
}

func (s *synthFlags) run(c *cobra.Command) error {
	coarse, known := map[string]int{"2.2km": 1, "8.8km": 4}[s.resolution]
	m := mistakes{command: c}
	m.when(s.out == "", "--out is missing: the folder to write to")
	m.when(!known, "--resolution is %q: want 2.2km or 8.8km", s.resolution)
	m.when(s.format != "prepared" && s.format != "netcdf", "--format is %q: want prepared or netcdf", s.format)
	m.when(s.format == "netcdf" && (c.Flags().Changed("split") || s.replace), "--split and --replace are for --format prepared")
	if err := m.err(); err != nil {
		return err
	}
	record := climate.SyntheticRecord{Seed: s.seed, Hours: s.hours, Coarse: coarse, Height: s.height, Width: s.width}
	if err := record.Validate(); err != nil {
		return misuse(c, "%v", err)
	}
	update, end := tally(c, "making hours")
	defer end()
	if s.format == "netcdf" {
		made, err := writeSynthetic(c, s.out, record, update)
		if err != nil {
			return goesOn(c, err)
		}
		if end(); made == 0 {
			say(c, "%s already contains all %d months; nothing to do", s.out, record.Months())
		}
		return emit(c, s.out+"\n")
	}
	seasons, err := seasonSplit(c, s.split)
	if err != nil {
		return err
	}
	var split *climate.Split
	if seasons != nil {
		if split, err = seasons.Split(record.Field().Times); err != nil {
			return fmt.Errorf("%w: make more hours, or --split none", err)
		}
	}
	made, err := record.Prepare(c.Context(), s.out, split, s.replace, update)
	if end(); err != nil {
		return goesOn(c, err)
	}
	if !made {
		say(c, "%s already contains these data; nothing to do", s.out)
	}
	if err := describePrepared(c, s.out); err != nil {
		return err
	}
	return emit(c, s.out+"\n")
}

// goesOn returns the error of a stop by the user with a note that nothing is lost.
func goesOn(c *cobra.Command, err error) error {
	if c.Context().Err() != nil {
		return fmt.Errorf("%w: finished parts are kept; run the command again to continue", err)
	}
	return err
}

// seasonSplit returns the split that a flag asks for, nil for none.
func seasonSplit(c *cobra.Command, name string) (*climate.SeasonSplit, error) {
	switch name {
	case "none":
		return nil, nil
	case "seasons":
		return &climate.SeasonSplit{}, nil
	}
	return nil, misuse(c, "--split is %q: want seasons or none", name)
}

// describePrepared prints a description of a folder of prepared data.
func describePrepared(c *cobra.Command, dir string) error {
	text, err := preparedInWords(dir)
	if err == nil {
		say(c, "%s", strings.TrimSuffix(text, "\n"))
	}
	return err
}

// preparedInWords returns a description of a folder of prepared data, one line each.
func preparedInWords(dir string) (string, error) {
	data, err := climate.OpenPrepared(dir)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for i, f := range data.Fields() {
		lowest, highest, mean := data.Range(i)
		fmt.Fprintf(&b, "%s: %d frames of %d × %d cells, %s, in %s: minimum %.6g, mean %.6g, maximum %.6g\n",
			f.Name, f.Frames(), f.Height(), f.Width(), f.Period(), f.Units, lowest, mean, highest)
		for _, note := range f.Notes {
			fmt.Fprintf(&b, "%s: %s\n", f.Name, note)
		}
	}
	for _, line := range data.Recipe() {
		fmt.Fprintf(&b, "made by: %s\n", line)
	}
	if s := data.Split(); s != nil {
		fmt.Fprintf(&b, "split: %s: %s\n", s.Rule, s.Describe())
	}
	return b.String(), data.Close()
}

// tally starts a progress line for a task that counts, as progress does for one that
// takes steps. end may be called twice.
func tally(c *cobra.Command, task string) (update func(done, total int), end func()) {
	bar, end := progress(c, task)
	var began time.Time
	var before int
	return func(done, total int) {
		if began.IsZero() {
			began, before = time.Now(), done
		}
		p := vdm.Progress{Step: int64(done), Steps: int64(total), Loss: math.NaN(), HeldOut: math.NaN()}
		if long := time.Since(began); done > before && long > time.Second {
			p.PerSecond = float64(done-before) / long.Seconds()
			p.Left = time.Duration(float64(total-done) / p.PerSecond * float64(time.Second))
		}
		bar(p)
	}, end
}
