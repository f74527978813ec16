package netcdf

import (
	"encoding/json"
	"math"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// Files by an independent writer, and the values that it says they hold.
func TestReadMadeFiles(t *testing.T) {
	for _, c := range []struct {
		name          string
		opt           ReadOptions
		units         string
		from          string
		height, width int
		note          string // part of a note
	}{
		{"packed", ReadOptions{}, "mm/h", "1980-12-01 12:00:00", 4, 3, "reversed"},
		{"ukcp", ReadOptions{}, "mm/h", "1970-01-01 00:30:00", 4, 5, "360 subtracted"},
		{"fills", ReadOptions{}, "K", "2000-01-01 00:00:00", 2, 6, ""},
		{"unwritten", ReadOptions{}, "K", "2000-01-01 00:00:00", 2, 2, ""},
		{"unsigned", ReadOptions{}, "1", "2000-01-01 00:00:00", 1, 4, ""},
		{"transposed", ReadOptions{}, "K", "2000-01-01 00:00:00", 3, 4, "reversed"},
		{"global", ReadOptions{}, "", "2000-01-01 00:00:00", 2, 8, "moved to the front"},
		{"cut", ReadOptions{}, "", "2000-01-01 00:00:00", 2, 4, "continuous"},
		{"south", ReadOptions{}, "", "2000-01-01 00:00:00", 3, 2, "northwards"},
		{"monthly", ReadOptions{}, "mm/h", "2001-01-16 12:00:00", 2, 2, "time bounds"},
		{"strings", ReadOptions{}, "mm/h", "2000-01-01 00:00:00", 2, 2, "1 cells of rain"},
		{"levels", ReadOptions{Variable: "v", Index: map[string]int{"level": 1}}, "m s-1", "1900-01-01 00:00:00", 2, 2, ""},
	} {
		path := made(t, c.name)
		f, err := Read(path, c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if err := f.Validate(); err != nil {
			t.Error(err)
		}
		if f.Units != c.units || f.Date(0) != c.from || f.Height() != c.height || f.Width() != c.width {
			t.Errorf("%s: %q from %s, %d×%d; want %q from %s, %d×%d", c.name, f.Units, f.Date(0), f.Height(), f.Width(),
				c.units, c.from, c.height, c.width)
		}
		if !slices.ContainsFunc(f.Notes, func(n string) bool { return strings.Contains(n, c.note) }) && c.note != "" {
			t.Errorf("%s: no note with %q in %q", c.name, c.note, f.Notes)
		}
		same(t, c.name, f.Data, expected(t, c.name))
		if r, err := InspectWith(path, c.opt); err != nil || !r.Variables[0].HasStats {
			t.Errorf("%s: inspect: %v, %v", c.name, r, err)
		}
	}
}

func TestReadCoordinates(t *testing.T) {
	f, err := Read(made(t, "ukcp"), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	g := f.Grid
	if !slices.Equal(g.X, []float64{-2, -1, 0, 1, 2}) || !slices.Equal(g.Y, []float64{-1.5, -0.5, 0.5, 1.5}) {
		t.Errorf("rotated coordinates %v, %v", g.Y, g.X)
	}
	if g.YName != "grid_latitude" || g.XStandardName != "grid_longitude" || g.XUnits != "degrees" {
		t.Errorf("names: %+v", g)
	}
	if g.Mapping["grid_north_pole_latitude"] != 37.5 || g.Mapping["grid_mapping_name"] != "rotated_latitude_longitude" ||
		g.MappingName != "rotated_latitude_longitude" {
		t.Errorf("mapping %v", g.Mapping)
	}
	if g.Lat[7] != 57 || g.Lon[0] != -10 || g.Lon[19] != 9 {
		t.Errorf("places %v, %v", g.Lat, g.Lon)
	}
	if f.Calendar != climate.ThreeSixtyDay || f.Epoch != climate.Epoch || f.Step() != 1 || f.Kind != climate.KindRain {
		t.Errorf("%s, %s, step %v, %v", f.Calendar, f.Epoch, f.Step(), f.Kind)
	}
	if f, err = Read(made(t, "global"), ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Grid.X, []float64{20, 65, 110, 155, 200, 245, 290, 335}) {
		t.Errorf("longitudes %v", f.Grid.X)
	}
	if f, err = Read(made(t, "cut"), ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Grid.X, []float64{-2, -1, 0, 1}) {
		t.Errorf("longitudes %v", f.Grid.X)
	}
	if f, err = Read(made(t, "south"), ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if f.Grid.Lat[0] != 1 || f.Grid.Lat[5] != 3 || f.Grid.Y != nil {
		t.Errorf("latitudes %v", f.Grid.Lat)
	}
	if f, err = Read(made(t, "dateless"), ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if f.Calendar != climate.NoCalendar || f.Epoch != climate.RelativeEpoch || f.Times[3] != 3 {
		t.Errorf("%s, %s, %v", f.Calendar, f.Epoch, f.Times)
	}
	if f, err = Read(made(t, "gap"), ReadOptions{}); err != nil {
		t.Fatal(err)
	}
	if g := f.Gaps(); !slices.Equal(g, []int{5}) {
		t.Errorf("gaps after %v, want [5]", g)
	}
	w, err := climate.NewWindows(climate.WindowOptions{Frames: 5}, f)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.Summary(), "4 across a time gap") || w.Len() != 4 {
		t.Errorf("%s", w.Summary())
	}
}

func TestReadRefused(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  ReadOptions
		say  []string
	}{
		{"bad-units", ReadOptions{}, []string{`"pr"`, `"dBZ"`, "accepted"}},
		{"bad-missing", ReadOptions{}, []string{`"pr"`, "every one of its 36 values is missing"}},
		{"bad-fill", ReadOptions{}, []string{`"pr"`, "-3277", "frame 2", "row 1, column 2", "undeclared fill"}},
		{"bad-huge", ReadOptions{}, []string{`"tas"`, "1e+36", "undeclared fill"}},
		{"bad-infinite", ReadOptions{}, []string{`"tas"`, "+Inf"}},
		{"bad-month", ReadOptions{}, []string{`"month"`, "no reference date"}},
		{"bad-calendar", ReadOptions{}, []string{"mayan", "360_day"}},
		{"bad-amount", ReadOptions{}, []string{`"mm" are an amount`, "set Interval", "the time step is 1 h"}},
		{"bad-interval", ReadOptions{}, []string{"5 min", "not the time step"}},
		{"bad-mean", ReadOptions{}, []string{"not say that it is a sum"}},
		{"bad-empty", ReadOptions{}, []string{"empty", `"time"`}},
		{"bad-groups", ReadOptions{}, []string{"no variables"}},
		{"bad-flat", ReadOptions{}, []string{"no two horizontal dimensions", "station"}},
		{"levels", ReadOptions{}, []string{"2 data variables", "u, v"}},
		{"levels", ReadOptions{Variable: "w"}, []string{`no variable "w"`, "u, v"}},
		{"levels", ReadOptions{Variable: "u"}, []string{"3 places", `"level"`, "0 to 2"}},
		{"levels", ReadOptions{Variable: "u", Index: map[string]int{"level": 3}}, []string{"index 3", "0 to 2"}},
		{"levels", ReadOptions{Variable: "u", Index: map[string]int{"member": 0}}, []string{`no dimension "member"`}},
		{"ukcp", ReadOptions{Variable: "yyyymmddhh"}, []string{"no numbers"}},
		{"ukcp", ReadOptions{Interval: -1}, []string{"Interval is -1"}},
		{"ukcp", ReadOptions{Interval: math.NaN()}, []string{"Interval is NaN"}},
		{"ukcp", ReadOptions{Kind: 9}, []string{"Kind is 9"}},
		{"ukcp", ReadOptions{Units: "mm/month"}, []string{"mm/month"}},
	} {
		path := made(t, c.name)
		_, err := Read(path, c.opt)
		if err == nil {
			t.Errorf("%s is read", c.name)
			continue
		}
		for _, say := range append(c.say, path) {
			if !strings.Contains(err.Error(), say) {
				t.Errorf("%s: error %q has no %q", c.name, err, say)
			}
		}
	}
}

// What a file does not say, the options can.
func TestReadExplicit(t *testing.T) {
	f, err := Read(made(t, "bad-amount"), ReadOptions{Interval: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	plain, err := Read(made(t, "bad-amount"), ReadOptions{Kind: climate.KindOther})
	if err != nil {
		t.Fatal(err)
	}
	if f.Units != "mm/h" || plain.Units != "mm" || f.Data[7] != 2*plain.Data[7] {
		t.Errorf("%v %s over half an hour is %v %s", plain.Data[7], plain.Units, f.Data[7], f.Units)
	}
	if f, err = Read(made(t, "bad-units"), ReadOptions{Units: "mm/day", Calendar: "noleap", TimeUnits: "days since 1999-02-28"}); err != nil {
		t.Fatal(err)
	}
	if f.Date(1) != "1999-03-01 00:00:00" || f.Step() != 24 {
		t.Errorf("second day is %s", f.Date(1))
	}
	if f, err = Read(made(t, "bad-fill"), ReadOptions{Fill: []float64{-3277}}); err != nil {
		t.Fatal(err)
	}
	if s := statsOf(f); s.Missing != 1 || s.Min < 0 {
		t.Errorf("%+v", s)
	}
	if f, err = Read(made(t, "levels"), ReadOptions{Variable: "u", Index: map[string]int{"level": 2}}); err != nil || f.Data[0] != 8 {
		t.Errorf("%v", err)
	}
}

func TestStageIV(t *testing.T) {
	path := stageIV(t)
	f, err := Read(path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if f.Frames() != 23 || f.Height() != 118 || f.Width() != 87 || f.Units != "mm/h" {
		t.Fatalf("%d×%d×%d %s", f.Frames(), f.Height(), f.Width(), f.Units)
	}
	if f.Date(0) != "2018-09-13 19:00:00" || f.Date(22) != "2018-09-14 17:00:00" {
		t.Errorf("from %s to %s", f.Date(0), f.Date(22))
	}
	if len(f.Grid.Lat) != 118*87 || f.Grid.Lat[0] > f.Grid.Lat[117*87] || f.Grid.Lon[0] > f.Grid.Lon[86] {
		t.Error("2-D coordinates are not kept, or do not run north and east")
	}
	s := statsOf(f)
	if math.Abs(s.Mean()-4.1430) > 1e-3 || s.Min != 0 || s.Max != 163.75 || s.Missing != 0 { // by cdo
		t.Errorf("%+v, mean %v", s, s.Mean())
	}
	lowest, highest, mean := byPython(t, path, f.Name)
	if lowest != s.Min || highest != s.Max || math.Abs(mean-s.Mean()) > 1e-6*mean {
		t.Errorf("%v, %v, %v; python says %v, %v, %v", s.Min, s.Max, s.Mean(), lowest, highest, mean)
	}
	r, err := Inspect(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, say := range []string{"time 23 × y 118 × x 87", "kg m^-2, read as mm/h", "proleptic_gregorian", "step 1 h, no gaps",
		"minimum 0, mean 4.14301, maximum 163.75 mm/h", "missing    0.00 %", "dry        42.90 %", "training   yes"} {
		if !strings.Contains(r.String(), say) {
			t.Errorf("the report has no %q:\n%s", say, r)
		}
	}
}

func byPython(t *testing.T, path, variable string) (lowest, highest, mean float64) {
	t.Helper()
	installed.Python(t, usesNetCDF4)
	out, err := exec.Command(python, "-c", `
import sys, json, netCDF4, numpy as np
a = np.ma.masked_invalid(netCDF4.Dataset(sys.argv[1])[sys.argv[2]][:].astype("f8"))
print(json.dumps([float(a.min()), float(a.max()), float(a.mean())]))`, path, variable).Output()
	if err != nil {
		t.Fatal(err)
	}
	var v [3]float64
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v[0], v[1], v[2]
}

// The file marks cells by −0.1 kg m-2 (stored −2) without saying so, and says
// neither over which time it accumulates: both must be asked for, and found.
func TestBrisbane(t *testing.T) {
	path := brisbane(t)
	_, err := Read(path, ReadOptions{})
	if err == nil || !strings.Contains(err.Error(), "the time step is 10 min") {
		t.Errorf("unknown interval: %v", err)
	}
	_, err = Read(path, ReadOptions{Interval: 1.0 / 6})
	if err == nil || !strings.Contains(err.Error(), "undeclared fill value") {
		t.Errorf("negative rain: %v", err)
	}
	f, err := Read(path, ReadOptions{Interval: 1.0 / 6, Fill: []float64{-0.1}})
	if err != nil {
		t.Fatal(err)
	}
	if f.Frames() != 144 || f.Height() != 512 || f.Width() != 512 || math.Abs(f.Step()-1.0/6) > 1e-6 {
		t.Errorf("%d×%d×%d, step %v", f.Frames(), f.Height(), f.Width(), f.Step())
	}
	s := statsOf(f)
	if math.Abs(s.Max-15.3*6) > 1e-4 || s.Min != 0 {
		t.Errorf("%+v", s)
	}
	dry := 0
	for _, v := range f.Data {
		if v == 0 {
			dry++
		}
	}
	if share := float64(dry) / float64(len(f.Data)); math.Abs(share-0.87) > 0.01 {
		t.Errorf("%.3f of cells are dry, want 0.87", share)
	}
}

// Readings at once are put in line; nothing is printed by the libraries below.
func TestReadConcurrently(t *testing.T) {
	path := made(t, "ukcp")
	want, err := Read(path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 5 {
				f, err := Read(path, ReadOptions{})
				if err != nil {
					t.Error(err)
					return
				}
				same(t, "concurrent", f.Data, want.Data)
			}
		})
	}
	group.Wait()
}

// BenchmarkRead reads 64 MB of deflated float32, as the library gives them.
func BenchmarkRead(b *testing.B) {
	s := samples()
	const frames, side = 250, 256
	s.Grid = climate.Grid{Height: side, Width: side}
	s.Members, s.Channels, s.Times = 1, s.Channels[:1], nil
	for i := range frames {
		s.Times = append(s.Times, float64(i))
	}
	data := make([]float32, frames*side*side)
	for i := range data {
		data[i] = float32(i*i%1009) / 10
	}
	s.Channels[0].Data = data
	path := b.TempDir() + "/a.nc"
	if err := WriteSamples(path, s); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(4 * int64(len(data)))
	for b.Loop() {
		f, err := Read(path, ReadOptions{})
		if err != nil || f.Units != "mm/h" {
			b.Fatal(err)
		}
	}
}

// A record of several blocks, the last one short.
func TestReadInBlocks(t *testing.T) {
	const frames, height, width = 23, 500, 400 // 18.4 MB
	s := samples()
	s.Grid = climate.Grid{Height: height, Width: width}
	s.Members, s.Channels, s.Times = 1, s.Channels[:1], nil
	data := make([]float32, frames*height*width)
	for i := range data {
		data[i] = float32(i % 1009)
	}
	for i := range frames {
		s.Times = append(s.Times, float64(i))
	}
	s.Channels[0].Data = data
	path := t.TempDir() + "/a.nc"
	if err := WriteSamples(path, s); err != nil {
		t.Fatal(err)
	}
	f, err := Read(path, ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	same(t, "blocks", f.Data, data)
}
