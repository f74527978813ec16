//go:build !nonetcdf

package main

import (
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// blending reads a nowcast by its own labels alone, and hands it to pysteps as the forecast
// that an extrapolation of the last observed frame is blended with.
const blending = `
import sys
import numpy, pyproj, xarray
from pysteps.blending import linear_blending

d = xarray.open_dataset(sys.argv[1], decode_times=False)
pr = d["pr"]
assert {"forecast_period", "forecast_reference_time", "lat", "lon"} <= set(pr.coords), pr.coords
members = pr.transpose("member", "time", "y", "x").values[:, :, ::-1]  # pysteps has the north first
minutes = d.forecast_period.values * {"hours": 60, "minutes": 1, "seconds": 1 / 60}[d.forecast_period.units]
assert (d.forecast_reference_time.values + minutes / 60 == d.time.values).all() and d.forecast_period.bounds in d
scale = {"km": 1000.0, "m": 1.0}
x, y = (d[name].values * scale[d[name].units] for name in ("x", "y"))
step, size = minutes[1] - minutes[0], x[1] - x[0]
of = dict(unit={"mm/h": "mm/h"}[pr.units], transform=None, zerovalue=0.0, threshold=0.1, accutime=step, yorigin="upper",
          projection=pyproj.CRS.from_cf(d[pr.grid_mapping].attrs).to_proj4(), xpixelsize=size, ypixelsize=y[1] - y[0],
          x1=x[0] - size / 2, x2=x[-1] + size / 2, y1=y[0] - size / 2, y2=y[-1] + size / 2, institution=d.attrs["source"])
assert "+proj=stere" in of["projection"] and "+lat_0=90" in of["projection"], of["projection"]
ahead = minutes > 0
known, ours = members[0, ~ahead][-1], members[:, ahead]
blended = linear_blending.forecast(known.astype(float), of, numpy.zeros((2, *known.shape)), ours.shape[1], int(step), "extrapolation",
                                   precip_nwp=ours.astype(float), precip_nwp_metadata=of, start_blending=int(step), end_blending=2 * int(step))
assert blended.shape == ours.shape, (blended.shape, ours.shape)
wet = ours >= 0.2  # below the threshold pysteps has none
off = abs(blended - ours)[:, -1][wet[:, -1]]
assert wet[:, -1].any() and off.max() < 1e-3, off
assert abs(blended - known)[:, 0][:, known >= 0.2].max() < 1e-3
print("blended", *blended.shape)
`

// exporting writes two members, the rain of three frames and 1 and 3 mm/h more, by pysteps'
// own exporter, all at once or one member after another.
const exporting = `
import datetime, sys
import netCDF4, numpy, pyproj
from pysteps.io import exporters

data, folder, incremental = sys.argv[1:]
d = netCDF4.Dataset(data)
rain = d["pr"][:].filled(numpy.nan).reshape(-1, len(d["y"]), len(d["x"]))[5:8, ::-1]  # the north first
x, y = (1000 * d[n][:] for n in ("x", "y"))
side = float(x[1] - x[0])
crs = d[d["pr"].grid_mapping]
of = dict(unit="mm/h", transform=None, zerovalue=0.0, threshold=0.1, accutime=60, yorigin="upper", cartesian_unit="m", institution="ours",
          projection=pyproj.CRS.from_cf({a: crs.getncattr(a) for a in crs.ncattrs()}).to_proj4(), xpixelsize=side, ypixelsize=side,
          x1=float(x[0]) - side / 2, x2=float(x[-1]) + side / 2, y1=float(y[0]) - side / 2, y2=float(y[-1]) + side / 2)
last = netCDF4.num2date(d["time"][4], d["time"].units, d["time"].calendar)
start = datetime.datetime(last.year, last.month, last.day, last.hour, last.minute)
e = exporters.initialize_forecast_exporter_netcdf(folder, "theirs", start, 60, 3, rain.shape[1:], of, n_ens_members=2, incremental=incremental or None)
members = numpy.stack([rain + 1, rain + 3])
for one in members if incremental else [members]:
    exporters.export_forecast_dataset(one, e)
exporters.close_forecast_files(e)
`

// Files of pysteps' exporter are verified.
func TestVerifyReadsPystepsFiles(t *testing.T) {
	python := installed.CheckersPython(t, "import netCDF4, numpy, pyproj; from pysteps.io import exporters; exporters.initialize_forecast_exporter_netcdf")
	dir := t.TempDir()
	data := writeRecord(t, filepath.Join(dir, "data.nc"), func(f *cf.SampleFile) {
		curved(f)
		f.From, f.To, f.Channels[0].CellMethods = nil, nil, "time: point"
		f.Grid.Lat, f.Grid.Lon = nil, nil // which are not quite those of the map
	})
	for _, incremental := range []string{"", "member"} {
		folder := t.TempDir()
		if said, err := exec.Command(python, "-c", exporting, data, folder, incremental).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		out := filepath.Join(folder, "scores.json")
		if table := succeed(t, "verify", filepath.Join(folder, "theirs.nc"), "--against", data, "--rival", "none", "--out", out); !strings.Contains(table, "frames 5, 6, 7 of 7 generated") {
			t.Errorf("not the three frames ahead:\n%s", table)
		}
		if score := scoreOf(t, out); math.Abs(score-1.5) > 0.01 { // theirs are rounded
			t.Errorf("incremental %q: members 1 and 3 mm/h above the truth have a CRPS of %v", incremental, score)
		}
	}
}

// What nowcast writes is what blending in pysteps starts from: the members, their lead times
// and their map.
func TestPystepsBlendsNowcasts(t *testing.T) {
	python := installed.CheckersPython(t, "import numpy, pyproj, xarray; from pysteps.blending import linear_blending; linear_blending.forecast")
	dir := t.TempDir()
	data := writeRecord(t, filepath.Join(dir, "data.nc"), curved)
	out := filepath.Join(dir, "nowcast.nc")
	succeed(t, "nowcast", longer(t, data), "--data", data, "--start", "4", "--known", "1", "--members", "2", "--evaluations", "2", "--out", out)
	said, err := exec.Command(python, "-c", blending, out).CombinedOutput()
	if err != nil || !strings.HasSuffix(strings.TrimSpace(string(said)), "blended 2 3 4 4") {
		t.Errorf("%v\n%s", err, said)
	}
}
