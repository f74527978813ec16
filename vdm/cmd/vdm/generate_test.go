//go:build !nonetcdf

package main

import (
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

func TestSample(t *testing.T) {
	_, dir := trained(t)
	out := filepath.Join(t.TempDir(), "out.nc")
	if got := succeed(t, "sample", dir, "--count", "5", "--steps", "6", "--seed", "9", "--batch", "2", "--out", out); got != out+"\n" {
		t.Errorf("sample prints %q", got)
	}
	// Clip 3 is the same drawn alone, into the run's own folder.
	alone := strings.TrimSpace(succeed(t, "sample", dir, "--first", "3", "--steps", "6", "--seed", "9"))
	if filepath.Dir(alone) != filepath.Join(dir, "samples") {
		t.Errorf("written to %s", alone)
	}
	third, again := field(t, out, "pr", 3), field(t, alone, "pr", -1)
	for i := range again.Data {
		if d := math.Abs(float64(third.Data[i] - again.Data[i])); d > 1e-4 {
			t.Fatalf("value %d of clip 3 is %v among five and %v alone", i, third.Data[i], again.Data[i])
		}
	}
	if second := strings.TrimSpace(succeed(t, "sample", dir, "--steps", "2", "--seed", "9")); second != strings.TrimSuffix(alone, ".nc")+"-2.nc" {
		t.Errorf("drawn again without a name it went to %s", second)
	}
	if other := field(t, out, "pr", 2); slices.Equal(other.Data, third.Data) {
		t.Error("two clips are the same")
	}
	for _, v := range third.Data {
		if !(v >= 0 && v <= 100) { // the untrained network draws wide values, of which the cube is taken
			t.Fatalf("a value of %v mm/h", v)
		}
	}
	if third.LongName != "made rain" || third.StandardName != "lwe_precipitation_rate" || third.Units != "mm/h" || third.Frames() != 2 {
		t.Errorf("written as %q, %q, in %s, %d frames", third.LongName, third.StandardName, third.Units, third.Frames())
	}
}

func TestNowcast(t *testing.T) {
	data, dir := trained(t)
	out := filepath.Join(t.TempDir(), "nowcast.nc")
	succeed(t, "nowcast", dir, "--data", data, "--start", "4", "--members", "3", "--steps", "5", "--guidance", "reconstruction", "--weight", "2",
		"--row", "1", "--col", "3", "--out", out)
	truth := field(t, data, "pr", -1)
	spread := 0.0
	for member := range 3 {
		f := field(t, out, "pr", member)
		if !slices.Equal(f.Times, truth.Times[4:6]) || f.Calendar != truth.Calendar {
			t.Errorf("times %v %s, want %v %s", f.Times, f.Calendar, truth.Times[4:6], truth.Calendar)
		}
		if !slices.Equal(f.Grid.Y, truth.Grid.Y[1:5]) || !slices.Equal(f.Grid.X, truth.Grid.X[3:7]) {
			t.Errorf("rows %v, columns %v", f.Grid.Y, f.Grid.X)
		}
		for y := range 4 {
			for x := range 4 {
				if got, want := f.Data[y*4+x], truth.Frame(4)[(1+y)*recordWidth+3+x]; got != want {
					t.Errorf("member %d, known cell (%d, %d) is %v, was %v", member, y, x, got, want)
				}
			}
		}
		first := field(t, out, "pr", 0)
		for i := range 16 {
			spread += math.Abs(float64(f.Data[16+i] - first.Data[16+i]))
		}
	}
	if spread == 0 {
		t.Error("all members are the same")
	}

	// Beyond the end of the data, with a missing cell among the known ones.
	holed := writeRecord(t, filepath.Join(t.TempDir(), "holed.nc"), func(f *cf.SampleFile) {
		f.Channels[0].Data[(recordFrames-1)*recordHeight*recordWidth+2*recordWidth+2] = float32(math.NaN())
	})
	out = strings.TrimSpace(succeed(t, "nowcast", dir, "--data", holed, "--last", "--members", "1", "--steps", "4"))
	f := field(t, out, "pr", -1)
	if last := truth.Times[recordFrames-1]; !slices.Equal(f.Times, []float64{last, last + 1}) {
		t.Errorf("times %v, want the last, %v, and an hour later", f.Times, last)
	}
	for i, v := range f.Data {
		if v != v {
			t.Errorf("value %d is missing", i)
		}
	}

	gappy := writeRecord(t, filepath.Join(t.TempDir(), "gappy.nc"), func(f *cf.SampleFile) {
		for i := 6; i < recordFrames; i++ {
			f.Times[i] += 5
		}
	})
	kelvin := writeRecord(t, filepath.Join(t.TempDir(), "kelvin.nc"), func(f *cf.SampleFile) {
		f.Channels[0].StandardName, f.Channels[0].Units = "air_temperature", "K"
	})
	renamed := writeRecord(t, filepath.Join(t.TempDir(), "renamed.nc"), func(f *cf.SampleFile) { f.Channels[0].Name = "rain" })
	two := writeRecord(t, filepath.Join(t.TempDir(), "two.nc"), func(f *cf.SampleFile) {
		f.Channels[0].Name = "rain"
		f.Channels = append(f.Channels, f.Channels[0])
		f.Channels[1].Name = "more"
	})
	for _, test := range []struct {
		status int
		say    []string
		args   []string
	}{
		{exitFailed, []string{"cannot begin at frame 12", "12 frames"}, []string{"--data", data, "--start", "12"}},
		{exitFailed, []string{"cannot begin at frame -1"}, []string{"--data", data, "--start", "-1"}},
		{exitFailed, []string{"--row is 3: want 0 to 2"}, []string{"--data", data, "--start", "1", "--row", "3"}},
		{exitUsage, []string{"--known is 2: want 1 to 1 of the 2 frames"}, []string{"--data", data, "--start", "1", "--known", "2"}},
		{exitFailed, []string{"pr is in K", "mm/h"}, []string{"--data", kelvin, "--start", "1"}},
		{exitFailed, []string{`no variable "tas"`}, []string{"--data", data, "--start", "1", "--variable", "tas"}},
		{exitFailed, []string{"names 2 variables, the run has 1"}, []string{"--data", data, "--start", "1", "--variable", "pr", "--variable", "pr"}},
		{exitFailed, []string{"absent.nc"}, []string{"--data", "absent.nc", "--start", "1"}},
		{exitFailed, []string{`no variable "pr"`, "--variable says"}, []string{"--data", two, "--start", "1"}},
	} {
		refuse(t, test.status, test.say, append([]string{"nowcast", dir, "--steps", "2", "--members", "1"}, test.args...)...)
	}
	// Data of one variable leave no choice; of two, a flag makes it.
	succeed(t, "nowcast", dir, "--steps", "2", "--members", "1", "--data", renamed, "--start", "1")
	succeed(t, "nowcast", dir, "--steps", "2", "--members", "1", "--data", two, "--start", "1", "--variable", "rain")
	// Of frames with a jump between them at most one side can be known.
	long := filepath.Join(t.TempDir(), "long")
	succeed(t, tiny(data, long, "--frames", "4", "--steps", "1")...)
	refuse(t, exitFailed, []string{"span a gap in time after"}, "nowcast", long, "--data", gappy, "--start", "5", "--known", "2", "--steps", "2")
	succeed(t, "nowcast", long, "--data", gappy, "--start", "4", "--known", "2", "--steps", "2", "--members", "1")
}

func TestInterpolate(t *testing.T) {
	data, dir := rainRecord(t), filepath.Join(t.TempDir(), "run")
	succeed(t, tiny(data, dir, "--frames", "4", "--steps", "1")...)
	out := filepath.Join(t.TempDir(), "between.nc")
	succeed(t, "interpolate", dir, "--data", data, "--start", "2", "--known", "0,3", "--members", "2", "--steps", "4", "--out", out)
	truth, f := field(t, data, "pr", -1), field(t, out, "pr", 1)
	for n, known := range []bool{true, false, false, true} {
		same := true
		for y := range 4 {
			for x := range 4 { // in the middle of 6 × 7: from row 1 and column 1
				same = same && f.Frame(n)[y*4+x] == truth.Frame(2 + n)[(1+y)*recordWidth+1+x]
			}
		}
		if same != known {
			t.Errorf("frame %d is that of the data: %v, want %v", n, same, known)
		}
	}
	refuse(t, exitUsage, []string{"--known names frame 4: want frames from 0 to 3"}, "interpolate", dir, "--data", data, "--start", "0", "--known", "0,4")
	refuse(t, exitUsage, []string{"names every frame"}, "interpolate", dir, "--data", data, "--start", "0", "--known", "0,1,2,3")
}

// Independent readers open what was written, and find where it comes from.
func TestOutputForOthers(t *testing.T) {
	data, dir := trained(t)
	sample := strings.TrimSpace(succeed(t, "sample", dir, "--count", "2", "--steps", "3", "--seed", "11"))
	nowcast := strings.TrimSpace(succeed(t, "nowcast", dir, "--data", data, "--start", "3", "--members", "2", "--steps", "3"))
	for _, path := range []string{sample, nowcast} {
		t.Run(filepath.Base(path)+" by Python", func(t *testing.T) {
			python := installed.Python(t, "import netCDF4; netCDF4.Dataset")
			out, err := exec.Command(python, "-c", `
import sys, netCDF4
d = netCDF4.Dataset(sys.argv[1])
v = d["pr"]
assert d.Conventions == "CF-1.8", d.Conventions
assert v.dimensions[0] == "member" and v.shape[:2] == (2, 2), (v.dimensions, v.shape)
assert v.units == "mm/h" and v[:].count() == 64 and v[:].min() >= 0
for name in "title source history vdm_run vdm_sampler vdm_engine vdm_configuration".split():
    assert getattr(d, name), name
print(d.vdm_training_step, d.vdm_seed, "dim: 8" in d.vdm_configuration, d[v.dimensions[1]].units, *[d[c][...] for c in v.coordinates.split()] if "coordinates" in v.ncattrs() else [])
`, path).CombinedOutput()
			want := "3 11 True hours\n"
			if path == nowcast {
				want = "3 0 True hours since 1970-01-01 00:00:00 1003.5 [0. 1.]\n"
			}
			if err != nil || string(out) != want {
				t.Errorf("%v: %s, want %s", err, out, want)
			}
		})
	}
}

func TestGenerateRefused(t *testing.T) {
	_, dir := trained(t)
	empty := t.TempDir()
	refuse(t, exitFailed, []string{"no run in " + empty, "config.yaml"}, "sample", empty)
	refuse(t, exitFailed, []string{"no run in", "absent"}, "sample", filepath.Join(empty, "absent"))
	refuse(t, exitFailed, []string{"there is no folder"}, "sample", dir, "--out", filepath.Join(empty, "no", "out.nc"))
	refuse(t, exitFailed, []string{"is not a file"}, "sample", dir, "--out", empty)
	if err := os.WriteFile(filepath.Join(dir, "config.yaml"), []byte("format: 99\nclip: {frames: 2}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{"format is 99", "newer version"}, "sample", dir)
}

// The rest of first-model is the library's, and tested there.
func TestFirstModelRefused(t *testing.T) {
	dir := t.TempDir()
	refuse(t, exitFailed, []string{"absent.nc", "no such file"}, "first-model", "--data", filepath.Join(dir, "absent.nc"), "--out", filepath.Join(dir, "run"))
	refuse(t, exitFailed, []string{"a clip of 10 frames is longer than the record of 2"}, "first-model", "--data", rainRecord(t), "--out", filepath.Join(dir, "run"))
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v (%v)", left, err)
	}
}
