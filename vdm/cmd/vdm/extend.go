package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

func newExtend() *cobra.Command {
	f := &conditionalFlags{}
	var o run.RolloutOptions
	var known int
	c := &cobra.Command{
		Use:     "extend RUN --frames N",
		Short:   "Continue a clip to any length, clip by clip",
		GroupID: groupWork,
		Long: `extend draws sequences of any length: each clip is drawn given the last --overlap
frames of the sequence so far and adds --stride new ones. Sequences begin with
frames of the data or, without --data, with a clip drawn freely. Each clip of a
network for radar receives the frames that it continues moved along.

The frames go to a folder as they are drawn, a flat file of float32 for each
member. Stopped or killed, the same command continues where it stopped and ends
with the same numbers; with more --frames or --members it adds those. At the end
they are written as CF NetCDF beside the folder. Memory is needed for one batch
throughout.`,
		Example: `  vdm extend runs/rain --frames 240 --members 8
  vdm extend runs/rain --data today.nc --last --known 5 --frames 60 --overlap 5 --stride 5 --out week`,
		Args: takes("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			out := f.out
			f.out = "" // a folder: check must not ask for a file
			wrong := mistakes{command: c}
			wrong.add(f.prepare(c))
			wrong.when(o.Frames < 1, "--frames is %d: want how many frames each member shall have", o.Frames)
			if len(f.data) > 0 {
				wrong.add(f.located(c))
			}
			if err := wrong.err(); err != nil {
				return err
			}
			m, err := openRun(c, args[0])
			if err != nil {
				return err
			}
			if out == "" {
				out = filepath.Join(m.Dir, run.SamplesDir, fmt.Sprintf("extend-step%d-seed%d", m.Step(), f.o.Seed))
			}
			if known == 0 {
				known = o.Overlap
			}
			if known == 0 {
				known = m.Config.Clip.Frames / 2
			}
			return f.extend(c, m, o, known, filepath.Clean(out))
		},
	}
	flags := c.Flags()
	f.addTo(c)
	flags.IntVar(&o.Frames, "frames", 0, "frames of each member in all")
	flags.IntVar(&o.Overlap, "overlap", 0, "frames that each new clip knows (default: half a clip)")
	flags.IntVar(&o.Stride, "stride", 0, "frames that each new clip adds (default: all but the overlap)")
	flags.IntVar(&known, "known", 0, "`frames` of the data to begin with (default: the overlap)")
	flags.Lookup("out").Usage = "`folder` of the sequences; the NetCDF file gets its name and .nc; of NAME.zarr, the folder NAME and a Zarr store of that name (default: one in the run's folder samples)"
	return c
}

// extend makes the sequences and then writes them as NetCDF or Zarr.
func (f *conditionalFlags) extend(c *cobra.Command, m *run.Run, o run.RolloutOptions, known int, out string) error {
	out, zarr := strings.CutSuffix(out, ".zarr")
	if info, err := os.Stat(out); err == nil && !info.IsDir() {
		return fmt.Errorf("--out is %s, which exists and is not a folder", out)
	}
	shown := known
	if len(f.data) == 0 {
		shown = 0
	}
	if len(f.tell.covariates) > 0 {
		return misuse(c, "--covariate: a sequence takes none, since each of its clips needs its own")
	}
	start, place, more, err := f.begin(c, m, o.Frames, known)
	if err != nil {
		return err
	}
	shown = min(shown, cmp.Or(o.Overlap, m.Config.Clip.Frames/2)) // no clip knows fewer frames
	if shown >= m.Config.Conditions.KnownFrames() && !f.tell.without {
		if o.Tell, err = radar.TellSequence(c.Context(), m, start); err != nil {
			return err
		}
	}
	if o.Tell != nil {
		say(c, "each clip receives the frames that it continues moved along")
	} else if _, err := f.tell.told(c, m, f.read, shown, nil); err != nil {
		return err
	}
	if _, choice, err := m.Engine(); err == nil {
		say(c, "%s", choice)
	}
	o.SampleOptions = f.o
	if len(start) == 0 && f.guidance == "replacement" {
		o.Guidance = nil
	}
	var end func()
	o.Progress, end = progress(c, "extending")
	e, err := m.Rollout(c.Context(), out, start, o)
	end()
	if err != nil {
		if errors.Is(err, vdm.ErrInterrupted) {
			return fmt.Errorf("%w; the same command continues in %s", err, out)
		}
		return err
	}
	s := e.Settings
	more["vdm_overlap_and_stride"] = fmt.Sprintf("%d, %d", s.Overlap, s.Stride)
	more[archive.KnownAttribute] = fmt.Sprintf("the first %d", s.Start)
	file, err := f.describe(m, place, f.o.Count, "extend", "Sequences of a video diffusion model", more)
	if err != nil {
		return err
	}
	path := out + cf.Ending()
	if zarr {
		path = out + ".zarr"
	}
	if err := writeSequences(path, file, e, f.o.First); err != nil {
		return err
	}
	return emit(c, path+"\n")
}

// begin is what the sequences begin with, and where and when they lie.
func (f *conditionalFlags) begin(c *cobra.Command, m *run.Run, frames, known int) (start []float32, place climate.Place, more map[string]string, err error) {
	clip := m.Config.Clip
	clip.Frames = frames
	if len(f.data) == 0 {
		like, err := channelFields(m)
		return nil, climate.Place{Like: like, Grid: climate.Grid{Height: clip.Height, Width: clip.Width}, Times: relativeTimes(clip)}, map[string]string{}, err
	}
	if known < 1 || known >= frames {
		return nil, place, nil, fmt.Errorf("--known is %d: want 1 to %d of the %d frames", known, frames-1, frames)
	}
	rec, err := f.openData(c, m)
	if err != nil {
		return nil, place, nil, err
	}
	defer rec.Close()
	if err := f.resolve(c, rec, known); err != nil {
		return nil, place, nil, err
	}
	if start, place, err = f.cut(clip, rec, climate.FirstFrames(frames, known)); err != nil {
		return nil, place, nil, err
	}
	size := clip.Height * clip.Width * len(clip.Channels)
	return start[: known*size : known*size], place, knownFrom(rec, place), nil
}

// writeSequences writes sequences as NetCDF, some frames at a time.
func writeSequences(path string, file *cf.SampleFile, e *run.Sequences, first int) error {
	w, err := cf.CreateSamples(path, file)
	if err != nil {
		return err
	}
	frames := len(file.Times)
	buffer := make([]float32, w.ChunkFrames()*e.FrameSize())
	for member := range file.Members {
		for from := 0; from < frames; from += w.ChunkFrames() {
			part := buffer[:min(w.ChunkFrames(), frames-from)*e.FrameSize()]
			err := e.Read(first+member, from, part)
			if err == nil {
				err = w.Write(member, from, part)
			}
			if err != nil {
				return errors.Join(err, w.Abort())
			}
		}
	}
	return w.Commit()
}
