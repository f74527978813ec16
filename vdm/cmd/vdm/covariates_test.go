//go:build !nonetcdf

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// toldRun is a run whose network is told a height in metres, and a forecast that is made
// from two known frames.
func toldRun(t *testing.T) string {
	t.Helper()
	same, err := transform.Parse("identity")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "told")
	_, err = run.Create(dir, run.Config{
		Clip:    run.ClipConfig{Frames: 4, Height: recordHeight, Width: recordWidth, Channels: []run.ChannelConfig{{Name: "pr", Units: "mm/h", Transform: same}}},
		Network: unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Conditions: run.ConditionsConfig{
			Tasks: map[string]float64{"nothing": 1, "first-frames": 1},
			Covariates: []run.CovariateConfig{
				{Name: "height", Units: "m", Transform: same},
				{Name: "moved", Units: "mm/h", Transform: same, KnownFrames: 2},
			},
			Dropout: 0.1,
		},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// What a network is told is given, or left out on purpose, and never left out in silence.
func TestCovariatesAreGivenOrLeftOutOnPurpose(t *testing.T) {
	dir, data := toldRun(t), rainRecord(t)
	height := func(units string, change func(f *cf.SampleFile)) string {
		return writeRecord(t, filepath.Join(t.TempDir(), "height.nc"), func(f *cf.SampleFile) {
			frame := recordHeight * recordWidth
			f.Times = f.Times[:1]
			f.Channels[0].Name, f.Channels[0].StandardName, f.Channels[0].Units, f.Channels[0].Data = "height", "", units, slices.Clone(f.Channels[0].Data[:frame])
			if change != nil {
				change(f)
			}
		})
	}
	metres := height("m", nil)
	out := func() string { return filepath.Join(t.TempDir(), "out.nc") }
	draw := func(more ...string) []string {
		return append([]string{"sample", dir, "--count", "1", "--steps", "2", "--out", out()}, more...)
	}
	nowcast := func(more ...string) []string {
		return append([]string{"nowcast", dir, "--data", data, "--start", "1", "--known", "2", "--members", "1", "--steps", "2", "--out", out()}, more...)
	}
	r := vdmRun(t, draw("--covariate", "height="+metres)...)
	if r.status != 0 || !strings.Contains(r.stderr, "not told moved, which is made from the first 2 frames: 0 are known") {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	told := field(t, strings.TrimSpace(r.stdout), "pr", 0)
	r = vdmRun(t, draw("--without-covariates")...)
	if r.status != 0 || !strings.Contains(r.stderr, "not told height") {
		t.Fatalf("status %d\n%s", r.status, r.stderr)
	}
	if without := field(t, strings.TrimSpace(r.stdout), "pr", 0); slices.Equal(told.Data, without.Data) {
		t.Log("the clips are equal: an untrained network may begin at 0")
	}
	succeed(t, nowcast("--covariate", "height="+metres, "--without-covariates")...)
	refuse(t, exitUsage, []string{"told height in m", "--without-covariates"}, draw()...)
	refuse(t, exitUsage, []string{"told moved in mm/h"}, nowcast("--covariate", "height="+metres)...)
	refuse(t, exitUsage, []string{`"depth=x.nc"`, "height, moved"}, draw("--covariate", "depth=x.nc")...)
	refuse(t, exitFailed, []string{"height", "K"}, draw("--covariate", "height="+height("K", nil))...)
	refuse(t, exitFailed, []string{"no variable"}, draw("--covariate", "height="+data)...)
	refuse(t, exitFailed, []string{"it has 2 frames of 6 × 7 cells, want 1 or 4"}, draw("--covariate", "height="+height("m", func(f *cf.SampleFile) {
		f.Times = []float64{1000.5, 1001.5}
		f.Channels[0].Data = slices.Repeat(f.Channels[0].Data, 2)
	}))...)
	refuse(t, exitUsage, []string{"a sequence takes none"}, "extend", dir, "--frames", "6", "--members", "1", "--steps", "2", "--covariate", "height="+metres, "--out", filepath.Join(t.TempDir(), "long"))
}
