//go:build !nonetcdf

package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// conditionalFlags are the settings of commands that generate what is not known of
// a clip, or more than is known.
type conditionalFlags struct {
	sampleFlags
	read     readFlags
	data     []string
	start    int
	last     bool
	test     int // window of split data
	row, col int
	guidance string
	weight   float64
}

func (f *conditionalFlags) addTo(c *cobra.Command) {
	f.sampleFlags.addTo(c, "members", 8)
	flags := c.Flags()
	flags.StringArrayVar(&f.data, "data", nil, "NetCDF `file` (may be repeated: joined in time), or the folder of prepared data, with what is known")
	flags.IntVar(&f.start, "start", 0, "`index` of the clip's first frame in the data, from 0")
	flags.IntVar(&f.row, "row", -1, "southernmost row of the clip in the data, from 0 (default: so that the clip is in the middle)")
	flags.IntVar(&f.col, "col", -1, "westernmost column of the clip in the data, from 0 (default: likewise)")
	flags.StringVar(&f.guidance, "guidance", "replacement", "how clips are made to agree with what is known: "+strings.Join(vdm.GuidanceNames(), ", "))
	flags.Float64Var(&f.weight, "weight", 0, "weight of those guidances that have one: w_r of reconstruction, where 0 is replacement, or ζ of posterior-sampling (default: the guidance's own, 1)")
	f.read.addTo(c)
	flags.Lookup("variable").Usage = renamed
}

// prepare checks the settings that need no data.
func (f *conditionalFlags) prepare(c *cobra.Command) (err error) {
	var weight []float64 // none unless it is given
	if c.Flags().Changed("weight") {
		weight = append(weight, f.weight)
	}
	if f.o.Guidance, err = vdm.NewGuidance(f.guidance, weight...); err != nil {
		return misuse(c, "%v", err)
	}
	return f.check(c, "members")
}

// located wants to be told once where in the data the clip begins.
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

// addTest lets the clip begin at a test window of split data.
func (f *conditionalFlags) addTest(c *cobra.Command) {
	c.Flags().IntVar(&f.test, "test", 0, "`number` of a test window of prepared data that have a split, from 0; they do not overlap")
}

// startOf finds the first frame of a clip, and says to which part of split data it
// belongs; the part is "" for data without a split.
func (f *conditionalFlags) startOf(c *cobra.Command, rec *record, known []bool) (part string, err error) {
	frames := len(known)
	switch {
	case f.last:
		f.start = rec.fields[0].Frames() - (1 + lastTrue(known))
	case c.Flags().Changed("test"):
		if rec.split == nil {
			return "", errors.New("--test: the data have no split into training and tests; give --start")
		}
		windows, err := testWindows(climate.WindowOptions{Frames: frames, Name: ofRun}, rec)
		if err != nil {
			return "", err
		}
		if f.test < 0 || f.test >= windows.Len() {
			return "", fmt.Errorf("--test is %d: want 0 to %d, the test windows of the data", f.test, windows.Len()-1)
		}
		f.start, _, _, _ = windows.Origin(f.test)
	}
	if rec.split == nil {
		return "", nil
	}
	for _, r := range rec.split.Train {
		if r.From < f.start+frames && f.start < r.To {
			say(c, "warning: frames %d to %d of the data are of their training part, in whole or in part: what a model trained on them makes of them proves nothing; --test begins at a test window",
				f.start, f.start+frames-1)
			return "training", nil
		}
	}
	return "test", nil
}

// open checks the settings, the place of the clip among them, and opens the run.
func (f *conditionalFlags) open(c *cobra.Command, dir string) (*run.Run, error) {
	if err := f.prepare(c); err != nil {
		return nil, err
	}
	if err := f.located(c); err != nil {
		return nil, err
	}
	return openRun(c, dir)
}

// known says where the data that are known come from.
func (f *conditionalFlags) known(rec *record) map[string]string {
	var sources []string
	for _, s := range rec.sources {
		sources = append(sources, fmt.Sprintf("%s (SHA-256 %s)", s.Name, s.SHA256))
	}
	return map[string]string{
		"vdm_known_from":     strings.Join(sources, "; "),
		"vdm_first_frame":    fmt.Sprint(f.start),
		"vdm_row_and_column": fmt.Sprintf("%d, %d", f.row, f.col),
	}
}

