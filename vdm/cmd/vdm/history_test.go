//go:build !nonetcdf

package main

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// What is made of a file has its history below the new line, and the intervals and the
// methods of its variable.
func TestHistoryOfTheInputIsKept(t *testing.T) {
	const frames, cells = 6, 12
	dir := t.TempDir()
	data, out, prepared := filepath.Join(dir, "in.nc"), filepath.Join(dir, "out.nc"), filepath.Join(dir, "prepared.zarr")
	in := &cf.SampleFile{Members: 1, Grid: climate.Grid{Height: 3, Width: 4}, Calendar: climate.Standard, Epoch: climate.Epoch,
		Channels:   []cf.SampleChannel{{Name: "pr", StandardName: "lwe_precipitation_rate", Units: "mm/h", CellMethods: "time: mean"}},
		Attributes: map[string]string{"history": "2019-04-02: composited\n2019-04-01: measured"}}
	for f := range frames {
		in.Times, in.From, in.To = append(in.Times, float64(f)+0.5), append(in.From, float64(f)), append(in.To, float64(f)+1)
	}
	for i := range frames * cells {
		in.Channels[0].Data = append(in.Channels[0].Data, float32(i%7))
	}
	if err := cf.WriteSamples(data, in); err != nil {
		t.Fatal(err)
	}
	succeed(t, "forecast", "persistence", "--data", data, "--start", "0", "--known", "2", "--frames", "4", "--out", out)
	head, err := cf.HeadSamples(out)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(head.Attributes["history"], "\n")
	if len(lines) != 3 || !strings.Contains(lines[0], "vdm forecast persistence") || lines[1] != "2019-04-02: composited" || lines[2] != "2019-04-01: measured" {
		t.Errorf("history %q, want the command's line and then the input's two", lines)
	}
	f := field(t, out, "pr", 0)
	if f.CellMethods != "time: mean" || !slices.Equal(f.From, in.From[:4]) || !slices.Equal(f.To, in.To[:4]) {
		t.Errorf("cell methods %q, intervals %v to %v, want those of the input", f.CellMethods, f.From, f.To)
	}
	succeed(t, "prepare", data, "--out", prepared, "--index", "member=0")
	_, attributes, err := cf.HeadEnsembles(prepared, nil)
	if err != nil {
		t.Fatal(err)
	}
	if lines := strings.Split(attributes["history"], "\n"); len(lines) != 3 || !strings.Contains(lines[0], "prepare") || lines[2] != "2019-04-01: measured" {
		t.Errorf("prepared: history %q, want a line of prepare and then the input's two", lines)
	}
}
