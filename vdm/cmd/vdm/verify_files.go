package main

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
	"github.com/climate-vdm/climate-vdm/vdm/study/verification"
)

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
	results := &verification.OfRun{}
	if train != nil {
		if results.Losses, err = report.MeasureLosses(m, train, reference); err != nil {
			return err
		}
	}
	s, err := verification.Compare(name, reference, v.windows, clips.Samples, like)
	if err != nil {
		return err
	}
	results.Statistics = *s
	folder := filepath.Join(dir, "verification")
	if v.figures == "" {
		v.figures = folder
	}
	return v.finish(c, results, filepath.Join(folder, "verification.json"))
}

// files verifies files of forecasts or of samples.
func (v *verifyFlags) files(c *cobra.Command, args []string) error {
	paths, err := verification.Files(args)
	if err != nil {
		return err
	}
	like, err := verification.Like(paths[0], flagOf)
	if err != nil {
		return err
	}
	var channels []run.ChannelConfig
	for _, f := range like {
		channels = append(channels, run.ChannelConfig{Name: f.Name, Units: f.Units})
	}
	v.read.scratch = new(climate.Scratch)
	rec, err := v.read.openAs(v.against, channels)
	if err != nil {
		return err
	}
	defer rec.Close()
	if !like[0].HasDates() {
		return v.samples(c, paths, rec)
	}
	o := &v.scoring
	o.Data = rec
	var end func()
	if len(paths) > 1 {
		var update func(vdm.Progress)
		update, end = progress(c, "verifying")
		clock := vdm.NewProgressClock(int64(len(paths)), update)
		o.Progress = func(int, int) { clock.Tick() }
	}
	r, err := verification.Forecasts(c.Context(), paths, *o)
	if end != nil {
		end()
	}
	if err != nil {
		return err
	}
	return v.finish(c, r, "")
}

// samples verifies files of samples, which belong to no date.
func (v *verifyFlags) samples(c *cobra.Command, paths []string, rec *climate.Record) error {
	clips, err := verification.OpenClips(paths, flagOf)
	if err != nil {
		return err
	}
	frames, height, width, _ := clips.Shape()
	reference, err := climate.NewWindows(climate.WindowOptions{Frames: frames, Height: height, Width: width, Name: ofRun}, rec.Fields...)
	if err != nil {
		return err
	}
	say(c, "data: %s: %s", rec.Fields[0].Period(), reference.Summary())
	s, err := verification.Compare("data", reference, v.windows, clips, clips.Like)
	if err != nil {
		return err
	}
	return v.finish(c, s, "")
}

// finish prints the tables, and saves numbers and figures.
func (v *verifyFlags) finish(c *cobra.Command, r verification.Report, out string) error {
	var tables []string
	for _, t := range r.Tables() {
		tables = append(tables, t.Text())
	}
	if err := emit(c, strings.Join(tables, "\n")); err != nil {
		return err
	}
	if v.out != "" {
		out = v.out
	}
	if v.figures != "" {
		drawings, err := r.Draw()
		if err != nil {
			return err
		}
		figures, err := report.Save(v.figures, drawings...)
		if err != nil {
			return err
		}
		say(c, "%d figures are in %s", len(figures), v.figures)
	}
	if out == "" {
		return nil
	}
	if err := verification.Save(out, r); err != nil {
		return err
	}
	say(c, "all numbers are in %s", out)
	return nil
}
