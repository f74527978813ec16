package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// conditionalFlags are the settings of commands that generate the unknown part of a
// clip, or a finer clip.
type conditionalFlags struct {
	sampleFlags
	read readFlags
	whereFlags
	picture string
	leads   string // of a nowcast, that are written; "" for all
	shipped bool   // the run is the shipped model of radar rain

	otherStep, otherCells bool // data with another step in time or size of cells are accepted

	guidance string
	weight   float64
}

func (f *conditionalFlags) addTo(c *cobra.Command) {
	f.sampleFlags.addTo(c, "members", 8)
	flags := c.Flags()
	f.whereFlags.addTo(flags)
	flags.IntVar(&f.size, "size", 0, sizeHelp)
	flags.BoolVar(&f.otherStep, "other-step", false, "accept data with another time between frames than the training data")
	flags.BoolVar(&f.otherCells, "other-cell-size", false, "accept data with cells of another size than the training data")
	flags.StringVar(&f.guidance, "guidance", "replacement", "method by which clips agree with the known values: "+strings.Join(vdm.GuidanceNames(), ", ")+" (for a network that takes a map of noise levels the default is map)")
	flags.Float64Var(&f.weight, "weight", 0, "weight of a guidance that has one: w_r of reconstruction, where 0 means replacement, or ζ of posterior-sampling (default: 1)")
	f.read.addTo(c)
	flags.Lookup("variable").Usage = renamed
}

// prepare checks the settings that need no data.
func (f *conditionalFlags) prepare(c *cobra.Command) (err error) {
	var weight []float64 // empty unless the flag is given
	if c.Flags().Changed("weight") {
		weight = append(weight, f.weight)
	}
	m := mistakes{command: c}
	if f.o.Guidance, err = vdm.NewGuidance(f.guidance, weight...); err != nil {
		m.add(misuse(c, "%v", err))
	}
	m.add(f.check(c, "members"))
	if _, err := climate.ParseLengths(cmp.Or(f.leads, "1h")); err != nil {
		m.add(misuse(c, "--leads: %v", err))
	}
	m.when(f.size < 0, "--size is %d: want at least 1 cell", f.size)
	return m.err()
}

// open checks the settings, the place of the clip among them, and opens the run.
func (f *conditionalFlags) open(c *cobra.Command, dir string) (*run.Run, error) {
	if err := together(f.prepare(c), f.located(c)); err != nil {
		return nil, err
	}
	m, err := openRun(c, dir)
	if err != nil {
		return nil, err
	}
	return f.suit(c, m)
}

// suit returns the run for clips of --size. If the network takes a map of noise levels
// and no guidance was asked for, the map becomes the guidance.
func (f *conditionalFlags) suit(c *cobra.Command, m *run.Run) (*run.Run, error) {
	if m.Config.Conditions.TakesMap() && !c.Flags().Changed("guidance") {
		f.o.Guidance = nil
		say(c, "the known values enter by a map of noise levels, for which the network was trained (--guidance chooses another method)")
	}
	return sized(c, m, f.size)
}

// cut takes the clip out of the data that begins at --start and lies at --row and --col
// or around --around.
func (f *conditionalFlags) cut(c run.ClipConfig, rec *climate.Record, known climate.KnownFrames) ([]float32, climate.Place, error) {
	if err := f.lie(rec, c.Height, c.Width); err != nil {
		return nil, climate.Place{}, err
	}
	o := climate.CutOptions{Height: c.Height, Width: c.Width, Step: c.Step, Kilometres: c.Kilometres, Known: known, Start: f.start, Row: f.row, Column: f.col, Name: flagOf}
	if f.otherStep {
		o.Step = 0
	}
	if f.otherCells {
		o.Kilometres = 0
	}
	return rec.Cut(o)
}

// knownFrom adds to a file's attributes where the known data come from.
func knownFrom(rec *climate.Record, place climate.Place) map[string]string {
	var sources []string
	for _, s := range rec.Sources {
		sources = append(sources, fmt.Sprintf("%s (SHA-256 %s)", s.Name, s.SHA256))
	}
	return map[string]string{
		"vdm_known_from":     strings.Join(sources, "; "),
		"vdm_first_frame":    fmt.Sprint(place.Start),
		"vdm_row_and_column": fmt.Sprintf("%d, %d", place.Row, place.Column),
	}
}

// renamed is the help of --variable where a run says which variables are read.
const renamed = "`name` in the data of a channel of the run, in the run's order (default: the channel's name)"
