package netcdf

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/internal/installed"
)

// synthetic writes a small record in the layout of UKCP18 and returns its files.
func synthetic(t testing.TB, s climate.SyntheticRecord) (files []string) {
	t.Helper()
	dir := t.TempDir()
	if _, err := WriteSynthetic(context.Background(), dir, s, nil); err != nil {
		t.Fatal(err)
	}
	for month := range s.Months() {
		files = append(files, filepath.Join(dir, s.FileName(month)))
	}
	return files
}

// prepare plans and runs a preparation that must succeed.
func prepare(t testing.TB, dir string, files []string, opt PrepareOptions) (made int) {
	t.Helper()
	p, err := PlanPreparation(context.Background(), files, opt, nil)
	if err != nil {
		t.Fatal(err)
	}
	if made, err = p.Run(context.Background(), dir, false, nil); err != nil {
		t.Fatal(err)
	}
	return made
}

func openPrepared(t testing.TB, dir string) *climate.Prepared {
	t.Helper()
	p, err := climate.OpenPrepared(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Close() })
	return p
}

// sourcesOf returns the files that prepared data say they were made from.
func sourcesOf(t *testing.T, dir string) []climate.Source {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Sources []climate.Source }
	if err := json.Unmarshal(text, &manifest); err != nil {
		t.Fatal(err)
	}
	return manifest.Sources
}

// around is the dissertation's crop, of another size.
func around(height, width int) *Crop {
	return &Crop{Lat: climate.BirminghamLat, Lon: climate.BirminghamLon, Height: height, Width: width}
}

// agree compares with what cdo says, a value a line.
func agree(t *testing.T, got []float32, cdo string) {
	t.Helper()
	lines := strings.Fields(cdo)
	if len(lines) != len(got) {
		t.Fatalf("%d values, cdo has %d", len(got), len(lines))
	}
	worst, missing := 0.0, 0
	for i, line := range lines {
		want, err := strconv.ParseFloat(line, 64)
		if err != nil {
			t.Fatal(err)
		}
		v := float64(got[i])
		if math.IsNaN(want) != math.IsNaN(v) {
			t.Fatalf("value %d is %v, cdo has %v", i, v, want)
		}
		if math.IsNaN(want) {
			missing++
			continue
		}
		worst = max(worst, math.Abs(v-want))
	}
	t.Logf("%d values, %d missing; largest difference from cdo %.2g mm/h", len(got), missing, worst)
	if worst > 1e-6 {
		t.Errorf("differs from cdo by up to %g mm/h", worst)
	}
}

// testdata/ukcp18-small.nc has three fills; testdata/ukcp18-cdo.sh says how the
// golden file was made.
func TestPrepareAgainstGolden(t *testing.T) {
	golden, err := os.ReadFile("testdata/ukcp18-small.cdo")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	prepare(t, dir, []string{"testdata/ukcp18-small.nc"}, PrepareOptions{Coarsen: 4, Crop: around(3, 3)})
	f := openPrepared(t, dir).Fields()[0]
	agree(t, f.Data, string(golden))
	if f.Units != "mm/h" || f.Date(0) != "1980-12-01 00:30:00" || f.Calendar != climate.ThreeSixtyDay {
		t.Errorf("%s from %s, %s", f.Units, f.Date(0), f.Calendar)
	}
	if row, column, err := f.Grid.Nearest(climate.BirminghamLat, climate.BirminghamLon); err != nil || row != 1 || column != 1 {
		t.Errorf("Birmingham is in row %d, column %d (%v)", row, column, err)
	}
}

// Several files with left-over rows and columns, each against cdo where there is
// one.
func TestPrepareAgainstLiveCdo(t *testing.T) {
	installed.Runs(t, "cdo", "--version")
	installed.Python(t, usesNetCDF4)
	files := synthetic(t, climate.SyntheticRecord{Seed: 8, Hours: 745, Coarse: 10, Height: 30, Width: 25})
	dir := t.TempDir()
	prepare(t, dir, []string{files[1], files[0]}, PrepareOptions{Coarsen: 4, Crop: around(4, 5)})
	f := openPrepared(t, dir).Fields()[0]
	if f.Frames() != 745 || len(f.Gaps()) != 0 {
		t.Fatalf("%d frames, gaps after %v", f.Frames(), f.Gaps())
	}
	for i, part := range []*climate.Field{f.Slice(0, 720), f.Slice(720, 745)} {
		out, err := exec.Command("sh", "testdata/ukcp18-cdo.sh", files[i], "4", "2,6,3,6").Output()
		if err != nil || len(out) == 0 {
			t.Skipf("cdo or netCDF4 does not run: %v", err)
		}
		agree(t, part.Data, string(out))
	}
}

