package zarr

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// What we write xarray opens lazily, with consolidated metadata, chunks and labels, and
// reads as it was.
func TestSamplesInXarray(t *testing.T) {
	interpreter := interpreter(t)
	path := filepath.Join(t.TempDir(), "samples.zarr")
	s := samples()
	if err := cf.WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	said := python(t, interpreter, `
import json, sys, numpy as np, xarray as xr, zarr
d = xr.open_zarr(sys.argv[1], consolidated=True)
g = zarr.open_group(sys.argv[1], mode="r")
lazy = type(d.rain.data).__module__.split(".")[0]
print(json.dumps(dict(dims=d.rain.dims, chunks=g["rain"].chunks, lazy=lazy, units=d.rain.attrs["units"], title=d.attrs["title"],
  time=str(d.time.values[1]), bounds=d.time.encoding.get("bounds", d.time.attrs.get("bounds")), lat=float(d.lat[1, 2]), mapping=d.crs.attrs["grid_mapping_name"], member=d.member.values.tolist(),
  coords=sorted(map(str, d.coords)), fill=str(g["rain"].fill_value), rain=[None if np.isnan(x) else float(x) for x in d.rain.transpose("member", "time", "y", "x").values.ravel()])))`, path)
	var got struct {
		Dims, Coords                              []string
		Chunks                                    []int
		Lazy, Units, Title, Time, Bounds, Mapping string
		Fill                                      string
		Lat                                       float64
		Member                                    []int
		Rain                                      []*float32
	}
	if err := json.Unmarshal([]byte(said), &got); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if !slices.Equal(got.Dims, []string{"member", "time", "y", "x"}) || !slices.Equal(got.Chunks, []int{1, 3, 2, 3}) || got.Units != "mm/h" || got.Title != "test" ||
		!strings.HasPrefix(got.Time, "1970-01-02T01:00:00") || got.Bounds != "time_bnds" || got.Lat != s.Grid.Lat[5] || got.Mapping != "mercator" || !slices.Equal(got.Member, []int{0, 1}) || got.Fill != "nan" {
		t.Errorf("xarray sees %+v", got)
	}
	if !slices.Contains(got.Coords, "lat") || got.Lazy != "dask" && got.Lazy != "xarray" && got.Lazy != "numpy" {
		t.Errorf("coordinates %v, values of %s", got.Coords, got.Lazy)
	}
	for i, x := range got.Rain {
		want := s.Channels[0].Data[i]
		if (x == nil) != (want != want) || x != nil && *x != want {
			t.Fatalf("value %d is %v, want %v", i, x, want)
		}
	}
}

// What xarray writes now, of either version and packed, is read as xarray reads it.
func TestXarrayIsRead(t *testing.T) {
	interpreter := interpreter(t)
	dir := t.TempDir()
	said := python(t, interpreter, `
import json, sys, numpy as np, pandas as pd, xarray as xr
v = np.random.default_rng(1).gamma(0.3, 2, (7, 9, 11)); v[2, 3, 4] = np.nan
d = xr.Dataset({"tp": (("time", "lat", "lon"), v, {"units": "mm h-1", "standard_name": "rainfall_rate"})},
  {"time": pd.date_range("2021-06-01", periods=7, freq="10min"), "lat": ("lat", np.linspace(55, 51, 9), {"units": "degrees_north"}), "lon": ("lon", np.linspace(0, 5, 11), {"units": "degrees_east"})})
for version in (2, 3):
  for name, e in {"plain": {}, "packed": {"dtype": "int16", "scale_factor": 0.001, "add_offset": 30.0, "_FillValue": -32768}, "unsigned": {"dtype": "uint16", "scale_factor": 0.002, "_FillValue": 65535}, "chunks": {"chunks": (3, 4, 5)}, "half": {"dtype": "float16"}}.items():
    d.to_zarr(f"{sys.argv[1]}/{name}{version}.zarr", zarr_format=version, consolidated=version == 2, encoding={"tp": dict(e)})
r = {}
import glob, os
for p in glob.glob(sys.argv[1] + "/*.zarr"):
  a = xr.open_zarr(p).tp.isel(lat=slice(None, None, -1)).values.astype("f4")
  r[os.path.basename(p)] = [None if np.isnan(x) else float(x) for x in a.ravel()]
print(json.dumps(r))`, dir)
	var want map[string][]*float32
	if err := json.Unmarshal([]byte(said), &want); err != nil {
		t.Fatal(err)
	}
	if len(want) != 10 {
		t.Fatalf("xarray wrote %d stores", len(want))
	}
	for name, values := range want {
		f, err := cf.Read(filepath.Join(dir, name), cf.ReadOptions{})
		if err != nil {
			t.Error(err)
			continue
		}
		if f.Date(1) != "2021-06-01 00:10:00" || f.Grid.Y[0] != 51 {
			t.Errorf("%s: frame 1 at %s, row 0 at %v", name, f.Date(1), f.Grid.Y[0])
		}
		for i, x := range values {
			got := f.Data[i]
			if (x == nil) != (got != got) || x != nil && math.Abs(float64(got-*x)) > 1e-6*math.Abs(float64(*x)) {
				t.Errorf("%s: value %d is %v, xarray has %v", name, i, got, x)
				break
			}
		}
	}
}

