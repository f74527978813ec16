//go:build !nonetcdf

package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// verifyFlags are the settings of verify.
type verifyFlags struct {
	read    readFlags
	against []string
	out     string
	windows int
	known   int
	o       run.SampleOptions
}

func newVerify() *cobra.Command {
	v := &verifyFlags{}
	c := &cobra.Command{
		Use:     "verify RUN|FILE.nc --against DATA.nc",
		Short:   "Compare generated clips with observed ones",
		GroupID: groupCheck,
		Long: `verify compares clips with data: tables go to the standard output, figures and
all numbers as JSON to a folder.

For a RUN it draws clips first, and stores them in the run. If the run was trained
on the same data, it compares with the held-out hours only, and measures the
held-out loss beside three closed-form denoisers. The clips of a FILE that sample
wrote are compared in their statistics with all the data. The clips of a FILE that
nowcast wrote are compared with the frames of the data at the same times and
places by all scores of forecasts, beside persistence.`,
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
	f.IntVar(&v.windows, "windows", 500, "number of windows of the data for the comparison, at even distances")
	f.IntVar(&v.o.Count, "count", 16, "number of clips to draw from a run")
	f.IntVar(&v.o.Evaluations, "steps", vdm.DefaultEvaluations, "evaluations of the network for each clip of a run")
	f.Uint64Var(&v.o.Seed, "seed", 0, "seed of the clips of a run, and of the random breaking of ties of ranks")
	f.IntVar(&v.known, "known", 0, "number of first `frames` that were known in a nowcast (default: as the file says, else the frames in which all members equal the data; if there are none, the frame of the data before them)")
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
	defer rec.Close()
	origin, err := climate.ReadOrigin(dir)
	if err != nil {
		return err
	}
	o := climate.WindowOptions{Frames: clip.Frames, Height: clip.Height, Width: clip.Width, Name: ofRun}
	if m.Config.Training.MissingCells == "mask" {
		o.Missing = climate.KeepMissing
	}
	name := "data"
	if rec.Split != nil {
		name = "test part"
	} else if origin != nil && origin.HeldOutHours > 0 && origin.SameSources(rec.Origin()) {
		name = "held out"
		if err := rec.HoldOutHours(origin.HeldOutHours); err != nil {
			return err
		}
	}
	var train, reference *climate.Windows
	if rec.Split == nil {
		reference, err = climate.NewWindows(o, rec.Fields...)
	} else if train, err = rec.Train(o); err == nil {
		reference, err = rec.Test(o)
	}
	if err != nil {
		return err
	}
	say(c, "%s: %s: %s", name, rec.TestPeriod(), reference.Summary())
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
		losses, err := report.MeasureLosses(m, train, reference)
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
	members, err := archive.ReadMembers(path, flagOf)
	if err != nil {
		return err
	}
	var channels []run.ChannelConfig
	for _, f := range members.Like {
		channels = append(channels, run.ChannelConfig{Name: f.Name, Units: f.Units})
	}
	rec, err := v.read.openAs(v.against, channels)
	if err != nil {
		return err
	}
	defer rec.Close()
	out := results{folder: strings.TrimSuffix(path, filepath.Ext(path)) + "-verification"}
	if members.Like[0].HasDates() {
		err = v.forecast(&out, path, members, rec)
	} else {
		var reference *climate.Windows
		if reference, err = climate.NewWindows(climate.WindowOptions{Frames: members.Frames, Height: members.Height, Width: members.Width, Name: ofRun}, rec.Fields...); err == nil {
			say(c, "data: %s: %s", rec.Fields[0].Period(), reference.Summary())
			err = v.statistics(&out, "data", reference, members.Samples, members.Like)
		}
	}
	if err != nil {
		return err
	}
	return v.finish(c, out)
}

// results contains everything that verify prints and saves.
type results struct {
	folder   string
	tables   []string
	drawings []report.Drawing

	Losses     *report.Losses         `json:"losses,omitempty"`
	Statistics []*report.Verification `json:"statistics,omitempty"` // for each variable
	Forecasts  []*report.Compared     `json:"forecasts,omitempty"`  // for each variable
}

func (r *results) add(t report.Table) { r.tables = append(r.tables, t.Text()) }

// draw adds pictures; those of several variables are distinguished by their names.
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

// forecast scores the members of a file against the frames of the data at the same
// times.
func (v *verifyFlags) forecast(out *results, path string, members *archive.Members, rec *climate.Record) error {
	truth, err := rec.At(members.Like[0])
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	known := v.known
	if known == 0 {
		frames, source := members.Known, "By its attribute "+archive.KnownAttribute+" they are"
		if frames == nil {
			frames, source = members.Agreeing(truth), "The members agree with the data in frames"
			if frames.Span() == 0 {
				if longer, all, ok := members.WithFrameBefore(rec); ok {
					members, truth, frames = longer, all, longer.Known
				}
			}
		}
		var nowcast bool
		if known, nowcast = frames.Lead(); !nowcast {
			return fmt.Errorf("%s: which frames were known? %s %s, and a nowcast has some at the start and no others; give --known", path, source, cmp.Or(frames.String(), "none"))
		}
	}
	like, observed := members.Like, *members.Samples
	observed.Data = truth
	for ch, f := range like {
		o := report.ComparisonOptions{
			Variable: f.Name, Units: f.Units, Known: climate.FirstFrames(observed.Frames, known), Height: observed.Height, Width: observed.Width,
			Kilometres: f.Grid.Kilometres(), Minutes: 60 * f.Step(), Seed: v.o.Seed,
		}
		r, one, err := report.CompareNowcast(o, observed.Channel(0, ch), report.ForecastOf("model", members.Samples, ch))
		if err != nil {
			return err
		}
		strip, err := r.DrawCase(one, 4, "What was observed, members, their mean and persistence.")
		if err != nil {
			return err
		}
		drawings, err := r.Draw()
		if err != nil {
			return err
		}
		out.Forecasts = append(out.Forecasts, r)
		out.add(r.Table())
		out.draw(f.Name, len(like) > 1, append([]report.Drawing{strip}, drawings...))
	}
	return nil
}
