//go:build !nonetcdf

package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// Every forecaster writes a file as nowcast does: on the data's grid, with the known
// frames as they were, what was known, and members that are the library's.
func TestForecast(t *testing.T) {
	data := rainRecord(t)
	truth := field(t, data, "pr", -1)
	cells := recordHeight * recordWidth
	for _, name := range forecast.Names() {
		out := filepath.Join(t.TempDir(), name+".nc")
		if got := succeed(t, "forecast", name, "--data", data, "--start", "8", "--known", "2", "--frames", "4", "--members", "3", "--seed", "5", "--out", out); got != out+"\n" {
			t.Fatalf("%s printed %q", name, got)
		}
		head, err := cf.HeadSamples(out)
		if err != nil {
			t.Fatal(err)
		}
		if head.Members != 3 || head.Attributes[archive.KnownAttribute] != "0, 1" || head.Attributes[archive.ForecasterAttribute] != name || head.Attributes["vdm_first_frame"] != "8" {
			t.Errorf("%s: %d members, %v", name, head.Members, head.Attributes)
		}
		differ := false
		first := field(t, out, "pr", 0)
		for m := range 3 {
			f := field(t, out, "pr", m)
			if !slices.Equal(f.Times, truth.Times[8:12]) || !slices.Equal(f.Data[:2*cells], truth.Data[8*cells:10*cells]) {
				t.Errorf("%s, member %d: times %v, or known frames that are not the data's", name, m, f.Times)
			}
			differ = differ || !slices.Equal(f.Data, first.Data)
		}
		if random := name == "steps" || name == "climatology"; differ != random {
			t.Errorf("%s: the members differ: %v", name, differ)
		}
		if name == "persistence" && !slices.Equal(first.Frame(3), truth.Frame(9)) {
			t.Error("persistence is not the last known frame")
		}
	}
}

// With --last a forecast goes beyond the data; --size cuts; what cannot be meant is
// refused before anything is read.
func TestForecastPlacesAndRefusals(t *testing.T) {
	data := rainRecord(t)
	truth := field(t, data, "pr", -1)
	t.Chdir(t.TempDir())
	out := strings.TrimSpace(succeed(t, "forecast", "Advection", "--data", data, "--last", "--known", "3", "--frames", "6", "--size", "4", "--row", "1", "--col", "2"))
	if _, err := os.Stat(out); err != nil || out != "advection-9.nc" {
		t.Errorf("%s: %v", out, err)
	}
	f := field(t, out, "pr", 0)
	if f.Frames() != 6 || f.Height() != 4 || f.Times[2] != truth.Times[truth.Frames()-1] || f.Data[0] != truth.Frame(truth.Frames() - 3)[recordWidth+2] {
		t.Errorf("%d frames of %d×%d from %s", f.Frames(), f.Height(), f.Width(), f.Date(0))
	}
	refuse(t, exitUsage, []string{`no forecaster "stps"`, "persistence, linear"}, "forecast", "stps", "--data", data, "--last")
	refuse(t, exitUsage, []string{"--known is 1", "steps needs at least 2"}, "forecast", "steps", "--data", data, "--last", "--known", "1")
	refuse(t, exitUsage, []string{"--known is 6", "1 to 5"}, "forecast", "persistence", "--data", data, "--last", "--known", "6", "--frames", "6")
	refuse(t, exitUsage, []string{"--members is 0"}, "forecast", "persistence", "--data", data, "--last", "--members", "0")
	refuse(t, exitUsage, []string{"--start or --last"}, "forecast", "persistence", "--data", data)
	refuse(t, exitUsage, []string{"--members is 0", "; --known is 1", "; --data is missing", "--start or --last", "; --picture is f.jpg"}, "forecast", "steps", "--known", "1", "--members", "0", "--picture", "f.jpg")
	refuse(t, exitFailed, []string{"--data: stat a.nc", "; --data: stat b.nc"}, "forecast", "steps", "--data", "a.nc", "--data", "b.nc", "--last")
	for _, command := range []string{"nowcast", "interpolate", "inpaint"} {
		refuse(t, exitUsage, []string{`guidance "some"`, "; --members is 0", "; --data: stat a.nc", "; give --start or --last"}, command, "absent", "--data", "a.nc", "--members", "0", "--guidance", "some")
	}
	refuse(t, exitUsage, []string{"--data: stat a.nc", "; --batch is 0", "; --steps is -1", "; --out is missing"}, "train", "--data", "a.nc", "--batch", "0", "--steps", "-1")
	refuse(t, exitUsage, []string{"--leads: ", `"soon"`, "; --picture is a.gif"}, "nowcast", "absent", "--data", data, "--last", "--leads", "soon", "--picture", "a.gif")
	refuse(t, exitUsage, []string{"--leads excludes --frames"}, "forecast", "persistence", "--data", data, "--last", "--frames", "6", "--leads", "1h")
	refuse(t, exitUsage, []string{"--leads has 90 min: want multiples of 1 h"}, "forecast", "persistence", "--data", data, "--last", "--leads", "90min")
	refuse(t, exitUsage, []string{"FORECASTER is missing"}, "forecast", "--data", data, "--last")
	refuse(t, exitFailed, []string{"before the clip", "frame 1"}, "forecast", "climatology", "--data", data, "--start", "1", "--known", "1", "--frames", "4")
	refuse(t, exitFailed, []string{"no folder"}, "forecast", "linear", "--data", data, "--last", "--out", "absent/f.nc")
	if r := vdmRun(t, "forecast", "linear", "--data", data, "--last", "--members", "2"); !strings.Contains(r.stderr, "2 members of linear are equal") {
		t.Errorf("nothing is said of equal members: %s", r.stderr)
	}
}

