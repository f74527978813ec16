//go:build !nonetcdf

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// longer is a run of clips of 4 frames of 4 × 4 whose transform is affine.
func longer(t testing.TB, data string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "long")
	succeed(t, tiny(data, dir, "--frames", "4", "--steps", "1", "--transform", "affine")...)
	return dir
}

// Of split data, --test N begins at a test window; a clip that reaches into the
// training part is generated with a warning, and its file says so.
func TestNowcastOfSplitData(t *testing.T) {
	dir := t.TempDir()
	data, run := filepath.Join(dir, "data"), filepath.Join(dir, "run")
	succeed(t, smallRain(data)...) // 2160 hours for tests, then 720 to train on
	succeed(t, tiny(data, run, "--steps", "1")...)
	prepared, err := climate.OpenPrepared(data)
	if err != nil {
		t.Fatal(err)
	}
	defer prepared.Close()
	rain := prepared.Fields()[0]
	for _, test := range []struct {
		command, place string
		start          int
		part           string
	}{
		{"nowcast", "--test=7", 14, "test"}, {"interpolate", "--test=7", 14, "test"}, {"nowcast", "--start=2158", 2158, "test"},
		{"nowcast", "--start=2159", 2159, "training"}, {"interpolate", "--start=2500", 2500, "training"}, {"nowcast", "--last", 2879, "training"},
	} {
		out := filepath.Join(dir, "out.nc")
		r := vdmRun(t, test.command, run, "--data", data, test.place, "--members", "1", "--steps", "1", "--out", out)
		if r.status != 0 {
			t.Fatalf("%s %s: %s", test.command, test.place, r.stderr)
		}
		f := field(t, out, rain.Name, 0)
		if f.Times[0] != rain.Times[test.start] || f.Data[0] != rain.Frame(test.start)[6+1] { // in the middle of 6 × 6
			t.Errorf("%s %s begins at %v with %v, want frame %d", test.command, test.place, f.Times[0], f.Data[0], test.start)
		}
		if warned := strings.Contains(r.stderr, "to their training part"); warned != (test.part == "training") {
			t.Errorf("%s %s: warned %v in\n%s", test.command, test.place, warned, r.stderr)
		}
		if raw, err := os.ReadFile(out); err != nil || !strings.Contains(string(raw), "vdm_data_part") || !strings.Contains(string(raw), test.part) {
			t.Errorf("%s %s: the file does not say %q (%v)", test.command, test.place, test.part, err)
		}
	}
	refuse(t, exitFailed, []string{"--test is 1080: want 0 to 1079"}, "nowcast", run, "--data", data, "--test", "1080")
	refuse(t, exitFailed, []string{"no split into training and tests"}, "nowcast", run, "--data", rainRecord(t), "--test", "0")
	refuse(t, exitUsage, []string{"--start or --last or --test"}, "nowcast", run, "--data", data, "--test", "0", "--start", "0")
}

func TestInpaint(t *testing.T) {
	gaps := func(f *cf.SampleFile) { // the middle of frames 3 and 4, and a mask of its east
		quality := f.Channels[0]
		quality.Name, quality.StandardName, quality.Units = "quality", "", "1"
		quality.Data = slices.Repeat([]float32{1}, len(quality.Data))
		f.Channels[0].Data = slices.Clone(f.Channels[0].Data)
		for n := 3; n < 5; n++ {
			f.Channels[0].Data[n*recordHeight*recordWidth+2*recordWidth+3] = float32(math.NaN())
			quality.Data[n*recordHeight*recordWidth+3*recordWidth+4] = 0
		}
		f.Channels = append(f.Channels, quality)
	}
	data := writeRecord(t, filepath.Join(t.TempDir(), "gaps.nc"), gaps)
	dir := longer(t, rainRecord(t))
	truth := field(t, data, "pr", -1)
	for _, mask := range []string{"", "quality"} {
		out := filepath.Join(t.TempDir(), "filled.nc")
		args := []string{"inpaint", dir, "--data", data, "--start", "2", "--members", "2", "--steps", "2", "--out", out}
		if mask != "" {
			args = append(args, "--mask", mask)
		}
		succeed(t, args...)
		f := field(t, out, "pr", 1)
		for i, got := range f.Data { // in the middle of 6 × 7: from row 1 and column 1
			n, y, x := i/16, 1+i/4%4, 1+i%4
			want := truth.Frame(2 + n)[y*recordWidth+x]
			missing := want != want
			masked := mask != "" && (n == 1 || n == 2) && y == 3 && x == 4
			switch {
			case got != got:
				t.Errorf("mask %q: frame %d, cell (%d, %d) is still missing", mask, n, y, x)
			case !missing && !masked && got != want:
				t.Errorf("mask %q: known cell (%d, %d) of frame %d is %v, was %v", mask, y, x, n, got, want)
			case masked && got == want:
				t.Errorf("mask %q: cell (%d, %d) of frame %d was not drawn", mask, y, x, n)
			}
		}
	}
	refuse(t, exitFailed, []string{"no cell of the clip is missing"}, "inpaint", dir, "--data", data, "--start", "6", "--variable", "pr")
	refuse(t, exitFailed, []string{"--mask absent", `no variable "absent"`}, "inpaint", dir, "--data", data, "--start", "2", "--mask", "absent")
	refuse(t, exitUsage, []string{"give --start or --last"}, "inpaint", dir, "--data", data)
}

