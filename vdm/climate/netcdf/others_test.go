package netcdf

import (
	"archive/zip"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// otherFiles unpacks what cdo, NCO, GDAL and xarray made of one record: see others.py.
func otherFiles(t *testing.T) string {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("testdata", "others.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	dir := t.TempDir()
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, f.Name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// recordOf is the record of others.py, in mm/h.
func recordOf(t, y, x int) float64 { return float64((t*7+y*3+x*5)%11) * 0.5 }

// other is a file, or several joined, and what should be read of it.
type other struct {
	files   string // with blanks between; a star stands for any characters
	opt     cf.ReadOptions
	frames  []int                                // of the record; nil means all twelve
	convert func(v float64, t, y, x int) float64 // of the record's values; nil means unchanged
	first   string                               // time of the first frame; "" means 00:30, the middle of its hour
	size    [2]int                               // rows and columns; 0 means 6 × 8
	corner  [2]int                               // of the record, where only a part is read
	west    float64                              // longitude of the first column, where it is not 4
	refused string                               // what the error says
	check   func(t *testing.T, f *climate.Field) // further
}

func missing(which func(v float64) bool) func(float64, int, int, int) float64 {
	return func(v float64, _, _, _ int) float64 {
		if which(v) {
			return math.NaN()
		}
		return v
	}
}

func others() []other {
	const stamp = "2018-09-13 01:00:00"
	zero := missing(func(v float64) bool { return v == 0 })
	six := func(_ float64, t, y, x int) float64 {
		sum := 0.0
		for k := range 6 {
			sum += recordOf(t*6+k, y, x)
		}
		return sum / 6
	}
	days := [12]float64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	calendar := func(name string) func(*testing.T, *climate.Field) {
		return func(t *testing.T, f *climate.Field) {
			if f.Calendar != name {
				t.Errorf("calendar %s, want %s", f.Calendar, name)
			}
		}
	}
	return []other{
		{files: "base.nc"}, {files: "cdo-nc4.nc"}, {files: "cdo-nc5.nc"}, {files: "cdo-invertlat.nc"}, {files: "cdo-cat.nc"}, {files: "cdo-hour-*.nc"},
		{files: "cdo-flux.nc"}, {files: "cdo-days.nc"}, {files: "cdo-absolute.nc", check: func(t *testing.T, f *climate.Field) {
			if step := climate.FormatHours(f.Step()); step != "1 h" {
				t.Errorf("the step is %s (%.9g h)", step, f.Step())
			}
		}}, {files: "cdo-curvilinear.nc"},
		{files: "cdo-proleptic.nc", check: calendar(climate.ProlepticGregorian)}, {files: "cdo-360.nc", check: calendar(climate.ThreeSixtyDay)},
		{files: "cdo-mean6.nc", frames: []int{0, 1}, convert: six, first: "2018-09-13 03:00:00"},
		{files: "cdo-totals.nc", opt: cf.ReadOptions{Totals: "start"}, frames: []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, first: "2018-09-13 01:30:00"},
		{files: "cdo-totals.nc", opt: cf.ReadOptions{Interval: 1}, refused: "running totals"},
		{files: "cdo-totals.nc", refused: "Totals"},
		{files: "cdo-missing.nc", convert: zero},
		{files: "cdo-box.nc", size: [2]int{4, 4}, corner: [2]int{1, 2}, west: 5},
		{files: "cdo-shifted.nc", first: stamp},
		{files: "cdo-months.nc", opt: cf.ReadOptions{Months: true}, convert: func(v float64, t, _, _ int) float64 { return v / days[t] }, first: "1981-01-16 12:00:00"},
		{files: "cdo-months.nc", refused: "Interval"},
		{files: "cdo-unstructured.nc", refused: "no grid: latitude and longitude both run along \"ncells\""},
		{files: "cdo.grb2", refused: "it is GRIB; convert it: cdo -f nc4"},
		{files: "cdo-split-pr.nc", first: stamp},
		{files: "nco-packed.nc"}, {files: "nco-order.nc"}, {files: "nco-turned.nc"}, {files: "nco-renamed.nc"},
		{files: "nco-chunked.nc"}, {files: "nco-group.nc"}, {files: "nco-odd-names.nc"}, {files: "nco-metres.nc"},
		{files: "nco-no-units.nc", refused: "Units gives the units"}, {files: "nco-no-units.nc", opt: cf.ReadOptions{Units: "mm/h"}},
		{files: "nco-no-time-units.nc", refused: "TimeUnits gives it"}, {files: "nco-no-time-units.nc", opt: cf.ReadOptions{TimeUnits: "hours since 2018-09-13"}},
		{files: "nco-valid-range.nc", convert: missing(func(v float64) bool { return v > 2 })}, {files: "nco-valid-range.nc", opt: cf.ReadOptions{IgnoreValidRange: true}},
		{files: "nco-stride.nc", frames: []int{0, 2, 4, 6, 8, 10}},
		{files: "nco-ecat.nc", refused: "2 places along dimension \"member\""}, {files: "nco-ecat.nc", opt: cf.ReadOptions{Index: map[string]int{"member": 1}}},
		{files: "nco-rcat.nc", refused: "Repeated takes the first or the last"}, {files: "nco-rcat.nc", opt: cf.ReadOptions{Repeated: "first"}},
		{files: "nco-fill.nc", refused: "name it (Fill)"}, {files: "nco-fill.nc", opt: cf.ReadOptions{Fill: []float64{-999}}, convert: zero},
		{files: "xr-packed.nc"}, {files: "xr-unlimited.nc"}, {files: "xr-h5netcdf.nc"}, {files: "xr-aux.nc"}, {files: "xr-reversed.nc"}, {files: "xr-transposed.nc"}, {files: "xr-backwards.nc"},
		{files: "xr-float32-days.nc", first: stamp}, {files: "xr-forecast.nc", first: stamp}, {files: "xr-greenwich.nc", west: -4},
		{files: "xr-ensemble.nc", opt: cf.ReadOptions{Index: map[string]int{"number": 2}}, first: stamp},
		{files: "xr-second.nc xr-first.nc"}, {files: "xr-first.nc cdo-hour-07.nc", frames: []int{0, 1, 2, 3, 4, 5, 6}},
		{files: "xr-first.nc base.nc", refused: "overlap in time"},
		{files: "xr-gap.nc", frames: []int{0, 1, 2, 3, 6, 7, 8, 9, 10, 11}, check: func(t *testing.T, f *climate.Field) {
			if gaps := f.Gaps(); len(gaps) != 1 || gaps[0] != 3 {
				t.Errorf("gaps after %v, want one after 3", gaps)
			}
		}},
		{files: "xr-twice.nc", refused: "1 frames repeat a time"}, {files: "xr-twice.nc", opt: cf.ReadOptions{Repeated: "last"}},
		{files: "gdal-translated.nc", first: stamp}, {files: "gdal-int.nc", convert: func(v float64, _, _, _ int) float64 { return math.Floor(v + 0.5) }, first: stamp},
		{files: "gdal.tif", refused: "gdal_translate -of netCDF"}, {files: "gdal-bands.nc", refused: "there are 2 data variables"},
		{files: "gdal-laea.nc", opt: cf.ReadOptions{Variable: "Band1"}, frames: []int{0}, size: [2]int{9, 8}, check: func(t *testing.T, f *climate.Field) {
			if f.Grid.Mapping["grid_mapping_name"] != "lambert_azimuthal_equal_area" || f.Grid.Y[0] > f.Grid.Y[8] || f.Grid.YUnits != "m" {
				t.Errorf("grid %v at %v %s", f.Grid.Mapping, f.Grid.Y, f.Grid.YUnits)
			}
			n := 0
			for _, x := range f.Data {
				if math.IsNaN(float64(x)) {
					n++
				}
			}
			if n != 13 { // GDAL's own count of nodata
				t.Errorf("%d cells are missing, want 13", n)
			}
		}},
	}
}

// What other programs make of a record is read as it was, or refused with the option that
// settles it.
func TestFilesOfOtherPrograms(t *testing.T) {
	dir := otherFiles(t)
	all := others()
	if len(all) < 60 {
		t.Fatalf("%d cases", len(all))
	}
	for _, c := range all {
		t.Run(c.files, func(t *testing.T) {
			var paths, variables []string
			for name := range strings.FieldsSeq(c.files) {
				found, err := filepath.Glob(filepath.Join(dir, name))
				if err != nil || len(found) == 0 {
					t.Fatalf("no %s (%v)", name, err)
				}
				paths = append(paths, found...)
			}
			opt := c.opt
			if opt.Variable != "" {
				variables, opt.Variable = []string{opt.Variable}, ""
			}
			fields, err := cf.ReadFiles(context.Background(), paths, cf.PrepareOptions{Read: opt, Variables: variables})
			if c.refused != "" {
				if err == nil || !strings.Contains(err.Error(), c.refused) {
					t.Fatalf("error %v, want one that says %q", err, c.refused)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			c.compare(t, fields[0])
		})
	}
}

func (c *other) compare(t *testing.T, f *climate.Field) {
	t.Helper()
	if c.check != nil {
		c.check(t, f)
	}
	height, width, west := 6, 8, 4.0
	if c.size[0] > 0 {
		height, width = c.size[0], c.size[1]
	}
	if c.west != 0 {
		west = c.west
	}
	frames := c.frames
	if frames == nil {
		frames = []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	}
	first := c.first
	if first == "" {
		first = "2018-09-13 00:30:00"
	}
	if f.Frames() != len(frames) || f.Height() != height || f.Width() != width || f.Units != climate.RainUnits {
		t.Fatalf("%d frames of %d × %d cells in %s, want %d of %d × %d", f.Frames(), f.Height(), f.Width(), f.Units, len(frames), height, width)
	}
	if c.size[0] == 9 {
		return // of another grid
	}
	if f.Date(0) != first {
		t.Errorf("the first frame is at %s, want %s", f.Date(0), first)
	}
	lon := f.Grid.X
	if f.Grid.Lon != nil {
		lon = f.Grid.Lon
	}
	if lon[0] != west {
		t.Errorf("the first column is at %v, want %v", lon[0], west)
	}
	for i, x := range f.Data {
		at, y, col := i/(height*width), i/width%height, i%width
		want := recordOf(frames[at], y+c.corner[0], col+c.corner[1])
		if c.convert != nil {
			want = c.convert(want, at, y, col)
		}
		if math.IsNaN(want) != math.IsNaN(float64(x)) || math.Abs(float64(x)-want) > 1e-4 {
			t.Fatalf("frame %d, row %d, column %d is %v, want %v", at, y, col, x, want)
		}
	}
}