// With --leads only these frames are written beside the known ones, and the picture is of
// a window of any shape.
func TestForecastLeadsAndPicture(t *testing.T) {
	data := rainRecord(t)
	truth := field(t, data, "pr", -1)
	dir := t.TempDir()
	out, picture := filepath.Join(dir, "f.nc"), filepath.Join(dir, "f.png")
	got := succeed(t, "forecast", "persistence", "--data", data, "--start", "2", "--known", "2", "--leads", "1,3h", "--picture", picture, "--out", out)
	if got != out+"\n"+picture+"\n" {
		t.Errorf("printed %q", got)
	}
	if f := field(t, out, "pr", 0); !slices.Equal(f.Times, []float64{truth.Times[2], truth.Times[3], truth.Times[4], truth.Times[6]}) || !slices.Equal(f.Frame(3), truth.Frame(3)) {
		t.Errorf("frames at %v, the data from %v", f.Times, truth.Times[2])
	}
	if drawn, err := os.ReadFile(picture); err != nil || !strings.HasPrefix(string(drawn), "\x89PNG") {
		t.Errorf("the picture: %.8q (%v)", drawn, err)
	}
	film := filepath.Join(dir, "f.apng")
	succeed(t, "forecast", "persistence", "--data", data, "--start", "2", "--known", "2", "--leads", "1,3h", "--picture", film, "--out", out)
	if drawn, err := os.ReadFile(film); err != nil || bytes.Count(drawn, []byte("fcTL")) != 4 {
		t.Errorf("%d frames are drawn of 2 known ones and 2 lead times (%v)", bytes.Count(drawn, []byte("fcTL")), err)
	}
	if table := succeed(t, "verify", out, "--against", data); !strings.Contains(table, "CRPS") {
		t.Errorf("verified as\n%s", table)
	}
	warm := writeRecord(t, filepath.Join(dir, "warm.nc"), func(f *cf.SampleFile) { f.Channels[0].Units, f.Channels[0].StandardName = "K", "" })
	refuse(t, exitFailed, []string{"--picture draws nowcasts of one variable, rain in mm/h", `"K"`}, "forecast", "persistence", "--data", warm, "--kind", "other", "--last", "--picture", picture)
}

// A forecast of a part of a field knows what lies around it: rain that moves in is the
// rain that was seen there, not the edge of the part held.
func TestForecastOfAPartKnowsWhatMovesIn(t *testing.T) {
	dir := t.TempDir()
	const size, seen = 48, 4
	data := writeRecord(t, filepath.Join(dir, "moving.nc"), func(f *cf.SampleFile) { // two columns an hour towards the east
		g, ch := &f.Grid, &f.Channels[0]
		g.Height, g.Width, g.Y, g.X = size, size, nil, nil
		for i := range size {
			g.Y, g.X = append(g.Y, 50+float64(i)/4), append(g.X, -4+float64(i)/4)
		}
		f.Times, ch.Data = f.Times[:8], nil
		for n := range f.Times {
			for i := range size * size {
				y, x := float64(i/size), float64(i%size-2*n)
				ch.Data = append(ch.Data, float32(max(0, 4+4*math.Sin(0.5*y+0.3)+4*math.Sin(0.4*x)+2*math.Sin(0.7*x+0.9*y))))
			}
		}
	})
	truth := field(t, data, "pr", -1)
	for _, name := range []string{"advection", "steps"} {
		out := filepath.Join(dir, name+".nc")
		succeed(t, "forecast", name, "--data", data, "--start", "0", "--known", "4", "--frames", "8", "--size", "16", "--out", out)
		f := field(t, out, "pr", 0)
		wrong, still := 0.0, 0.0
		for y := range 16 {
			for x := range 4 { // what lay west of the part
				at := (16+y)*size + 16 + x
				wrong += math.Abs(float64(f.Frame(7)[y*16+x] - truth.Frame(7)[at]))
				still += math.Abs(float64(truth.Frame(seen - 1)[at] - truth.Frame(7)[at]))
			}
		}
		if limit := map[string]float64{"advection": 0.25, "steps": 0.8}[name]; wrong > limit*still {
			t.Errorf("%s: what moves in is wrong by %.1f, and would be by %.1f if nothing moved", name, wrong, still)
		}
	}
}
