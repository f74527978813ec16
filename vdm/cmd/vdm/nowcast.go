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
)

// conditionalFlags are the settings of commands that generate what is not known of
// a clip, or more than is known.
type conditionalFlags struct {
	sampleFlags
	read     readFlags
	data     []string
	start    int
	last     bool
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
	flags.Float64Var(&f.weight, "weight", 1, "weight of those guidances that have one, such as w_r of reconstruction")
	f.read.addTo(c)
	flags.Lookup("variable").Usage = renamed
}

// prepare checks the settings that need no data.
func (f *conditionalFlags) prepare(c *cobra.Command) (err error) {
	if f.o.Guidance, err = vdm.NewGuidance(f.guidance, f.weight); err != nil {
		return misuse(c, "%v", err)
	}
	return f.check(c, "members")
}

// located wants to be told where in the data the clip begins.
func (f *conditionalFlags) located(c *cobra.Command) error {
	if f.last != c.Flags().Changed("start") {
		return nil
	}
	if c.Flags().Lookup("last") == nil {
		return misuse(c, "--start is missing: where in the data the clip begins")
	}
	return misuse(c, "give --start or --last: where in the data the clip begins")
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

func newNowcast() *cobra.Command {
	f := &conditionalFlags{}
	var known int
	c := &cobra.Command{
		Use:     "nowcast RUN --data FILE.nc --start INDEX",
		Short:   "Continue observed frames with an ensemble",
		GroupID: groupWork,
		Long: `nowcast takes frames that are known, generates those that follow, several times
over, and writes the clips as CF NetCDF on the grid and with the times of the
data, a member each. Missing cells among the known ones are generated too.

With --last the known frames are the last of the data and the generated ones lie
beyond them; with --start the clip begins at a frame of the data.`,
		Example: `  vdm nowcast runs/rain --data today.nc --last --members 16
  vdm nowcast runs/rain --data rain.nc --start 120 --known 5 --out nowcast.nc`,
		Args: takes("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, args[0], "nowcast", func(frames int) ([]bool, error) {
				if !c.Flags().Changed("known") {
					known = frames / 2
				}
				if known < 1 || known >= frames {
					return nil, misuse(c, "--known is %d: want 1 to %d of the %d frames of the run's clips", known, frames-1, frames)
				}
				all := make([]bool, frames)
				for i := range known {
					all[i] = true
				}
				return all, nil
			})
		},
	}
	c.Flags().IntVar(&known, "known", 0, "first `frames` of the clip that are known (default: half of them)")
	c.Flags().BoolVar(&f.last, "last", false, "the known frames are the last of the data")
	f.addTo(c)
	return c
}

func newInterpolate() *cobra.Command {
	f := &conditionalFlags{}
	var known []int
	c := &cobra.Command{
		Use:     "interpolate RUN --data FILE.nc --start INDEX",
		Short:   "Fill in the frames between observed ones with an ensemble",
		GroupID: groupWork,
		Long: `interpolate takes a clip of which some frames are known, generates the others,
several times over, and writes the clips as nowcast does.`,
		Example: `  vdm interpolate runs/rain --data rain.nc --start 120 --known 0,2,4,6,8`,
		Args:    takes("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			return f.run(c, args[0], "interpolate", func(frames int) ([]bool, error) {
				all := make([]bool, frames)
				if !c.Flags().Changed("known") {
					for i := 0; i < frames; i += 2 {
						all[i] = true
					}
				}
				for _, i := range known {
					if i < 0 || i >= frames {
						return nil, misuse(c, "--known has %d: want frames from 0 to %d", i, frames-1)
					}
					all[i] = true
				}
				if !slices.Contains(all, false) {
					return nil, misuse(c, "--known names every frame: there is nothing to generate")
				}
				return all, nil
			})
		},
	}
	c.Flags().IntSliceVar(&known, "known", nil, "`frames` of the clip that are known, from 0 (default: every second)")
	f.addTo(c)
	return c
}

// run generates; knownFrames says for each frame of a clip whether it is known.
func (f *conditionalFlags) run(c *cobra.Command, dir, kind string, knownFrames func(frames int) ([]bool, error)) error {
	if err := f.prepare(c); err != nil {
		return err
	}
	if err := f.located(c); err != nil {
		return err
	}
	m, err := openRun(c, dir)
	if err != nil {
		return err
	}
	known, err := knownFrames(m.Config.Clip.Frames)
	if err != nil {
		return err
	}
	rec, err := f.read.openAs(f.data, m.Config.Clip.Channels)
	if err != nil {
		return err
	}
	defer rec.close()
	if f.last {
		f.start = rec.fields[0].Frames() - (1 + lastTrue(known))
	}
	clip, place, err := f.cut(m.Config.Clip, rec.fields, known)
	if err != nil {
		return err
	}
	title := map[string]string{
		"nowcast":     "Nowcast of a video diffusion model",
		"interpolate": "Interpolation in time of a video diffusion model",
	}[kind]
	more := f.known(rec)
	more["vdm_known_frames"] = trueIndices(known)
	return f.write(c, m, place, kind, title, more, func(o vdm.SampleOptions) error {
		_, err := m.Interpolate(c.Context(), clip, known, o)
		return err
	})
}

// cut takes the clip that begins at f.start and lies at f.row and f.col out of
// the data, [frame, height, width, channel]. Frames that are not known may lie
// beyond the end of the data and are NaN.
func (f *conditionalFlags) cut(c vdm.ClipConfig, fields []*climate.Field, known []bool) ([]float32, clipPlace, error) {
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
		if at < first.Frames() {
			place.times = append(place.times, first.Times[at])
		} else {
			place.times = append(place.times, place.times[t-1]+step)
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
func (r *readFlags) openAs(paths []string, channels []vdm.ChannelConfig) (*record, error) {
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
func (rec *record) as(channels []vdm.ChannelConfig) (*record, error) {
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
