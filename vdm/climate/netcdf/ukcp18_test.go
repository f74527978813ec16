package netcdf

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// What Python's netCDF4 finds in a file.
func TestSyntheticFileInPython(t *testing.T) {
	installed.Python(t, usesNetCDF4)
	files := synthetic(t, climate.SyntheticRecord{Seed: 2, Hours: 30, Height: 7, Width: 6, Coarse: 1})
	out, err := exec.Command(python, "-c", `
import sys, json, netCDF4
d = netCDF4.Dataset(sys.argv[1])
p, t = d["pr"], d["time"]
x = d["grid_longitude"][:]
print(json.dumps(dict(dims=p.dimensions, shape=p.shape, units=p.units, name=p.standard_name, fill=float(p._FillValue), mapping=d[p.grid_mapping].grid_mapping_name,
    pole=[d[p.grid_mapping].grid_north_pole_latitude, d[p.grid_mapping].grid_north_pole_longitude], calendar=t.calendar, time=t.units,
    bounds=[float(v) for v in d["time_bnds"][1] - t[1]], month=int(d["month_number"][29]), year=int(d["year"][0]),
    stamp=d["yyyymmddhh"][25].tobytes().decode().strip("\0"), beyond=bool(x[-1] > 360 and x[0] > 350), lat=d["latitude"].dimensions,
    title="Synthetic" in d.title and "not UKCP18" in d.title, seed="seed 2" in d.source)))`, files[0]).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	var got map[string]any
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	fill := float64(float32(1e20))
	want := map[string]any{"dims": []any{"ensemble_member", "time", "grid_latitude", "grid_longitude"}, "shape": []any{1.0, 30.0, 7.0, 6.0},
		"units": "mm/hour", "name": "lwe_precipitation_rate", "fill": fill, "mapping": "rotated_latitude_longitude", "pole": []any{37.5, 177.5},
		"calendar": "360_day", "time": "hours since 1970-01-01 00:00:00", "bounds": []any{-0.5, 0.5}, "month": 12.0, "year": 1980.0,
		"stamp": "1980120201", "beyond": true, "lat": []any{"grid_latitude", "grid_longitude"}, "title": true, "seed": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("netCDF4 finds something else:\n%s", diff)
	}
	r, err := Inspect(files[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []string{"ensemble_member 1 × time 30", "mm/hour, read as mm/h", "step 1 h, no gaps", "rotated_latitude_longitude", "missing    0.00 %"} {
		if len(r.Variables) != 1 || !strings.Contains(r.String(), say) {
			t.Errorf("the report has no %q:\n%s", say, r)
		}
	}
}

// Stopped and gone on with, the files have the bytes of those made in one go;
// made again, nothing is done; a folder is for one record.
func TestWriteSyntheticGoesOn(t *testing.T) {
	s := climate.SyntheticRecord{Seed: 2, Hours: 3*720 + 5, Height: 7, Width: 6}
	whole, dir := synthetic(t, s), t.TempDir()
	for _, stop := range []int{24, 800, 1500} {
		ctx, cancel := context.WithCancel(context.Background())
		_, err := WriteSynthetic(ctx, dir, s, func(hours, total int) {
			if hours >= stop {
				cancel()
			}
		})
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("stopped at %d: %v", stop, err)
		}
		entries, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if strings.HasPrefix(e.Name(), ".") {
				t.Errorf("a stop leaves %s", e.Name())
			}
		}
	}
	// A process that is killed leaves half a file.
	half := filepath.Join(dir, ".writing-month-123")
	if err := os.WriteFile(half, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := WriteSynthetic(context.Background(), dir, s, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what a killed process left is still there: %v", err)
	}
	for _, path := range whole {
		want := contents(t, path)
		if got := contents(t, filepath.Join(dir, filepath.Base(path))); string(got) != string(want) {
			t.Errorf("%s has other bytes than when it is made in one go", filepath.Base(path))
		}
	}
	if made, err := WriteSynthetic(context.Background(), dir, s, nil); made != 0 || err != nil {
		t.Errorf("again: %d months, %v", made, err)
	}
	s.Seed++
	if _, err := WriteSynthetic(context.Background(), dir, s, nil); err == nil || !strings.Contains(err.Error(), dir) || !strings.Contains(err.Error(), "seed 2") {
		t.Errorf("another seed in the folder: %v", err)
	}
	s.Hours = 1
	if _, err := WriteSynthetic(context.Background(), dir, s, nil); err == nil {
		t.Error("a record of one hour is made")
	}
}
