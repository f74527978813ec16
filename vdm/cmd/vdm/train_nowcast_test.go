//go:build !nonetcdf

package main

import (
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// A network is trained on a record of radar, goes on, and nowcasts a window larger than
// its clips.
func TestTrainNowcast(t *testing.T) {
	data := writeRecord(t, filepath.Join(t.TempDir(), "radar.nc"), nil)
	dir := filepath.Join(t.TempDir(), "run")
	small := []string{"train-nowcast", "--data", data, "--out", dir, "--clip-size", "4", "--frames", "4", "--known", "2", "--batch", "2"}
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
	refuse(t, exitUsage, []string{"--data is missing"}, "train-nowcast", "--out", dir)
	refuse(t, exitUsage, []string{"--out is missing"}, "train-nowcast", "--data", data)
	refuse(t, exitUsage, []string{"--hold-out is 1000"}, "train-nowcast", "--data", data, "--out", dir, "--hold-out", "1000")
	refuse(t, exitUsage, []string{"--size is -1"}, "nowcast", dir, "--data", data, "--last", "--size", "-1")
	refuse(t, exitFailed, []string{"not trained for", "random-frames"}, "interpolate", dir, "--data", data, "--start", "0", "--known", "1,3")
}