// cut takes the clip that begins at f.start and lies at f.row and f.col out of
// the data, [frame, height, width, channel]. Frames that are not known may lie
// beyond the end of the data and are NaN.
func (f *conditionalFlags) cut(c run.ClipConfig, fields []*climate.Field, known []bool) ([]float32, clipPlace, error) {
	first := fields[0]
	fail := func(format string, args ...any) ([]float32, clipPlace, error) {
		return nil, clipPlace{}, fmt.Errorf(format, args...)
	}
	needed := 1 + lastTrue(known)
	if f.start < 0 || f.start+needed > first.Frames() {
		return fail("a clip of %d frames up to the last known one cannot begin at frame %d: the data have %d frames", needed, f.start, first.Frames())
	}
	step := first.Step()
	if c.Step != 0 && math.Abs(step-c.Step) > 0.01*c.Step {
		return fail("the frames of the data are %v h apart, those of the run %v h", step, c.Step)
	}
	for _, t := range first.Gaps() {
		if t >= f.start && t < f.start+needed-1 {
			return fail("the known frames, %s to %s, span a gap in time after %s", first.Date(f.start), first.Date(f.start+needed-1), first.Date(t))
		}
	}
	for _, p := range []struct {
		at         *int
		flag       string
		size, room int
	}{{&f.row, "row", c.Height, first.Height()}, {&f.col, "col", c.Width, first.Width()}} {
		if p.size > p.room {
			return fail("the run's clips have %d %ss, the data %d", p.size, p.flag, p.room)
		}
		if *p.at == -1 {
			*p.at = (p.room - p.size) / 2
		}
		if *p.at < 0 || *p.at+p.size > p.room {
			return fail("--%s is %d: want 0 to %d", p.flag, *p.at, p.room-p.size)
		}
	}
	clip := make([]float32, 0, c.Frames*c.Height*c.Width*len(fields))
	place := clipPlace{like: fields, grid: first.Grid.Window(f.row, f.col, c.Height, c.Width), calendar: first.Calendar, epoch: first.Epoch}
	for t := range c.Frames {
		at := f.start + t
		switch {
		case at >= first.Frames():
			place.times = append(place.times, place.times[t-1]+step)
			if place.from != nil {
				place.from, place.to = append(place.from, place.from[t-1]+step), append(place.to, place.to[t-1]+step)
			}
		default:
			place.times = append(place.times, first.Times[at])
			if first.From != nil {
				place.from, place.to = append(place.from, first.From[at]), append(place.to, first.To[at])
			}
		}
		for y := range c.Height {
			for x := range c.Width {
				for _, field := range fields {
					v := float32(math.NaN())
					if known[t] {
						v = field.Frame(at)[(f.row+y)*field.Width()+f.col+x]
					}
					clip = append(clip, v)
				}
			}
		}
	}
	return clip, place, nil
}

func lastTrue(known []bool) int {
	for i := range slices.Backward(known) {
		if known[i] {
			return i
		}
	}
	return -1
}

func trueIndices(known []bool) string {
	var all []string
	for i, k := range known {
		if k {
			all = append(all, strconv.Itoa(i))
		}
	}
	return strings.Join(all, ", ")
}

// openAs opens data for a run: the variables of its channels, in their order and
// units. Variables that the data call otherwise are named by flags.
func (r *readFlags) openAs(paths []string, channels []run.ChannelConfig) (*record, error) {
	hint, asCalled := "", len(r.variables) == 0
	if asCalled {
		hint = "; --variable says what the data call a channel of the run"
		for _, ch := range channels {
			r.variables = append(r.variables, ch.Name)
		}
	}
	if len(r.variables) != len(channels) {
		return nil, fmt.Errorf("--variable names %d variables, the run has %d channels", len(r.variables), len(channels))
	}
	rec, err := r.open(paths)
	if err != nil && asCalled && len(channels) == 1 && strings.Contains(err.Error(), "there is no variable") {
		// A run of one channel and data of one variable leave no choice.
		r.variables = nil
		if rec, only := r.open(paths); only == nil {
			return rec.as(channels)
		}
	}
	if err != nil && strings.Contains(err.Error(), "there is no variable") {
		return nil, fmt.Errorf("%w%s", err, hint)
	}
	if err != nil {
		return nil, err
	}
	return rec.as(channels)
}

// as gives the variables the names of a run's channels, whose units they must
// have.
func (rec *record) as(channels []run.ChannelConfig) (*record, error) {
	if len(rec.fields) != len(channels) {
		return nil, errors.Join(fmt.Errorf("the data have %d variables, the run %d channels", len(rec.fields), len(channels)), rec.close())
	}
	for i, ch := range channels {
		f := *rec.fields[i]
		if f.Units != ch.Units {
			return nil, errors.Join(fmt.Errorf("%s is in %s in the data, the run's %s is in %s", f.Name, f.Units, ch.Name, ch.Units), rec.close())
		}
		f.Name = ch.Name
		rec.fields[i] = &f
	}
	return rec, nil
}

// renamed is the help of --variable where a run says which are read.
const renamed = "`name` in the data of a channel of the run, in the run's order (default: as the run calls it)"