// The rules of mlcast's archives are judged as its validator judges them, of a store that
// keeps them and of one that breaks several.
func TestMlcast(t *testing.T) {
	interpreter := interpreter(t, "mlcast_dataset_validator")
	dir := t.TempDir()
	said := python(t, interpreter, `
import json, sys, numpy as np, pandas as pd, pyproj, xarray as xr
from loguru import logger; logger.remove()
import mlcast_dataset_validator.checks.global_attributes.mlcast_metadata as mm
mm.github_repo_exists = lambda *a: True
mm.github_ref_exists = lambda *a: "yes"
from mlcast_dataset_validator.specs.source_data.radar_precipitation import validate_dataset
n = 256
x, y = np.arange(n) * 1000.0 + 2e5, np.arange(n) * 1000.0 - 4e6
crs = pyproj.CRS.from_proj4("+proj=stere +lat_0=90 +lat_ts=60 +lon_0=10 +a=6378137 +b=6356752 +units=m")
lon, lat = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(*np.meshgrid(x, y))
attrs = crs.to_cf(); attrs["spatial_ref"] = attrs["crs_wkt"]
time = pd.to_datetime(["2020-01-01", "2021-01-01", "2022-01-01", "2023-01-02"])
full = pd.date_range(time[0], time[-1], freq="366D")
d = xr.Dataset({"rainfall_flux": (("time", "y", "x"), np.random.default_rng(0).gamma(0.2, 1, (4, n, n)).astype("f4"),
    {"standard_name": "rainfall_flux", "long_name": "rain", "units": "kg m-2 h-1", "grid_mapping": "crs"}), "crs": ((), 0, attrs)},
  {"time": pd.date_range("2020-01-01", periods=4, freq="400D"), "x": ("x", x, dict(standard_name="projection_x_coordinate", units="m", axis="X")),
   "y": ("y", y, dict(standard_name="projection_y_coordinate", units="m", axis="Y")),
   "lat": (("y", "x"), lat, dict(standard_name="latitude", units="degrees_north")), "lon": (("y", "x"), lon, dict(standard_name="longitude", units="degrees_east"))},
  dict(license="CC-BY-4.0", mlcast_created_on="2026-01-31T12:00:00Z", mlcast_created_by="A Person <a@example.org>", mlcast_created_with="https://github.com/mlcast-community/mlcast-dataset-dmi-radar@v0.1.0",
   mlcast_dataset_version="0.1.0", mlcast_dataset_validator_version="0.4.0", mlcast_dataset_identifier="DK-DMI-rainfall"))
def write(name, d, version=2, chunks=(1, n, n), codec=None, **kw):
  from numcodecs import Zstd, Zlib
  e = {"rainfall_flux": {"chunks": chunks}}
  if version == 2: e["rainfall_flux"]["compressors"] = Zlib(1) if codec == "zlib" else Zstd(1)
  p = f"{sys.argv[1]}/{name}.zarr"
  d.to_zarr(p, zarr_format=version, encoding={k: v for k, v in e.items() if k in d}, **kw)
  report, _ = validate_dataset(xr.open_zarr(p))
  out = {"FAIL": set(), "WARNING": set()}
  for r in report.results:
    if r.status in out and not r.section.startswith("6"): out[r.status].add(r.section)
  return {k: sorted(v) for k, v in out.items()}
r = {"good": write("good", d, consolidated=True), "bad_chunks": write("bad_chunks", d, chunks=(2, 128, n), codec="zlib", consolidated=True), "unconsolidated": write("unconsolidated", d, consolidated=False)}
b = d.isel(time=[0, 1, 3]).drop_vars("lat").assign_attrs(license="CC BY 4.0", mlcast_created_on="yesterday", mlcast_created_by="nobody", mlcast_dataset_identifier="dk-DMI", mlcast_dataset_version="x y")
b.x.attrs.pop("axis"); b.rainfall_flux.attrs["units"] = "mm"; b.rainfall_flux.attrs.pop("grid_mapping")
r["bad"] = write("bad", b, consolidated=True)
m = d.isel(time=[0, 1, 3]); m["missing_times"] = ("missing_times", d.time.values[2:3])
r["listed"] = write("listed", m, consolidated=True)
c = d.assign_attrs(license="CC-BY-NC-4.0", mlcast_dataset_validator_version="0.3.0", mlcast_dataset_identifier="DK-DMI-rainfall-PT5M", mlcast_dataset_identifier_format="{country_code}-{entity}-{physical_variable}-{time_resolution}").isel(x=slice(0, 200))
r["small"] = write("small", c, chunks=(1, n, 200), consolidated=True)
print(json.dumps(r))`, dir)
	var want map[string]map[string][]string
	if err := json.Unmarshal([]byte(said[strings.LastIndex(strings.TrimSpace(said), "\n")+1:]), &want); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	if len(want["bad"]["FAIL"]) < 5 || len(want["good"]["FAIL"]) != 0 {
		t.Fatalf("the validator says %v", want)
	}
	for name, judged := range want {
		lines, err := check(filepath.Join(dir, name+".zarr"))
		if err != nil {
			t.Error(err)
			continue
		}
		for status, label := range map[string]string{"FAIL": "broken", "WARNING": "warning"} {
			found := map[string]bool{}
			for _, line := range lines {
				if text, ok := strings.CutPrefix(line, label); ok {
					found[strings.Fields(text)[0]] = true
				}
			}
			expected := map[string]bool{}
			for _, section := range judged[status] {
				expected[section] = true
			}
			for section := range found {
				if !expected[section] {
					t.Errorf("%s: we have a %s in section %s, the validator has not:\n%s", name, status, section, strings.Join(lines, "\n"))
				}
			}
			for section := range expected {
				if !found[section] {
					t.Errorf("%s: the validator has a %s in section %s, we have not:\n%s", name, status, section, strings.Join(lines, "\n"))
				}
			}
		}
	}
	f, err := cf.Read(filepath.Join(dir, "good.zarr"), cf.ReadOptions{})
	if err != nil || f.Units != "mm/h" || f.Name != "rainfall_flux" || f.Grid.Lat == nil {
		t.Errorf("a store in mlcast's layout: %+v, %v", f, err)
	}
}