// The files of a synthetic record, prepared, are the record prepared directly.
func TestPrepareIsSyntheticPrepare(t *testing.T) {
	s := climate.SyntheticRecord{Seed: 4, Hours: 1500, Height: 9, Width: 8}
	rule := &climate.SeasonSplit{Hours: 300}
	files, fromFiles, direct := synthetic(t, s), t.TempDir(), t.TempDir()
	if made := prepare(t, fromFiles, files, PrepareOptions{Split: rule}); made != 3 {
		t.Errorf("%d files were read", made)
	}
	split, err := rule.Split(s.Field().Times)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prepare(context.Background(), direct, split, false, nil); err != nil {
		t.Fatal(err)
	}
	a, b := openPrepared(t, fromFiles), openPrepared(t, direct)
	if a.SHA256() != b.SHA256() {
		t.Error("the values differ")
	}
	f, g := a.Fields()[0], b.Fields()[0]
	if why := f.Grid.Difference(&g.Grid); why != "" || !slices.Equal(f.Times, g.Times) || f.Units != g.Units || f.StandardName != g.StandardName {
		t.Errorf("grids: %s; times from %s and %s; %s, %s", why, f.Date(0), g.Date(0), f.Units, g.Units)
	}
	if !slices.Equal(a.Split().Train, b.Split().Train) || !slices.Equal(a.Split().Test, b.Split().Test) {
		t.Errorf("splits %+v and %+v", a.Split(), b.Split())
	}
	if f.Grid.X[7] > 10 || f.Grid.MappingName != "rotated_latitude_longitude" {
		t.Errorf("grid from %v, %s", f.Grid.X[0], f.Grid.MappingName)
	}
}

