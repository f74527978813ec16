//go:build !nonetcdf

package main

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Sizes of the made record, in frames and cells.
const recordFrames, recordHeight, recordWidth = 12, 6, 7

// writeRecord writes a made record of rain, hourly, on a grid with latitudes and
// longitudes, after change has changed it.
func writeRecord(t testing.TB, path string, change func(*cf.SampleFile)) string {
	t.Helper()
	grid := climate.Grid{Height: recordHeight, Width: recordWidth, YName: "lat", XName: "lon", YUnits: "degrees_north", XUnits: "degrees_east",
		YStandardName: "latitude", XStandardName: "longitude"}
	for y := range recordHeight {
		grid.Y = append(grid.Y, 50+float64(y)/4)
	}
	for x := range recordWidth {
		grid.X = append(grid.X, -4+float64(x)/4)
	}
	f := &cf.SampleFile{Members: 1, Grid: grid, Calendar: climate.ThreeSixtyDay, Epoch: climate.Epoch}
	rain := make([]float32, 0, recordFrames*recordHeight*recordWidth)
	r := noise.Key{Seed: 5, Stream: noise.Synthetic}.Rand()
	for n := range recordFrames {
		f.Times = append(f.Times, 1000.5+float64(n))
		for y := range recordHeight {
			for x := range recordWidth {
				d := math.Hypot(float64(y)-2.5, float64(x)-float64(n)/2)
				rain = append(rain, float32(max(0, 8*math.Exp(-d*d/4)-0.5+r.Float64()/4)))
			}
		}
	}
	f.Channels = []cf.SampleChannel{{Name: "pr", LongName: "made rain", StandardName: "lwe_precipitation_rate", Units: "mm/h", Data: rain}}
	if change != nil {
		change(f)
	}
	if err := cf.WriteSamples(path, f); err != nil {
		t.Fatal(err)
	}
	return path
}

// rainRecord is the made record as it stands.
func rainRecord(t testing.TB) string {
	return writeRecord(t, filepath.Join(t.TempDir(), "rain.nc"), nil)
}

// tiny are the flags of the smallest run that has everything.
func tiny(data, out string, more ...string) []string {
	return append([]string{"train", "--data", data, "--out", out, "--frames", "2", "--height", "4", "--width", "4",
		"--dim", "8", "--multiples", "1", "--heads", "1", "--head-dim", "4", "--batch", "2", "--rate", "1e-3", "--seed", "3"}, more...)
}

// trained is a run of a few steps on the made record.
func trained(t testing.TB, more ...string) (data, dir string) {
	t.Helper()
	data, dir = rainRecord(t), filepath.Join(t.TempDir(), "run")
	succeed(t, tiny(data, dir, append([]string{"--steps", "3", "--held-out", "4"}, more...)...)...)
	return data, dir
}

// field reads a variable of a file; member −1 is for files without that
// dimension.
func field(t testing.TB, path, name string, member int) *climate.Field {
	t.Helper()
	o := cf.ReadOptions{Variable: name, Kind: climate.KindOther}
	if member >= 0 {
		o.Index = map[string]int{"member": member}
	}
	f, err := cf.Read(path, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}
