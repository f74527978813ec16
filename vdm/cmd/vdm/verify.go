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
	"strconv"
	"strings"

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
	f.IntVar(&v.o.Steps, "steps", 256, "steps of the sampler, of a run")
	f.Uint64Var(&v.o.Seed, "seed", 0, "seed of the clips of a run, and of breaking ties of ranks")
	f.IntVar(&v.known, "known", 0, "first `frames` that the members of a nowcast were given (default: what the file says, else those in which all are the data; where there are none, the frame of the data before)")
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
	o := climate.WindowOptions{Frames: clip.Frames, Height: clip.Height, Width: clip.Width, Name: ofRun}
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
	samples, like, said, err := readSamples(path)
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
		err = v.forecast(&out, path, samples, like, rec.fields, said)
	} else {
		var reference *climate.Windows
		if reference, err = climate.NewWindows(climate.WindowOptions{Frames: samples.Frames, Height: samples.Height, Width: samples.Width, Name: ofRun}, rec.fields...); err == nil {
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
	path := filepath.Join(r.folder, "verification.json")
	temp := path + ".part"
	if err := errors.Join(os.WriteFile(temp, append(text, '\n'), 0o644), os.Rename(temp, path)); err != nil {
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
func (v *verifyFlags) forecast(out *results, path string, samples *vdm.Samples, like, fields []*climate.Field, said string) error {
	truth, err := findTruth(like[0], fields)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	known := v.known
	if known == 0 {
		frames, source := knownFrames(samples, truth), "The members agree with the data in frames"
		if told, ok := parseKnown(said, samples.Frames); ok {
			frames, source = told, "By its attribute "+knownAttribute+" they are"
		} else if !slices.Contains(frames, true) {
			// Programs that write only what lies ahead: what they were given last is
			// the frame of the data before.
			if more, all, ok := withFrameBefore(samples, like[0], fields); ok {
				samples, truth = more, all
				frames = make([]bool, samples.Frames)
				frames[0] = true
			}
		}
		known = slices.Index(frames, false)
		if known < 1 || slices.Contains(frames[known:], true) {
			return fmt.Errorf("%s: which frames were known? %s %s, and a nowcast has some at the start and no others; give --known", path, source, orNone(trueIndices(frames)))
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

// knownAttribute is the global attribute in which nowcast and its kin say which
// frames were given.
const knownAttribute = "vdm_known_frames"

// parseKnown reads that attribute: "0, 1, 2", or "the first 3". It is not ok where
// the file says nothing.
func parseKnown(text string, frames int) (known []bool, ok bool) {
	known = make([]bool, frames)
	var n int
	if _, err := fmt.Sscanf(text, "the first %d", &n); err == nil && n >= 0 && n <= frames {
		for i := range n {
			known[i] = true
		}
		return known, true
	}
	for word := range strings.SplitSeq(text, ",") {
		i, err := strconv.Atoi(strings.TrimSpace(word))
		if err != nil || i < 0 || i >= frames {
			return nil, false
		}
		known[i] = true
	}
	return known, true
}

// readSamples reads a file that sample or nowcast wrote, or another program in
// their form: its clips, for each variable a field with the times and the grid of
// the file, and what it says about the frames that were known.
func readSamples(path string) (s *vdm.Samples, like []*climate.Field, known string, err error) {
	contents, err := netcdf.Inspect(path)
	if err != nil {
		return nil, nil, "", err
	}
	var members [][]*climate.Field // of each variable
	for _, v := range contents.Variables {
		axis := slices.Index(v.Dims, v.Members)
		if v.Members == "" || axis < 0 {
			continue
		}
		var all []*climate.Field
		for i := range v.Shape[axis] {
			// As other than rain, for clips that were not clamped to what rain can be.
			f, err := netcdf.Read(path, netcdf.ReadOptions{Variable: v.Name, Kind: climate.KindOther, Index: map[string]int{v.Members: i}, Name: flagOf})
			if err != nil {
				return nil, nil, "", err
			}
			inRainUnits(f)
			all = append(all, f)
		}
		like, members = append(like, all[0]), append(members, all)
	}
	if len(like) == 0 {
		return nil, nil, "", fmt.Errorf("%s holds no variable with a dimension of members, such as \"member\", \"realization\" or \"ens_number\": it is no file of sample or nowcast", path)
	}
	first := like[0]
	s = vdm.NewSamples(len(members[0]), first.Frames(), first.Height(), first.Width(), len(like))
	for ch, all := range members {
		if len(all) != len(members[0]) || len(all[0].Data) != len(first.Data) {
			return nil, nil, "", fmt.Errorf("%s: %s and %s have different sizes", path, like[ch].Name, first.Name)
		}
		for i, f := range all {
			clip := s.At(i)
			for j, x := range f.Data {
				clip[j*s.Channels+ch] = x
			}
		}
	}
	return s, like, contents.Attributes[knownAttribute], nil
}

// inRainUnits brings a rate of rain to mm/h, which is what data are compared in.
func inRainUnits(f *climate.Field) {
	found := climate.Recognise(climate.Signs{Name: f.Name, LongName: f.LongName, StandardName: f.StandardName, Units: f.Units})
	scale, err := climate.ParseRainUnits(f.Units)
	if found.Kind != climate.KindRain || err != nil || scale.Amount {
		return
	}
	for i, x := range f.Data {
		f.Data[i] = float32(float64(x) * scale.Factor)
	}
	f.Units = climate.RainUnits
}

// findTruth cuts the frames and cells out of the data that a clip lies on,
// [frame, height, width, channel]. The data may reach further, and be finer in
// time.
func findTruth(clip *climate.Field, fields []*climate.Field) ([]float32, error) {
	data := fields[0]
	frames, err := data.FramesAt(clip)
	if err != nil {
		return nil, err
	}
	rows, cols, err := data.Grid.Find(&clip.Grid)
	if err != nil {
		return nil, fmt.Errorf("its cells are not cells of the data's grid: %w", err)
	}
	var truth []float32
	for _, t := range frames {
		for _, y := range rows {
			for _, x := range cols {
				for _, f := range fields {
					truth = append(truth, f.Frame(t)[y*f.Width()+x])
				}
			}
		}
	}
	return truth, nil
}

// withFrameBefore puts the frame of the data before a clip's first in front of every
// member, and of the truth. It is not ok where the data do not have it.
func withFrameBefore(samples *vdm.Samples, clip *climate.Field, fields []*climate.Field) (more *vdm.Samples, truth []float32, ok bool) {
	step := clip.Step()
	if step == 0 {
		return nil, nil, false
	}
	longer := *clip
	longer.Times = append([]float64{clip.Times[0] - step}, clip.Times...)
	truth, err := findTruth(&longer, fields)
	if err != nil {
		return nil, nil, false
	}
	more = vdm.NewSamples(samples.Len(), samples.Frames+1, samples.Height, samples.Width, samples.Channels)
	frame := len(truth) / more.Frames
	for i := range samples.Len() {
		copy(more.At(i), truth[:frame])
		copy(more.At(i)[frame:], samples.At(i))
	}
	return more, truth, true
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
