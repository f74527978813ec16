//go:build !nonetcdf

package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// A blend is the first file where its weight is 1 and the second where it is 0, whatever
// lies around the second's grid and times, with the known frames as they were.
func TestForecastBlend(t *testing.T) {
	data := rainRecord(t)
	dir := t.TempDir()
	now, nwp, out := filepath.Join(dir, "now.nc"), filepath.Join(dir, "nwp.nc"), filepath.Join(dir, "out.nc")
	// The first is a part of the field, persistent; the second all of it, later and longer.
	succeed(t, "forecast", "persistence", "--data", data, "--start", "6", "--known", "2", "--frames", "5", "--members", "2", "--size", "4", "--row", "1", "--col", "2", "--out", now)
	succeed(t, "forecast", "climatology", "--data", data, "--start", "7", "--known", "1", "--frames", "5", "--members", "3", "--out", nwp)
	if got := succeed(t, "forecast", "blend", "--of", now, "--with", nwp, "--weights", "1,0.5,0", "--out", out); got != out+"\n" {
		t.Fatalf("blend printed %q", got)
	}
	head, err := cf.HeadSamples(out)
	if err != nil {
		t.Fatal(err)
	}
	if head.Members != 2 || head.Attributes[archive.KnownAttribute] != "0, 1" || head.Attributes["vdm_weights"] != "1, 0.5, 0" || head.Attributes[archive.ForecasterAttribute] != "blend" || head.Reference == nil || strings.Count(head.Attributes["history"], "\n") != 2 {
		t.Errorf("%d members, attributes %v: want two, with what was known, the weights, and both histories", head.Members, head.Attributes)
	}
	const cells = 16
	var last [][]float32 // the last frames of the second on the first's grid
	for m := range 3 {
		f := field(t, nwp, "pr", m)
		var part []float32
		for y := 1; y < 5; y++ {
			part = append(part, f.Frame(3)[y*recordWidth+2:y*recordWidth+6]...)
		}
		last = append(last, part)
	}
	for m := range 2 {
		a, f := field(t, now, "pr", m), field(t, out, "pr", m)
		if !slices.Equal(f.Times, a.Times) || !slices.Equal(f.Data[:3*cells], a.Data[:3*cells]) {
			t.Errorf("member %d: the known frames or the first ahead are not those of the first file", m)
		}
		if !slices.ContainsFunc(last, func(l []float32) bool { return slices.Equal(l, f.Frame(4)) }) {
			t.Errorf("member %d: the last frame is no member's of the second file", m)
		}
	}
	// By the errors of earlier cases: what verify saved of them.
	past := filepath.Join(dir, "past.json")
	succeed(t, "verify", nwp, "--against", data, "--rival", "persistence", "--score", "spread", "--out", past)
	other := filepath.Join(dir, "persistence.nc")
	succeed(t, "forecast", "persistence", "--data", data, "--start", "7", "--known", "1", "--frames", "5", "--out", other)
	r := vdmRun(t, "forecast", "blend", "--of", nwp, "--with", other, "--scores", past, "--out", filepath.Join(dir, "by-scores.nc"))
	if r.status != 0 || !strings.Contains(r.stderr, "weights of") {
		t.Errorf("by scores: status %d, %s", r.status, r.stderr)
	}
	refuse(t, exitUsage, []string{"--of is missing", "--with is missing", "give one of --ramp"}, "forecast", "blend")
	refuse(t, exitUsage, []string{"--ramp is 3h,1h", "second after the first"}, "forecast", "blend", "--of", now, "--with", nwp, "--ramp", "3h,1h")
	refuse(t, exitUsage, []string{"--weights has 2"}, "forecast", "blend", "--of", now, "--with", nwp, "--weights", "2")
	refuse(t, exitFailed, []string{"2 numbers", "3 frames ahead"}, "forecast", "blend", "--of", now, "--with", nwp, "--weights", "1,0")
	refuse(t, exitFailed, []string{"now.nc on the grid of", "rows reach beyond"}, "forecast", "blend", "--of", nwp, "--with", now, "--ramp", "0h,9h")
	early := filepath.Join(dir, "early.nc")
	succeed(t, "forecast", "persistence", "--data", data, "--start", "0", "--known", "2", "--frames", "4", "--out", early)
	refuse(t, exitFailed, []string{"early.nc has no frame at", "its weight is 0.5"}, "forecast", "blend", "--of", now, "--with", early, "--weights", "1,0.5,0")
	if err := os.WriteFile(past, []byte("{}"), 0o644); err != nil {
		t.Fatal(err)
	}
	refuse(t, exitFailed, []string{"--scores", "no results"}, "forecast", "blend", "--of", now, "--with", nwp, "--scores", past)
	if f := field(t, out, "pr", 0); math.IsNaN(float64(f.Frame(3)[0])) {
		t.Error("a blended cell is missing")
	}
}
