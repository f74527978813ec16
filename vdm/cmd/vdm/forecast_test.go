//go:build !nonetcdf

package main

import (
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
	refuse(t, exitUsage, []string{"FORECASTER is missing"}, "forecast", "--data", data, "--last")
	refuse(t, exitFailed, []string{"before the clip", "frame 1"}, "forecast", "climatology", "--data", data, "--start", "1", "--known", "1", "--frames", "4")
	refuse(t, exitFailed, []string{"no folder"}, "forecast", "linear", "--data", data, "--last", "--out", "absent/f.nc")
	if r := vdmRun(t, "forecast", "linear", "--data", data, "--last", "--members", "2"); !strings.Contains(r.stderr, "2 members of linear are equal") {
		t.Errorf("nothing is said of equal members: %s", r.stderr)
	}
}
