//go:build !nonetcdf

package main

import (
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// curved gives a record the grid of a map projection in km, with the latitude and
// longitude of each cell, and means over known intervals.
func curved(f *cf.SampleFile) {
	g := &f.Grid
	g.YName, g.XName, g.YUnits, g.XUnits, g.YStandardName, g.XStandardName = "y", "x", "km", "km", "", ""
	g.MappingName, g.Mapping = "crs", map[string]any{"grid_mapping_name": "polar_stereographic", "straight_vertical_longitude_from_pole": 25.0, "standard_parallel": 60.0}
	for y := range g.Height {
		g.Y[y] = -3000 + 8*float64(y)
		for x := range g.Width {
			g.X[x] = 8 * float64(x)
			g.Lat = append(g.Lat, 90-math.Hypot(g.Y[y], g.X[x])/111)
			g.Lon = append(g.Lon, 25+math.Atan2(g.X[x], -g.Y[y])*180/math.Pi)
		}
	}
	for _, t := range f.Times {
		f.From, f.To = append(f.From, t-0.5), append(f.To, t+0.5)
	}
	f.Channels[0].CellMethods = "time: mean"
}

// curvedWithHole is curved with a missing cell.
func curvedWithHole(f *cf.SampleFile) {
	curved(f)
	f.Channels[0].Data[2*recordHeight*recordWidth+2*recordWidth+3] = float32(math.NaN())
}

// Every file that a command writes follows the CF conventions, by two programs that check
// it.
func TestEveryCommandFollowsConventions(t *testing.T) {
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	data := writeRecord(t, path("data.nc"), curved)
	holed := writeRecord(t, path("holed.nc"), curvedWithHole)
	coarse := writeRecord(t, path("coarse.nc"), func(f *cf.SampleFile) {
		curved(f)
		for i := range f.Times {
			f.Times[i], f.From[i], f.To[i] = 2*f.Times[i], 2*f.From[i], 2*f.To[i]
		}
	})
	minutely := writeRecord(t, path("minutely.nc"), func(f *cf.SampleFile) {
		curved(f)
		f.From, f.To, f.Channels[0].CellMethods = nil, nil, "time: point"
		for i := range f.Times {
			f.Times[i] = f.Times[0] + float64(i)/12
		}
	})
	m := path("run")
	succeed(t, tiny(data, m, "--frames", "4", "--steps", "1", "--transform", "affine")...)
	files := []string{data}
	made := func(name string, args ...string) {
		out := path(name)
		succeed(t, append(args, "--out", strings.TrimSuffix(out, "+"), "--steps", "2")...)
		files = append(files, strings.TrimSuffix(out, "+")+map[bool]string{true: ".nc"}[strings.HasSuffix(out, "+")])
	}
	made("sample.nc", "sample", m, "--count", "2")
	made("part.nc", "sample", m, "--first", "2")
	made("nowcast.nc", "nowcast", m, "--data", data, "--last", "--members", "2")
	made("interpolate.nc", "interpolate", m, "--data", data, "--start", "1", "--members", "2")
	made("inpaint.nc", "inpaint", m, "--data", holed, "--start", "1", "--members", "2")
	made("downscale.nc", "downscale", m, "--data", coarse, "--other-cell-size", "--start", "1", "--cells", "2", "--frames", "2", "--members", "1")
	made("extend+", "extend", m, "--data", data, "--start", "1", "--frames", "7", "--members", "1")
	made("free+", "extend", m, "--frames", "7", "--members", "1")
	plain := func(name string, args ...string) { // of commands that run no network
		succeed(t, append(args, "--out", path(name))...)
		files = append(files, path(name))
	}
	for _, name := range forecast.Names() {
		plain(name+".nc", "forecast", name, "--data", data, "--start", "5", "--known", "2", "--frames", "5", "--members", "2", "--size", "4")
	}
	plain("leads.nc", "forecast", "steps", "--data", minutely, "--last", "--leads", "5,15min", "--members", "2")
	plain("blend.nc", "forecast", "blend", "--of", path("steps.nc"), "--with", path("advection.nc"), "--ramp", "1h,3h")
	plain("scores.nc", "verify", path("steps.nc"), "--against", data, "--rival", path("advection.nc"), "--by", "lead,region", "--threshold", "0.5,1")
	plain("statistics.nc", "verify", path("sample.nc"), "--against", data)
	succeed(t, "verify", m, "--against", data, "--count", "2", "--steps", "2")
	kept, _ := filepath.Glob(filepath.Join(m, "samples", "*.nc"))
	if len(kept) == 0 {
		t.Error("verify RUN keeps no file of clips")
	}
	files = append(files, kept...)
	succeed(t, "merge", path("sample.nc"), path("part.nc"), "--out", path("merged.nc"))
	succeed(t, "synth", "--out", path("months"), "--hours", "720", "--height", "8", "--width", "8", "--format", "netcdf")
	months, _ := filepath.Glob(filepath.Join(path("months"), "*.nc"))
	files = append(append(files, path("merged.nc")), months...)

	fine := field(t, path("downscale.nc"), "pr", 0)
	if len(fine.Grid.Lat) != 16 || fine.Grid.MappingName != "crs" || len(fine.From) != 4 || fine.To[0]-fine.From[0] != 1 || fine.CellMethods != "time: mean" {
		t.Errorf("downscale loses where and when its cells are: %+v, from %v to %v", fine.Grid, fine.From, fine.To)
	}
	installed.FollowConventions(t, files...)
}

// converting writes each Zarr store that it is given as a NetCDF file beside it, with the
// attributes and values that the store has.
const converting = `
import sys, xarray
for path in sys.argv[1:]:
    d = xarray.open_zarr(path, decode_cf=False)
    for v in d.variables.values():
        v.encoding = {"_FillValue": v.attrs.pop("_FillValue", None)}
    d.to_netcdf(path[:-len(".zarr")] + "-of-zarr.nc")
`

// Every Zarr store that a command writes follows the CF conventions too: the checkers read
// no stores, so xarray makes NetCDF files of them.
func TestEveryStoreFollowsConventions(t *testing.T) {
	python := installed.CheckersPython(t, "import netCDF4, xarray, zarr")
	dir := t.TempDir()
	path := func(name string) string { return filepath.Join(dir, name) }
	data := writeRecord(t, path("data.nc"), curved)
	holed := writeRecord(t, path("holed.nc"), curvedWithHole)
	m := path("run")
	succeed(t, tiny(data, m, "--frames", "4", "--steps", "1", "--transform", "affine")...)
	var stores []string
	made := func(name string, args ...string) {
		stores = append(stores, path(name))
		succeed(t, append(args, "--out", path(name))...)
	}
	made("sample.zarr", "sample", m, "--count", "2", "--evaluations", "2")
	made("part.zarr", "sample", m, "--first", "2", "--evaluations", "2")
	made("merged.zarr", "merge", path("sample.zarr"), path("part.zarr"))
	made("nowcast.zarr", "nowcast", m, "--data", data, "--last", "--members", "2", "--evaluations", "2")
	made("interpolate.zarr", "interpolate", m, "--data", data, "--start", "1", "--members", "2", "--evaluations", "2")
	made("inpaint.zarr", "inpaint", m, "--data", holed, "--start", "1", "--members", "2", "--evaluations", "2")
	made("steps.zarr", "forecast", "steps", "--data", data, "--start", "5", "--known", "2", "--frames", "5", "--members", "2", "--size", "4")
	made("advection.zarr", "forecast", "advection", "--data", data, "--start", "5", "--known", "2", "--frames", "5", "--members", "2", "--size", "4")
	made("blend.zarr", "forecast", "blend", "--of", path("steps.zarr"), "--with", path("advection.zarr"), "--ramp", "1h,3h")
	stores = append(stores, path("prepared.zarr"))
	succeed(t, "prepare", data, "--out", path("prepared.zarr"))
	if said, err := exec.Command(python, append([]string{"-c", converting}, stores...)...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	var files []string
	for _, store := range stores {
		files = append(files, strings.TrimSuffix(store, ".zarr")+"-of-zarr.nc")
	}
	installed.FollowConventions(t, files...)
}
