//go:build !nonetcdf

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/report/archive"
)

// verifyFlags are the settings of verify.
type verifyFlags struct {
	read    readFlags
	against []string
	out     string
	windows int
	known   int
	o       vdm.SampleOptions
}

func newVerify() *cobra.Command {
	v := &verifyFlags{}
	c := &cobra.Command{
		Use:     "verify RUN|FILE.nc --against DATA.nc",
		Short:   "Compare generated clips with observed ones",
		GroupID: groupCheck,
		Long: `verify compares clips with data: tables go to the standard output, figures and
all numbers as JSON to a folder.

Of a RUN it draws clips first, and keeps them there; where the data are those
that the run was trained on, it compares with the held-out hours only, and
measures the held-out loss beside three closed-form denoisers. A FILE of sample
is compared in its statistics with all the data; one of nowcast in its CRPS, beside
persistence, with the frames of the data at the same times and places.`,
		Example: `  vdm verify runs/rain --against rain.nc --count 32
  vdm verify nowcast.nc --against rain.nc`,
		Args: takes("RUN|FILE.nc"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(v.against) == 0 {
				return misuse(c, "--against is missing: the data to compare with")
			}
			if c.Flags().Changed("known") && v.known < 1 {
				return misuse(c, "--known is %d: want at least 1", v.known)
			}
			if v.windows < 1 {
				return misuse(c, "--windows is %d: want at least 1", v.windows)
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			if info.IsDir() {
				return v.run(c, args[0])
			}
			return v.file(c, args[0])
		},
	}
	f := c.Flags()
	f.StringArrayVar(&v.against, "against", nil, "NetCDF `file` (may be repeated: joined in time), or the folder of prepared data")
	f.StringVar(&v.out, "out", "", "`folder` for figures and numbers (default: verification in the run's folder, or beside the file)")
	f.IntVar(&v.windows, "windows", 500, "windows of the data to compare with, at even distances")
	f.IntVar(&v.o.Count, "count", 16, "clips to draw of a run")
	f.IntVar(&v.o.Steps, "steps", vdm.DefaultSteps, "evaluations of the network that a clip of a run takes")
	f.Uint64Var(&v.o.Seed, "seed", 0, "seed of the clips of a run, and of breaking ties of ranks")
	f.IntVar(&v.known, "known", 0, "first `frames` that the members of a nowcast were given (default: those in which all are the data)")
	v.read.addTo(c)
	f.Lookup("variable").Usage = renamed
	return c
}

// run verifies a run.
func (v *verifyFlags) run(c *cobra.Command, dir string) error {
	m, err := openRun(c, dir)
	if err != nil {
		return err
	}
	clip := m.Config.Clip
	rec, err := v.read.openAs(v.against, clip.Channels)
	if err != nil {
		return err
	}
	defer rec.close()
	origin, err := report.ReadOrigin(dir)
	if err != nil {
		return err
	}
	o := climate.WindowOptions{Frames: clip.Frames, Height: clip.Height, Width: clip.Width}
	if m.Config.Training.MissingCells == "mask" {
		o.Missing = climate.KeepMissing
	}
	name, fields := "data", rec.fields
	var train *climate.Windows
	if rec.split != nil {
		trained := o
		trained.Ranges = rec.split.Train
		if train, err = climate.NewWindows(trained, rec.fields...); err != nil {
			return err
		}
	} else if origin != nil && origin.HeldOutHours > 0 && origin.SameSources(&report.Origin{Sources: rec.sources}) {
		var first []*climate.Field
		if first, fields, err = splitHours(rec.fields, origin.HeldOutHours, clip.Step); err != nil {
			return err
		}
		if train, err = climate.NewWindows(o, first...); err != nil {
			return err
		}
		name = "held out"
	}
	if rec.split != nil { // the clips of the test part do not overlap
		name, o.Ranges, o.StrideT = "test part", rec.split.Test, o.Frames
	}
	reference, err := climate.NewWindows(o, fields...)
	if err != nil {
		return err
	}
	say(c, "%s: %s: %s", name, period(fields[0]), reference.Summary())
	like, err := channelFields(m)
	if err != nil {
		return err
	}
	var end func()
	v.o.Progress, end = progress(c, "sampling")
	clips, err := archive.Sample(c.Context(), m, "verification", archive.Place{Like: like}, v.o)
	end()
	if err != nil {
		return err
	}
	out := results{folder: filepath.Join(dir, "verification")}
	if train != nil {
		losses, err := report.Measure(m, train, reference, report.LossOptions{})
		if err != nil {
			return err
		}
		out.Losses = losses
		out.add(losses.Table())
	}
	if err := v.statistics(&out, name, reference, clips.Samples, like); err != nil {
		return err
	}
	return v.finish(c, out)
}

// file verifies a file of samples.
func (v *verifyFlags) file(c *cobra.Command, path string) error {
	samples, like, err := readSamples(path)
	if err != nil {
		return err
	}
	var channels []vdm.ChannelConfig
	for _, f := range like {
		channels = append(channels, vdm.ChannelConfig{Name: f.Name, Units: f.Units})
	}
	rec, err := v.read.openAs(v.against, channels)
	if err != nil {
		return err
	}
	defer rec.close()
	out := results{folder: strings.TrimSuffix(path, filepath.Ext(path)) + "-verification"}
	if strings.Contains(like[0].Epoch, " since ") {
		err = v.forecast(&out, path, samples, like, rec.fields)
	} else {
		var reference *climate.Windows
		if reference, err = climate.NewWindows(climate.WindowOptions{Frames: samples.Frames, Height: samples.Height, Width: samples.Width}, rec.fields...); err == nil {
			say(c, "data: %s: %s", period(rec.fields[0]), reference.Summary())
			err = v.statistics(&out, "data", reference, samples, like)
		}
	}
	if err != nil {
		return err
	}
	return v.finish(c, out)
}

// results is what verify prints and saves.
type results struct {
	folder   string
	tables   []string
	drawings []report.Drawing

	Losses     *report.Losses         `json:"losses,omitempty"`
	Statistics []*report.Verification `json:"statistics,omitempty"` // of each variable
	Forecasts  []*report.Forecast     `json:"forecasts,omitempty"`  // of each variable
}

func (r *results) add(t report.Table) { r.tables = append(r.tables, t.Text()) }

// draw adds pictures; those of several variables are told apart by their names.
func (r *results) draw(variable string, several bool, drawings []report.Drawing) {
	for _, d := range drawings {
		if several {
			d.File = variable + "-" + d.File
		}
		r.drawings = append(r.drawings, d)
	}
}

// finish prints the tables and saves figures and numbers.
func (v *verifyFlags) finish(c *cobra.Command, r results) error {
	if v.out != "" {
		r.folder = v.out
	}
	if err := emit(c, strings.Join(r.tables, "\n")); err != nil {
		return err
	}
	figures, err := report.Save(r.folder, r.drawings...)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(r, "", " ")
	if err != nil {
		return err
	}
	if err := checkpoint.WriteBytes(filepath.Join(r.folder, "verification.json"), append(text, '\n')); err != nil {
		return err
	}
	say(c, "%d figures and verification.json are in %s", len(figures), r.folder)
	return nil
}

// statistics compares generated clips with observed ones, variable by variable.
func (v *verifyFlags) statistics(out *results, name string, reference *climate.Windows, samples *vdm.Samples, like []*climate.Field) error {
	for ch, f := range like {
		o := report.VerifyOptions{Variable: f.Name, Units: f.Units, Channel: ch}
		r, err := report.Verify(o, report.Set{Name: name, Clips: reference, Limit: v.windows}, report.Set{Name: "generated", Clips: samples})
		if err != nil {
			return err
		}
		drawings, err := r.Draw()
		if err != nil {
			return err
		}
		out.Statistics = append(out.Statistics, r)
		out.add(r.Table())
		out.draw(f.Name, len(like) > 1, drawings)
	}
	return nil
}

// forecast scores the members of a file against the frames of the data that they
// are forecasts of.
func (v *verifyFlags) forecast(out *results, path string, samples *vdm.Samples, like, fields []*climate.Field) error {
	truth, err := findTruth(like[0], fields)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	known := v.known
	if known == 0 {
		frames := knownFrames(samples, truth)
		known = slices.Index(frames, false)
		if known < 1 || slices.Contains(frames[known:], true) {
			return fmt.Errorf("%s: which frames were known? The members agree with the data in frames %s, and a nowcast has some at the start and no others; give --known", path, orNone(trueIndices(frames)))
		}
	}
	k := report.Case{Members: samples, Truth: truth, Known: known}
	for ch, f := range like {
		o := report.ForecastOptions{Variable: f.Name, Units: f.Units, Step: f.Step(), Channel: ch, Seed: v.o.Seed}
		r, err := report.ScoreForecast(o, k)
		if err != nil {
			return err
		}
		drawings, err := r.Draw(k, ch)
		if err != nil {
			return err
		}
		out.Forecasts = append(out.Forecasts, r)
		out.add(r.Table())
		out.draw(f.Name, len(like) > 1, drawings)
	}
	return nil
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}

// readSamples reads a file that sample or nowcast wrote: its clips, and for each
// variable a field with the times and the grid of the file.
func readSamples(path string) (*vdm.Samples, []*climate.Field, error) {
	contents, err := netcdf.Inspect(path)
	if err != nil {
		return nil, nil, err
	}
	var like []*climate.Field
	var members [][]*climate.Field // of each variable
	for _, v := range contents.Variables {
		axis := slices.Index(v.Dims, "member")
		if axis < 0 {
			continue
		}
		var all []*climate.Field
		for i := range v.Shape[axis] {
			// As other than rain, for clips that were not clamped to what rain can be.
			f, err := netcdf.Read(path, netcdf.ReadOptions{Variable: v.Name, Kind: climate.KindOther, Index: map[string]int{"member": i}})
			if err != nil {
				return nil, nil, err
			}
			all = append(all, f)
		}
		like, members = append(like, all[0]), append(members, all)
	}
	if len(like) == 0 {
		return nil, nil, fmt.Errorf("%s holds no variable with a dimension \"member\": it is no file of sample or nowcast", path)
	}
	first := like[0]
	s := vdm.NewSamples(len(members[0]), first.Frames(), first.Height(), first.Width(), len(like))
	for ch, all := range members {
		if len(all) != len(members[0]) || len(all[0].Data) != len(first.Data) {
			return nil, nil, fmt.Errorf("%s: %s and %s have different sizes", path, like[ch].Name, first.Name)
		}
		for i, f := range all {
			clip := s.At(i)
			for j, x := range f.Data {
				clip[j*s.Channels+ch] = x
			}
		}
	}
	return s, like, nil
}

// findTruth cuts the frames and cells out of the data that a clip lies on,
// [frame, height, width, channel].
func findTruth(clip *climate.Field, fields []*climate.Field) ([]float32, error) {
	data := fields[0]
	if clip.Calendar != data.Calendar || clip.Epoch != data.Epoch {
		return nil, fmt.Errorf("its calendar is %s, that of the data %s", clip.Calendar, data.Calendar)
	}
	tolerance := data.Step() / 100
	start := slices.IndexFunc(data.Times, func(t float64) bool { return math.Abs(t-clip.Times[0]) <= tolerance })
	if start < 0 || start+clip.Frames() > data.Frames() {
		return nil, fmt.Errorf("it is about %s, the data about %s", period(clip), period(data))
	}
	for i, t := range clip.Times {
		if math.Abs(data.Times[start+i]-t) > tolerance {
			return nil, fmt.Errorf("the data have no frame at %s", clip.Date(i))
		}
	}
	row, col, found := locate(&clip.Grid, &data.Grid)
	if !found {
		return nil, errors.New("its cells are not cells of the data's grid")
	}
	var truth []float32
	for t := range clip.Frames() {
		for y := range clip.Height() {
			for x := range clip.Width() {
				for _, f := range fields {
					truth = append(truth, f.Frame(start + t)[(row+y)*f.Width()+col+x])
				}
			}
		}
	}
	return truth, nil
}

// locate finds where in a grid a part of it lies, by the coordinates of the
// part's first cell and its size. Without coordinates only a grid of the same
// size is the same.
func locate(part, whole *climate.Grid) (row, col int, found bool) {
	near := func(a, b float64) bool { return math.Abs(a-b) < 1e-4*max(1, math.Abs(b)) }
	for row = 0; row+part.Height <= whole.Height; row++ {
		for col = 0; col+part.Width <= whole.Width; col++ {
			cut := row*whole.Width + col
			switch {
			case part.Lat != nil && whole.Lat != nil:
				found = near(part.Lat[0], whole.Lat[cut]) && near(part.Lon[0], whole.Lon[cut])
			case part.Y != nil && part.X != nil && whole.Y != nil && whole.X != nil:
				found = near(part.Y[0], whole.Y[row]) && near(part.X[0], whole.X[col])
			default:
				found = part.Height == whole.Height && part.Width == whole.Width
			}
			if found {
				return row, col, true
			}
		}
	}
	return 0, 0, false
}

// knownFrames says in which frames every member is the truth, wherever that is
// known: those that the members were given.
func knownFrames(samples *vdm.Samples, truth []float32) []bool {
	frames := make([]bool, samples.Frames)
	frame := samples.Size() / samples.Frames
	for t := range frames {
		present := false
		frames[t] = true
		for j := t * frame; j < (t+1)*frame; j++ {
			if want := float64(truth[j]); !math.IsNaN(want) {
				present = true
				for i := range samples.Len() {
					if math.Abs(float64(samples.At(i)[j])-want) > 1e-5*max(1, math.Abs(want)) {
						frames[t] = false
					}
				}
			}
		}
		frames[t] = frames[t] && present
	}
	return frames
}