func TestDownscale(t *testing.T) {
	whole := rainRecord(t)
	dir := longer(t, whole)
	truth := field(t, whole, "pr", -1)
	coarse := filepath.Join(t.TempDir(), "coarse.nc") // means of 2 × 2 cells and 2 frames of the western 6 × 6
	writeRecord(t, coarse, func(f *cf.SampleFile) {
		g := &f.Grid
		g.Height, g.Width, g.Y, g.X = 3, 3, []float64{50.125, 50.625, 51.125}, []float64{-3.875, -3.375, -2.875}
		times := f.Times
		f.Times, f.Channels[0].Data = nil, nil
		for n := range 6 {
			f.Times = append(f.Times, (times[2*n]+times[2*n+1])/2)
			for i := range 9 {
				sum := float32(0)
				for k := range 8 {
					sum += truth.Frame(2*n + k/4)[(i/3*2+k/2%2)*recordWidth+i%3*2+k%2]
				}
				f.Channels[0].Data = append(f.Channels[0].Data, sum/8)
			}
		}
	})
	out := filepath.Join(t.TempDir(), "fine.nc")
	succeed(t, "downscale", dir, "--data", coarse, "--start", "2", "--row", "1", "--col", "0", "--cells", "2", "--frames", "2", "--members", "2", "--steps", "2", "--out", out)
	known := field(t, coarse, "pr", -1)
	for member := range 2 {
		f := field(t, out, "pr", member)
		if !slices.Equal(f.Times, truth.Times[4:8]) || fmt.Sprint(f.Grid.Y) != fmt.Sprint(truth.Grid.Y[2:6]) || fmt.Sprint(f.Grid.X) != fmt.Sprint(truth.Grid.X[:4]) {
			t.Errorf("times %v, rows %v, columns %v", f.Times, f.Grid.Y, f.Grid.X)
		}
		for n := range 2 {
			for i := range 4 {
				sum := 0.0
				for k := range 8 {
					sum += float64(f.Frame(2*n + k/4)[(i/2*2+k/2%2)*4+i%2*2+k%2])
				}
				if want := float64(known.Frame(2 + n)[(1+i/2)*3+i%2]); math.Abs(sum/8-want) > 1e-5 {
					t.Errorf("member %d: mean %d of frames %d is %v, want %v", member, i, n, sum/8, want)
				}
			}
		}
	}
	refuse(t, exitUsage, []string{"--cells or --frames"}, "downscale", dir, "--data", coarse, "--start", "0")
	refuse(t, exitUsage, []string{"--cells is 0"}, "downscale", dir, "--data", coarse, "--start", "0", "--cells", "0")
	refuse(t, exitUsage, []string{"no multiple", "--cells 3"}, "downscale", dir, "--data", coarse, "--start", "0", "--cells", "3")
	// A run that is made for downscaling is refused when it is made.
	never := filepath.Join(t.TempDir(), "never")
	refuse(t, exitFailed, []string{"--for downscale", "cbrt+standardise", "--transform"}, tiny(whole, never, "--for", "nowcast,downscale", "--steps", "1")...)
	refuse(t, exitUsage, []string{"--for hindcast: want some of sample, nowcast"}, tiny(whole, never, "--for", "hindcast", "--steps", "1")...)
	if _, err := os.Stat(never); err == nil {
		t.Error("a run that is refused is there")
	}
	succeed(t, tiny(whole, never, "--for", "downscale", "--transform", "nonnegative+standardise", "--only-create")...)
	_, roots := trained(t)
	refuse(t, exitFailed, []string{"cbrt+standardise", "affine or identity"}, "downscale", roots, "--data", coarse, "--start", "0", "--cells", "2", "--frames", "2")
	if left, _ := os.ReadDir(filepath.Join(roots, "samples")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestExtend(t *testing.T) {
	data := rainRecord(t)
	dir := longer(t, data)
	out := filepath.Join(t.TempDir(), "week")
	args := func(frames, members string) []string {
		return []string{"extend", dir, "--data", data, "--start", "3", "--known", "2", "--overlap", "2", "--stride", "1",
			"--frames", frames, "--members", members, "--batch", "2", "--steps", "2", "--out", out}
	}
	if got := succeed(t, args("5", "1")...); got != out+".nc\n" {
		t.Errorf("extend prints %q", got)
	}
	succeed(t, args("14", "3")...)
	truth := field(t, data, "pr", -1)
	e, err := run.OpenSequences(out)
	if err != nil {
		t.Fatal(err)
	}
	for member := range 3 {
		f := field(t, out+".nc", "pr", member)
		x := make([]float32, 14*16)
		if err := e.Read(member, 0, x); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(f.Data, x) {
			t.Errorf("member %d: the file is not the folder", member)
		}
		if !slices.Equal(f.Times[:9], truth.Times[3:]) || f.Times[13] != truth.Times[11]+5 {
			t.Errorf("times %v", f.Times)
		}
		for i := range 32 { // what it begins with
			if got, want := f.Data[i], truth.Frame(3 + i/16)[(1+i/4%4)*recordWidth+1+i%4]; got != want {
				t.Errorf("member %d: value %d is %v, was %v", member, i, got, want)
			}
		}
	}
	refuse(t, exitFailed, []string{"begun with other settings", "seed was 0, is 5"}, append(args("14", "3"), "--seed", "5")...)
	free := strings.TrimSpace(succeed(t, "extend", dir, "--frames", "7", "--members", "1", "--steps", "2"))
	if filepath.Dir(free) != filepath.Join(dir, "samples") || field(t, free, "pr", -1).Frames() != 7 {
		t.Errorf("a free sequence is %s", free)
	}
	refuse(t, exitUsage, []string{"--frames is 0"}, "extend", dir)
	refuse(t, exitUsage, []string{"give --start or --last"}, "extend", dir, "--data", data, "--frames", "7")
	refuse(t, exitFailed, []string{"--known is 9"}, "extend", dir, "--data", data, "--start", "0", "--known", "9", "--frames", "7")
	if err := os.WriteFile(out+"x", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{"is not a folder"}, "extend", dir, "--frames", "7", "--out", out+"x")
}
