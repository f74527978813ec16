//go:build !nonetcdf

package main

import (
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A network is trained on a record of radar, goes on, and nowcasts a window larger than
// its clips.
func TestTrainNowcast(t *testing.T) {
	data := writeRecord(t, filepath.Join(t.TempDir(), "radar.nc"), nil)
	dir := filepath.Join(t.TempDir(), "run")
	small := []string{"train-nowcast", "--data", data, "--out", dir, "--size", "4", "--frames", "4", "--known", "2", "--batch", "2"}
	succeed(t, append(small, "--steps", "1")...)
	succeed(t, append(small, "--steps", "1")...)
	m, err := run.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if m.Step() != 1 || !m.Config.Conditions.TakesMap() || m.Config.Conditions.KnownFrames() != 2 {
		t.Errorf("step %d of a run with the conditions %+v", m.Step(), m.Config.Conditions)
	}
	out := filepath.Join(t.TempDir(), "nowcast.nc")
	succeed(t, "nowcast", dir, "--data", data, "--last", "--size", "6", "--members", "2", "--steps", "2", "--out", out)
	if f := field(t, out, "rain", 1); f.Frames() != 4 || f.Height() != 6 || f.Width() != 6 {
		t.Errorf("a nowcast of %d frames of %d × %d, want 4 of 6 × 6", f.Frames(), f.Height(), f.Width())
	}
	// A sequence tells each of its clips how the frames that it continues move.
	long := filepath.Join(t.TempDir(), "long")
	succeed(t, "extend", dir, "--data", data, "--start", "0", "--known", "2", "--overlap", "2", "--frames", "7", "--steps", "2", "--out", long)
	if e, err := run.OpenSequences(long); err != nil || !e.Settings.Told || e.Frames(0) != 7 {
		t.Errorf("the clips of a sequence had no covariates, or it lacks frames: %+v, error %v", e, err)
	}
	refuse(t, exitFailed, []string{"covariates was true, is not set"}, "extend", dir, "--data", data, "--start", "0", "--known", "2", "--overlap", "2", "--frames", "8", "--steps", "2", "--out", long, "--without-covariates")
	shorter := filepath.Join(t.TempDir(), "shorter")
	succeed(t, "extend", dir, "--data", data, "--start", "0", "--known", "2", "--overlap", "3", "--frames", "6", "--steps", "2", "--out", shorter)
	if e, err := run.OpenSequences(shorter); err != nil || !e.Settings.Told {
		t.Errorf("the clips of a sequence with a start shorter than the overlap had no covariates: %+v, error %v", e, err)
	}
	r := vdmRun(t, "extend", dir, "--data", data, "--start", "0", "--known", "1", "--overlap", "1", "--frames", "5", "--steps", "2", "--out", filepath.Join(t.TempDir(), "one"))
	if r.status != 0 || !strings.Contains(r.stderr, "made from the first 2 frames: 1 are known") {
		t.Errorf("a sequence whose clips know one frame: status %d, %s", r.status, r.stderr)
	}
	// Missing cells in a known frame are unknown cells in it.
	gaps := writeRecord(t, filepath.Join(t.TempDir(), "gaps.nc"), func(f *cf.SampleFile) {
		data := f.Channels[0].Data
		for n := range recordFrames {
			data[(n*recordHeight+2)*recordWidth+3] = float32(math.NaN())
		}
	})
	succeed(t, "nowcast", dir, "--data", gaps, "--start", "1", "--size", "6", "--members", "1", "--steps", "2", "--out", out)
	if f := field(t, out, "rain", 0); slices.ContainsFunc(f.Data, func(v float32) bool { return v != v }) {
		t.Error("a cell is missing in a nowcast from frames with missing cells")
	}
	// Another begins with its weights, on clips of the same kind without being told.
	tuned := filepath.Join(t.TempDir(), "tuned")
	succeed(t, "train-nowcast", "--data", data, "--out", tuned, "--batch", "2", "--steps", "1", "--from", dir)
	m, err = run.Open(tuned)
	if err != nil {
		t.Fatal(err)
	}
	if c := m.Config; c.Clip.Frames != 4 || c.Clip.Height != 4 || c.Conditions.KnownFrames() != 2 || c.Training.Rate != 1e-3 || !strings.HasPrefix(c.Training.From, dir) {
		t.Errorf("a run from another has the configuration %+v", c)
	}
	// A file like the shipped ones serves as well.
	file := filepath.Join(t.TempDir(), "mine.safetensors")
	succeed(t, "weights", "export", "--model", tuned, file)
	refuse(t, exitUsage, []string{"--last asks for others"}, "weights", "export", "--model", "--last", tuned, file)
	succeed(t, "train-nowcast", "--data", data, "--out", filepath.Join(t.TempDir(), "third"), "--batch", "2", "--steps", "1", "--from", file)
	refuse(t, exitFailed, []string{"no run in", "the shipped models are synthetic, radar"}, "train-nowcast", "--data", data, "--out", t.TempDir(), "--from", "rader")
	refuse(t, exitUsage, []string{"needs covariates (advection, advection error)", "train-nowcast does"}, "train", "--data", data, "--out", t.TempDir(), "--steps", "1", "--from", dir)
	// Data of another kind than in training are taken where that is asked for.
	for flag, change := range map[string]func(f *cf.SampleFile){
		"--other-step": func(f *cf.SampleFile) {
			for i := range f.Times {
				f.Times[i] *= 2
			}
		},
		"--other-cell-size": func(f *cf.SampleFile) {
			for i := range f.Grid.X {
				f.Grid.X[i] *= 3
			}
		},
	} {
		other := writeRecord(t, filepath.Join(t.TempDir(), "other.nc"), change)
		args := []string{"nowcast", dir, "--data", other, "--last", "--members", "1", "--steps", "2", "--out", out}
		refuse(t, exitFailed, []string{"those of the run", flag + " takes others"}, args...)
		succeed(t, append(args, flag)...)
	}
	both := writeRecord(t, filepath.Join(t.TempDir(), "both.nc"), func(f *cf.SampleFile) {
		for i := range f.Times {
			f.Times[i] *= 2
		}
		for i := range f.Grid.X {
			f.Grid.X[i] *= 3
		}
	})
	refuse(t, exitFailed, []string{"--other-step takes others; and the cells", "--other-cell-size takes others"}, "nowcast", dir, "--data", both, "--last", "--members", "1")
	dry := writeRecord(t, filepath.Join(t.TempDir(), "dry.nc"), func(f *cf.SampleFile) { clear(f.Channels[0].Data) })
	succeed(t, "nowcast", dir, "--data", dry, "--last", "--members", "1", "--steps", "2", "--out", out)
	void := writeRecord(t, filepath.Join(t.TempDir(), "void.nc"), func(f *cf.SampleFile) {
		for i := range f.Channels[0].Data {
			f.Channels[0].Data[i] = float32(math.NaN())
		}
	})
	refuse(t, exitFailed, []string{"missing"}, "nowcast", dir, "--data", void, "--variable", "pr", "--last", "--members", "1", "--steps", "2", "--out", out)
	refuse(t, exitFailed, []string{"have 99 rows, the data 6"}, "nowcast", dir, "--data", data, "--last", "--size", "99")
	twice := writeRecord(t, filepath.Join(t.TempDir(), "twice.nc"), func(f *cf.SampleFile) { f.Channels[0].Data[5] += 1 })
	refuse(t, exitFailed, []string{"time"}, "nowcast", dir, "--data", data, "--data", twice, "--variable", "pr", "--last")

	refuse(t, exitUsage, []string{"--data is missing"}, "train-nowcast", "--out", dir)
	refuse(t, exitUsage, []string{"--out is missing"}, "train-nowcast", "--data", data)
	refuse(t, exitUsage, []string{"frames are held out (--held-out)"}, "train-nowcast", "--data", data, "--out", dir, "--held-out", "90days")
	refuse(t, exitUsage, []string{"1000 frames are held out (--held-out)"}, "train-nowcast", "--data", data, "--out", dir, "--hold-out", "1000")
	refuse(t, exitUsage, []string{"--size is -1"}, "nowcast", dir, "--data", data, "--last", "--size", "-1")
	refuse(t, exitUsage, []string{"RUN"}, "interpolate", "--data", data, "--start", "0")
	refuse(t, exitFailed, []string{"not trained for", "random-frames"}, "interpolate", dir, "--data", data, "--start", "0", "--known", "1,3")
}
