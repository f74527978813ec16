package netcdf

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

func TestSamplesRoundTrip(t *testing.T) {
	path := filepath.Join(t.TempDir(), "samples.nc")
	s := samples()
	for range 2 { // an older file of the name is replaced
		if err := WriteSamples(path, s); err != nil {
			t.Fatal(err)
		}
	}
	cells := 3 * 12
	for _, c := range s.Channels {
		for m := range s.Members {
			f, err := Read(path, ReadOptions{Variable: c.Name, Index: map[string]int{"member": m}})
			if err != nil {
				t.Fatal(err)
			}
			same(t, c.Name, f.Data, c.Data[m*cells:(m+1)*cells])
			if f.Units != c.Units || f.StandardName != c.StandardName || f.LongName != c.LongName {
				t.Errorf("%s comes back as %q, %q, %q", c.Name, f.Units, f.StandardName, f.LongName)
			}
			if diff := cmp.Diff(s.Grid, f.Grid); diff != "" {
				t.Errorf("grid:\n%s", diff)
			}
			if !slices.Equal(f.Times, s.Times) || f.Calendar != s.Calendar || f.Date(0) != "1970-01-02 00:30:00" {
				t.Errorf("times %v (%s), from %s", f.Times, f.Calendar, f.Date(0))
			}
		}
	}
	if names, _ := os.ReadDir(filepath.Dir(path)); len(names) != 1 {
		t.Errorf("the folder holds %v", names)
	}
}

// A clip that belongs to no date, on a grid without coordinates.
func TestSamplesWithoutDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "samples.nc")
	s := samples()
	s.Grid = climate.Grid{Height: 3, Width: 4}
	s.Times, s.Epoch, s.Calendar = []float64{0, 1, 2}, "", ""
	if err := WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path, ReadOptions{Variable: "pr", Index: map[string]int{"member": 1}})
	if err != nil {
		t.Fatal(err)
	}
	if f.Calendar != climate.NoCalendar || f.Epoch != climate.RelativeEpoch || f.Grid.Y != nil || f.Data[0] != 9 {
		t.Errorf("%s, %s, %+v, %v", f.Calendar, f.Epoch, f.Grid, f.Data[0])
	}
}

func TestSamplesInXarray(t *testing.T) {
	installed.Python(t, usesNetCDF4+"; import xarray; xarray.open_dataset")
	path := filepath.Join(t.TempDir(), "samples.nc")
	if err := WriteSamples(path, samples()); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(python, "-c", `
import sys, json, xarray as xr
d = xr.open_dataset(sys.argv[1])
p = d["pr"]
print(json.dumps(dict(dims=p.dims, coords=sorted(map(str, p.coords)), value=float(p.isel(member=1, time=2)[2, 3]),
    units=p.attrs["units"], time=str(d.time.values[0]), calendar=d.time.encoding["calendar"], missing=int(d["uas"].isnull().sum()),
    pole=d[p.attrs["grid_mapping"]].attrs["grid_north_pole_latitude"], conventions=d.attrs["Conventions"], seed=d.attrs["run_seed"],
    mapping=d[p.attrs["grid_mapping"]].attrs["grid_mapping_name"])))`, path).CombinedOutput()
	if err != nil {
		t.Fatalf("xarray cannot read it: %v\n%s", err, out)
	}
	var got map[string]any
	if err := json.Unmarshal(out[strings.LastIndex(strings.TrimSpace(string(out)), "\n")+1:], &got); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	want := map[string]any{"dims": []any{"member", "time", "rlat", "rlon"}, "coords": []any{"lat", "lon", "member", "rlat", "rlon", "time"},
		"value": 17.75, "units": "mm/h", "time": "1970-01-02 00:30:00", "calendar": "360_day", "missing": 1.0, "pole": 37.5,
		"conventions": "CF-1.8", "seed": "7", "mapping": "rotated_latitude_longitude"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("xarray reads something else:\n%s", diff)
	}
}

func TestSamplesRefused(t *testing.T) {
	dir := t.TempDir()
	for say, change := range map[string]func(*SampleFile){
		"71 values":              func(s *SampleFile) { s.Channels[0].Data = s.Channels[0].Data[1:] },
		`"" is empty`:            func(s *SampleFile) { s.Channels[0].Name = "" },
		`"pr" is empty or alr`:   func(s *SampleFile) { s.Channels[1].Name = "pr" },
		`"time" is empty or alr`: func(s *SampleFile) { s.Channels[1].Name = "time" },
		"nothing to write":       func(s *SampleFile) { s.Members = 0 },
		"does not go forward":    func(s *SampleFile) { s.Times[1] = s.Times[0] },
		"coordinate Lat has 1":   func(s *SampleFile) { s.Grid.Lat = []float64{1} },
		`"list" is a int`:        func(s *SampleFile) { s.Grid.Mapping["list"] = 3 },
		`attribute "bad/name"`:   func(s *SampleFile) { s.Attributes["bad/name"] = "x" },
		`variable "a/b"`:         func(s *SampleFile) { s.Channels[0].Name = "a/b" },
	} {
		s := samples()
		change(s)
		path := filepath.Join(dir, "a.nc")
		if err := WriteSamples(path, s); err == nil || !strings.Contains(err.Error(), say) || !strings.Contains(err.Error(), path) {
			t.Errorf("error %v, want one with %q and the path", err, say)
		}
	}
	if names, _ := os.ReadDir(dir); len(names) != 0 {
		t.Errorf("failures leave %v", names)
	}
	path := filepath.Join(dir, "no", "folder", "a.nc")
	if err := WriteSamples(path, samples()); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("an absent folder: %v", err)
	}
	if os.Geteuid() != 0 { // root writes everywhere
		os.Chmod(dir, 0o555)
		if err := WriteSamples(filepath.Join(dir, "a.nc"), samples()); err == nil {
			t.Error("a folder without write permission is written")
		}
	}
	occupied := filepath.Join(dir, "folder.nc")
	os.MkdirAll(filepath.Join(occupied, "x"), 0o755)
	if err := WriteSamples(occupied, samples()); err == nil {
		t.Error("a folder is replaced by a file")
	}
	if names, _ := os.ReadDir(dir); len(names) != 1 {
		t.Errorf("failures leave %v", names)
	}
}

func TestNewSampleFile(t *testing.T) {
	like := []*climate.Field{{Name: "pr", Units: "mm/h"}, {Name: "uas", Units: "m s-1"}}
	clips := make([]float32, 2*3*1*2*2)
	for i := range clips {
		clips[i] = float32(i)
	}
	s, err := NewSampleFile(like, 2, 3, 1, 2, clips)
	if err != nil {
		t.Fatal(err)
	}
	if s.Channels[0].Data[1] != 2 || s.Channels[1].Data[11] != 23 || s.Channels[1].Units != "m s-1" || s.Grid.Width != 2 {
		t.Errorf("%+v", s)
	}
	for range 3 {
		s.Times = append(s.Times, float64(len(s.Times)))
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
	if _, err := NewSampleFile(like, 2, 3, 1, 3, clips); err == nil {
		t.Error("a wrong shape is accepted")
	}
}