// Stopped in any file, a preparation goes on with that file; finished, it does
// nothing; a source that changed is noticed.
func TestPrepareGoesOn(t *testing.T) {
	s := climate.SyntheticRecord{Seed: 4, Hours: 4 * 720, Height: 9, Width: 8}
	files, dir, whole := synthetic(t, s), t.TempDir(), t.TempDir()
	opt := PrepareOptions{Coarsen: 2}
	prepare(t, whole, files, opt)
	plan := func() *Preparation {
		p, err := PlanPreparation(context.Background(), files, opt, nil)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	ctx, cancel := context.WithCancel(context.Background())
	made, err := plan().Run(ctx, dir, false, func(frames, total int) {
		if total != s.Hours {
			t.Errorf("%d frames in all", total)
		}
		if frames > 720 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || made < 1 || made > 2 {
		t.Fatalf("%d files were read, %v", made, err)
	}
	// Touched only, a file is the same; with other bytes it is read again.
	touch := func(path string) {
		now := time.Now().Add(time.Minute)
		if err := os.Chtimes(path, now, now); err != nil {
			t.Fatal(err)
		}
	}
	touch(files[0])
	first := made
	if made = prepare(t, dir, files, opt); made != 4-first {
		t.Errorf("%d files were read, then %d", first, made)
	}
	a, b := openPrepared(t, whole), openPrepared(t, dir)
	if a.SHA256() != b.SHA256() || len(sourcesOf(t, dir)) != 4 || sourcesOf(t, dir)[3].SHA256 != sourcesOf(t, whole)[3].SHA256 {
		t.Error("the data are not those of a preparation left alone")
	}
	if made = prepare(t, dir, files, opt); made != 0 {
		t.Errorf("again: %d files were read", made)
	}
	touch(files[2])
	if made = prepare(t, dir, files, opt); made != 0 {
		t.Errorf("after a touch: %d files were read", made)
	}

	other := synthetic(t, climate.SyntheticRecord{Seed: 5, Hours: 4 * 720, Height: 9, Width: 8})
	if err := os.Rename(other[2], files[2]); err != nil {
		t.Fatal(err)
	}
	_, err = plan().Run(context.Background(), dir, false, nil)
	if err == nil || !strings.Contains(err.Error(), files[2]) || !strings.Contains(err.Error(), "has changed since") || !strings.Contains(err.Error(), "SHA-256") {
		t.Errorf("a changed source: %v", err)
	}
	if made, err = plan().Run(context.Background(), dir, true, nil); err != nil || made != 4 {
		t.Errorf("replacing: %d files, %v", made, err)
	}
	if openPrepared(t, dir).SHA256() == a.SHA256() {
		t.Error("the data were not replaced")
	}
	opt.Coarsen = 1
	if _, err = plan().Run(context.Background(), dir, false, nil); err == nil || !strings.Contains(err.Error(), "coarsened") || !strings.Contains(err.Error(), dir) {
		t.Errorf("other settings: %v", err)
	}
}

// A source that changes while a preparation stands still is read again.
func TestPrepareSourceChangedBetween(t *testing.T) {
	s := climate.SyntheticRecord{Seed: 4, Hours: 2 * 720, Height: 9, Width: 8}
	files, dir := synthetic(t, s), t.TempDir()
	p, err := PlanPreparation(context.Background(), files, PrepareOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	if _, err := p.Run(ctx, dir, false, func(frames, _ int) {
		if frames > 720 {
			cancel()
		}
	}); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	other := synthetic(t, climate.SyntheticRecord{Seed: 5, Hours: 2 * 720, Height: 9, Width: 8})
	if err := os.Rename(other[0], files[0]); err != nil {
		t.Fatal(err)
	}
	if made := prepare(t, dir, files, PrepareOptions{}); made != 1 { // the second was read whole before the stop was seen
		t.Errorf("%d files were read", made)
	}
	// Changed between the plan and the reading, it is refused.
	if p, err = PlanPreparation(context.Background(), files, PrepareOptions{}, nil); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(other[1], files[1]); err != nil {
		t.Fatal(err)
	}
	if _, err := p.Run(context.Background(), t.TempDir(), false, nil); err == nil || !strings.Contains(err.Error(), "changed while it was read") {
		t.Errorf("changed after the plan: %v", err)
	}
}

// Values that cannot be, and units that are not known, are refused by name; what
// was read before stays.
func TestPrepareBadValues(t *testing.T) {
	installed.Python(t, usesNetCDF4)
	files := synthetic(t, climate.SyntheticRecord{Seed: 1, Hours: 1440, Height: 9, Width: 8})
	alter := func(path, script string) {
		if out, err := exec.Command(python, "-c", "import sys, netCDF4\nd = netCDF4.Dataset(sys.argv[1], 'a')\np = d['pr']\n"+script+"\nd.close()", path).CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	alter(files[1], "p[0, 5, 2, 3] = -7.5")
	dir := t.TempDir()
	p, err := PlanPreparation(context.Background(), files, PrepareOptions{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	made, err := p.Run(context.Background(), dir, false, nil)
	if err == nil || made != 1 {
		t.Fatalf("%d files, %v", made, err)
	}
	for _, say := range []string{files[1], `"pr"`, "-7.5 mm/h at frame 5", "row 2, column 3", "expected rain of 0"} {
		if !strings.Contains(err.Error(), say) {
			t.Errorf("error %q does not say %q", err, say)
		}
	}
	alter(files[1], "p[0, 5, 2, 3] = -0.0005")
	if made := prepare(t, dir, files, PrepareOptions{}); made != 1 {
		t.Errorf("after mending the file, %d files were read", made)
	}
	f := openPrepared(t, dir).Fields()[0]
	if !strings.Contains(fmt.Sprint(f.Notes), "1 cells of rain between -0.001 and 0 mm/h were set to 0") {
		t.Errorf("notes %q", f.Notes)
	}
	alter(files[1], "p.units = 'dBZ'")
	if _, err := PlanPreparation(context.Background(), files, PrepareOptions{}, nil); err == nil || !strings.Contains(err.Error(), files[1]) ||
		!strings.Contains(err.Error(), `"pr": units "dBZ"`) {
		t.Errorf("other units: %v", err)
	}
	// Units that convert are converted, each file by its own.
	alter(files[1], "p.units = 'mm/day'")
	again := t.TempDir()
	prepare(t, again, files, PrepareOptions{})
	g := openPrepared(t, again).Fields()[0]
	wettest := 0
	for i, v := range f.Data {
		if v > f.Data[wettest] {
			wettest = i
		}
	}
	for _, i := range []int{wettest, len(f.Data) - 1, 800 * 72, 801*72 + 40} {
		want := f.Data[i]
		if i >= 720*72 {
			want /= 24
		}
		if math.Abs(float64(g.Data[i]-want)) > 1e-6 {
			t.Errorf("value %d is %v, want %v", i, g.Data[i], want)
		}
	}
}
