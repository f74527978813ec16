package odim

import (
	"archive/zip"
	"context"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Measures of the files of odim.zip: see testdata/make.py, also for steps.
const height, width = 6, 8

func steps(t, y, x int) float64 { return float64(((y*width+x)*7+t*5)%23 + 1) }

// unpacked returns the files of odim.zip by their names.
func unpacked(t testing.TB) map[string][]byte {
	t.Helper()
	z, err := zip.OpenReader(filepath.Join("testdata", "odim.zip"))
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	files := map[string][]byte{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if files[f.Name], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// folder writes the files of odim.zip to a folder.
func folder(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	for name, b := range unpacked(t) {
		if err := os.WriteFile(filepath.Join(dir, name), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// rain is the conversion of Marshall and Palmer, or of others.
func rain(dbz, a, b float64) float64 { return math.Pow(math.Pow(10, dbz/10)/a, 1/b) }

// check compares a field with the steps of its frames, converted.
func check(t *testing.T, f *climate.Field, frames []int, convert func(step float64) float64, none float64) {
	t.Helper()
	if f.Frames() != len(frames) || f.Height() != height || f.Width() != width {
		t.Fatalf("%d frames of %d × %d cells", f.Frames(), f.Height(), f.Width())
	}
	for i, x := range f.Data {
		at, y, col := i/(height*width), i/width%height, i%width
		want := convert(steps(frames[at], y, col))
		switch {
		case y == height-1 && col == 0:
			want = math.NaN() // nodata
		case y == height-1 && col == width-1:
			want = none // undetect
		}
		if math.IsNaN(want) != math.IsNaN(float64(x)) || math.Abs(float64(x)-want) > 1e-6*math.Abs(want)+1e-9 {
			t.Fatalf("frame %d, row %d, column %d is %v, want %v", at, y, col, x, want)
		}
	}
}

func TestQuantities(t *testing.T) {
	dir := folder(t)
	dbz := func(step float64) float64 { return 2*step - 4 }
	half := func(step float64) float64 { return step / 2 }
	for _, c := range []struct {
		file     string
		opt      cf.ReadOptions
		units    string
		frames   []int
		convert  func(float64) float64
		none     float64
		from, to string
		says     []string // in the notes
	}{
		{"acrr_0.h5", cf.ReadOptions{}, "mm/h", []int{0}, half, 0, "2024-06-15 12:30:00", "", []string{"divided by 1 h (time bounds)", "nodata -9999000 is missing; undetect -8888000 is 0"}},
		{"acrr_new.h5", cf.ReadOptions{}, "mm/h", []int{0}, half, 0, "2024-06-15 12:30:00", "", []string{"divided by 1 h (time bounds)"}},
		{"acrr_undated.h5", cf.ReadOptions{Interval: 2}, "mm/h", []int{0}, func(s float64) float64 { return s / 4 }, 0, "2024-06-15 13:00:00", "", []string{"divided by 2 h (as set)"}},
		{"rate.h5", cf.ReadOptions{}, "mm/h", []int{0}, func(s float64) float64 { return s * 0.1 }, 0, "2024-06-15 12:05:00", "", []string{"the corners in where are the middles"}},
		{"dbzh_1.h5", cf.ReadOptions{}, "mm/h", []int{1}, func(s float64) float64 { return rain(dbz(s), 200, 1.6) }, 0, "2024-06-15 12:05:00", "",
			[]string{"a = 200 and b = 1.6 (Marshall and Palmer, 1948; Reflectivity sets a and b, Kind other keeps dBZ)", "undetect 0 is no echo, and no rain"}},
		{"dbzh_1.h5", cf.ReadOptions{Reflectivity: [2]float64{300, 1.4}}, "mm/h", []int{1}, func(s float64) float64 { return rain(dbz(s), 300, 1.4) }, 0, "2024-06-15 12:05:00", "",
			[]string{"a = 300 and b = 1.4 (as set)"}},
		{"dbzh_1.h5", cf.ReadOptions{Kind: climate.KindOther}, "dBZ", []int{1}, dbz, -32, "2024-06-15 12:05:00", "", []string{"1 cells without echo are taken as -32 dBZ"}},
		{"forecast.h5", cf.ReadOptions{}, "mm/h", []int{0, 1, 2}, func(s float64) float64 { return rain(dbz(s), 200, 1.6) }, 0, "2024-06-15 12:10:00", "2024-06-15 12:30:00", nil},
		{"several.h5", cf.ReadOptions{Variable: "ACRR"}, "mm/h", []int{1}, half, 0, "2024-06-15 12:30:00", "", nil},
		{"several.h5", cf.ReadOptions{Variable: "HGHT"}, "km", []int{0}, half, math.NaN(), "2024-06-15 13:00:00", "", []string{"undetect 0 is missing, too"}},
		{"twice.h5", cf.ReadOptions{Variable: "dataset2/data1/DBZH"}, "mm/h", []int{1}, func(s float64) float64 { return rain(dbz(s), 200, 1.6) }, 0, "2024-06-15 13:00:00", "", nil},
		{"elsewhere.h5", cf.ReadOptions{}, "mm/h", []int{0}, func(s float64) float64 { return rain(dbz(s), 200, 1.6) }, 0, "2024-06-15 13:00:00", "", []string{"not known here", "have no latitude and longitude"}},
		{"corners.h5", cf.ReadOptions{}, "mm/h", []int{0}, func(s float64) float64 { return rain(dbz(s), 200, 1.6) }, 0, "2024-06-15 13:00:00", "", []string{"16.0 cells across and 12.0 up"}},
	} {
		f, err := cf.Read(filepath.Join(dir, c.file), c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.file, err)
			continue
		}
		t.Run(c.file, func(t *testing.T) { check(t, f, c.frames, c.convert, c.none) })
		if f.Units != c.units || f.Date(0) != c.from || c.to != "" && f.Date(f.Frames()-1) != c.to {
			t.Errorf("%s: in %s from %s to %s", c.file, f.Units, f.Date(0), f.Date(f.Frames()-1))
		}
		for _, says := range c.says {
			if !slices.ContainsFunc(f.Notes, func(note string) bool { return strings.Contains(note, says) }) {
				t.Errorf("%s: no note says %q: %q", c.file, says, f.Notes)
			}
		}
		if strings.Contains(f.LongName, "reflectivity") && c.units == "mm/h" && !strings.HasPrefix(f.LongName, "rain from") {
			t.Errorf("%s: rain is labelled %q", c.file, f.LongName)
		}
	}
}

// The places of cells are those of PROJ: testdata/make.py prints them.
func TestPlaces(t *testing.T) {
	dir := folder(t)
	for file, corners := range map[string][2][2]float64{ // latitude and longitude of the south-western and the north-eastern cell
		"dbzh_0.h5": {{57.95360692403097, 18.620338183057655}, {58.004730502995095, 18.727935633951738}},
		"acrr_0.h5": {{68.88820503599592, -41.305383783758}, {69.03661105302453, -41.24419977221278}},
		"rate.h5":   {{52.9176640250912, 0.14323915036830656}, {}},
	} {
		f, err := cf.Read(filepath.Join(dir, file), cf.ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for i, at := range []int{0, height*width - 1} {
			lat, lon := f.Grid.Lat[at], f.Grid.Lon[at]
			if want := corners[i]; want[0] != 0 && (math.Abs(lat-want[0]) > 1e-6 || math.Abs(lon-want[1]) > 1e-6) {
				t.Errorf("%s: cell %d is at %v, %v, want %v", file, at, lat, lon, want)
			}
		}
		if f.Grid.Mapping["grid_mapping_name"] == nil || f.Grid.Y[0] > f.Grid.Y[1] {
			t.Errorf("%s: mapping %v, rows at %v", file, f.Grid.Mapping, f.Grid.Y)
		}
	}
}

// A folder of one file a frame is a record, in whatever order the files are given.
func TestFilesOfOneFrame(t *testing.T) {
	dir := folder(t)
	for _, c := range []struct {
		word    string
		step    float64
		convert func(float64) float64
	}{
		{"acrr", 1, func(s float64) float64 { return s / 2 }},
		{"dbzh", 5. / 60, func(s float64) float64 { return rain(2*s-4, 200, 1.6) }},
	} {
		var paths []string
		for _, n := range []string{"2", "0", "1"} {
			paths = append(paths, filepath.Join(dir, c.word+"_"+n+".h5"))
		}
		fields, err := cf.ReadFiles(context.Background(), paths, cf.PrepareOptions{})
		if err != nil {
			t.Fatal(err)
		}
		check(t, fields[0], []int{0, 1, 2}, c.convert, 0)
		if math.Abs(fields[0].Step()-c.step) > 1e-9 || len(fields[0].Gaps()) > 0 {
			t.Errorf("%s: step %v h, gaps %v", c.word, fields[0].Step(), fields[0].Gaps())
		}
	}
}

// What is no composite, or contradicts itself, is refused by name; other HDF5 is no
// ODIM_H5.
func TestRefused(t *testing.T) {
	dir := folder(t)
	for file, says := range map[string]string{
		"volume.h5": "its object is PVOL", "sparse.h5": "most of it was never written", "sizes.h5": "where says that xsize is 9", "acrr_undated.h5": "set Interval",
		"several.h5": "there are 3 data variables, choose one (Variable): DBZH, ACRR, HGHT", "other.h5": "no format",
	} {
		path := filepath.Join(dir, file)
		if _, err := cf.Read(path, cf.ReadOptions{}); err == nil || !strings.Contains(err.Error(), says) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want one that says %q", file, err, says)
		}
	}
	if err := (cf.ReadOptions{Reflectivity: [2]float64{200, 0}}).Validate(); err == nil || !strings.Contains(err.Error(), "b = 0") {
		t.Errorf("a relation with the exponent 0: %v", err)
	}
	f, err := climate.Open(filepath.Join(dir, "dbzh_0.h5"), "")
	if err != nil || f.Name != "DBZH" {
		t.Errorf("climate.Open gives %v (%v)", f, err)
	}
}
