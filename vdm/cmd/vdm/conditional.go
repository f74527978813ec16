//go:build !nonetcdf

package main

import (
	"errors"
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
	read     readFlags
	data     []string
	start    int
	last     bool
	test     int // number of a test window of split data
	row, col int
	picture  string
	size     int // rows and columns of the clip; 0 means the run's

	otherStep, otherCells bool // data with another step in time or size of cells are accepted

	guidance string
	weight   float64
}

func (f *conditionalFlags) addTo(c *cobra.Command) {
	f.sampleFlags.addTo(c, "members", 8)
	flags := c.Flags()
	flags.StringArrayVar(&f.data, "data", nil, "NetCDF `file` (may be repeated: joined in time), or the folder of prepared data, with the known values")
	flags.IntVar(&f.start, "start", 0, "`index` of the clip's first frame in the data, from 0")
	flags.IntVar(&f.row, "row", -1, "southernmost row of the clip in the data, from 0 (default: the clip is in the middle)")
	flags.IntVar(&f.col, "col", -1, "westernmost column of the clip in the data, from 0 (default: the clip is in the middle)")
	flags.IntVar(&f.size, "size", 0, "`cells` along a side of the clip, for networks that work on fields of any size (default: the size of the run's clips)")
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
	if f.o.Guidance, err = vdm.NewGuidance(f.guidance, weight...); err != nil {
		return misuse(c, "%v", err)
	}
	return f.check(c, "members")
}

// located returns an error unless exactly one flag says where in the data the clip
// begins.
func (f *conditionalFlags) located(c *cobra.Command) error {
	var ways []string
	given := 0
	for _, name := range []string{"start", "last", "test"} {
		if flag := c.Flags().Lookup(name); flag != nil {
			ways = append(ways, "--"+name)
			if flag.Changed {
				given++
			}
		}
	}
	switch {
	case given == 1:
		return nil
	case len(ways) == 1:
		return misuse(c, "%s is missing: where in the data the clip begins", ways[0])
	}
	return misuse(c, "give %s: where in the data the clip begins", strings.Join(ways, " or "))
}

// addTest adds the flag by which the clip begins at a test window of split data.
func (f *conditionalFlags) addTest(c *cobra.Command) {
	c.Flags().IntVar(&f.test, "test", 0, "`number`, from 0, of a test window of prepared data with a split; test windows do not overlap")
}

// startOf returns the first frame of a clip in the data, and the part of split data to
// which it belongs, "" for data without a split.
func (f *conditionalFlags) startOf(c *cobra.Command, rec *climate.Record, known climate.KnownFrames) (part string, err error) {
	frames := len(known)
	switch {
	case f.last:
		f.start = rec.Fields[0].Frames() - known.Span()
	case c.Flags().Changed("test"):
		if rec.Split == nil {
			return "", errors.New("--test: the data have no split into training and tests; give --start")
		}
		windows, err := rec.Test(climate.WindowOptions{Frames: frames, Name: ofRun})
		if err != nil {
			return "", fmt.Errorf("the test part of the data: %w", err)
		}
		if f.test < 0 || f.test >= windows.Len() {
			return "", fmt.Errorf("--test is %d: want 0 to %d, the test windows of the data", f.test, windows.Len()-1)
		}
		f.start = windows.Start(f.test)
	}
	switch {
	case rec.Split == nil:
		return "", nil
	case rec.InTraining(f.start, frames):
		say(c, "warning: frames %d to %d of the data belong to their training part, completely or partly, so that a nowcast by a model that was trained on them proves nothing; --test begins at a test window",
			f.start, f.start+frames-1)
		return "training", nil
	}
	return "test", nil
}

// open checks the settings, the place of the clip among them, and returns the run.
func (f *conditionalFlags) open(c *cobra.Command, dir string) (*run.Run, error) {
	if err := f.prepare(c); err != nil {
		return nil, err
	}
	if err := f.located(c); err != nil {
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
	if f.size == 0 {
		return m, nil
	}
	if f.size < 1 {
		return nil, misuse(c, "--size is %d: want at least 1 cell", f.size)
	}
	sized, err := m.OnFields(f.size, f.size)
	if err != nil {
		return nil, fmt.Errorf("--size %d: %w", f.size, err)
	}
	return sized, nil
}

// cut returns the clip of the data that begins at --start and lies at --row and --col.
func (f *conditionalFlags) cut(c run.ClipConfig, rec *climate.Record, known climate.KnownFrames) ([]float32, climate.Place, error) {
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
