package netcdf

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func TestPlanSays(t *testing.T) {
	s := climate.SyntheticRecord{Seed: 4, Hours: 4 * 720, Height: 19, Width: 18, Coarse: 20}
	files := synthetic(t, s)
	looked := 0
	p, err := PlanPreparation(context.Background(), []string{files[3], files[0], files[2]}, // January is missing
		PrepareOptions{Coarsen: 2, Crop: around(4, 4), Split: &climate.SeasonSplit{Hours: 720, Every: 2}},
		func(n, total int) { looked = 10*n + total })
	if err != nil {
		t.Fatal(err)
	}
	got := p.String()
	for _, say := range []string{"3 files", filepath.Base(files[0]) + ": 1980-12-01 00:30:00 to 1980-12-30 23:30:00, 720 frames",
		"each 19 × 18 cells", "mean of 2 × 2 cells", "cropped to 4 × 4 cells", "makes 2160 frames of 4 × 4 cells", "360_day",
		"gap: 30 days are missing between 1980-12-30 23:30:00 and 1981-02-01 00:30:00", "720 frames train in 1 ranges, 1440 frames test in 2"} {
		if !strings.Contains(got, say) {
			t.Errorf("the plan does not say %q:\n%s", say, got)
		}
	}
	if a, b := strings.Index(got, filepath.Base(files[2])), strings.Index(got, filepath.Base(files[3])); a > b || looked != 33 {
		t.Errorf("the files are not in order, or not all were told of (%d):\n%s", looked, got)
	}
	if len(p.Gaps()) != 1 || p.Fields()[0].Data != nil {
		t.Error("gaps or fields are wrong")
	}
}

// month writes one month that something is wrong with.
func month(t *testing.T, name string, change func(*climate.Field)) string {
	t.Helper()
	s := climate.SyntheticRecord{Hours: 1440, Height: 9, Width: 8}
	f := s.Month(1)
	f.Times = f.Times[:48]
	if change != nil {
		change(f)
	}
	path := filepath.Join(t.TempDir(), name)
	m, err := createMonth(path, f, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Close(m.Write(0, make([]float32, f.Frames()*f.Height()*f.Width()))); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPlanRefused(t *testing.T) {
	s := climate.SyntheticRecord{Seed: 1, Hours: 720, Height: 9, Width: 8}
	good := synthetic(t, s)[0]
	whole, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(t.TempDir(), "cut.nc")
	if err := os.WriteFile(cut, whole[:len(whole)*2/3], 0o644); err != nil {
		t.Fatal(err)
	}
	calendar := month(t, "calendar.nc", func(f *climate.Field) { f.Calendar = climate.AllLeap })
	size := month(t, "size.nc", func(f *climate.Field) { f.Grid = f.Grid.Window(0, 0, 9, 7) })
	moved := month(t, "moved.nc", func(f *climate.Field) {
		f.Grid.Y = slices.Clone(f.Grid.Y)
		f.Grid.Y[3] += 0.01
	})
	early := month(t, "early.nc", func(f *climate.Field) {
		for i := range f.Times {
			f.Times[i] -= 24
		}
	})
	twice := month(t, "twice.nc", func(f *climate.Field) { f.Times[7] = f.Times[6] })
	daily := month(t, "daily.nc", func(f *climate.Field) {
		for i := range f.Times {
			f.Times[i] = f.Times[0] + 24*float64(i)
		}
	})
	for _, c := range []struct {
		files []string
		opt   PrepareOptions
		say   []string
	}{
		{nil, PrepareOptions{}, []string{"no files"}},
		{[]string{good, cut}, PrepareOptions{}, []string{cut}},
		{[]string{good, filepath.Join(t.TempDir(), "absent.nc")}, PrepareOptions{}, []string{"absent.nc"}},
		{[]string{good, calendar}, PrepareOptions{}, []string{calendar, good, `"pr"`, `"all_leap"`, `"360_day"`, "1980-10"}},
		{[]string{good, size}, PrepareOptions{}, []string{size, good, `"pr"`, "9×7 cells against 9×8"}},
		{[]string{good, moved}, PrepareOptions{}, []string{moved, good, `"pr"`, "rows are shifted"}},
		{[]string{good, early}, PrepareOptions{}, []string{early, good, "overlap in time", "begins at 1980-12-30 00:30:00"}},
		{[]string{good, good}, PrepareOptions{}, []string{good, "overlap in time"}},
		{[]string{twice}, PrepareOptions{}, []string{twice, `"time"`, "does not go forward", "frame 7 (1981-01-01 06:30:00)", "Repeated"}},
		{[]string{good, daily}, PrepareOptions{}, []string{daily, good, "time step 24 h", "1 h"}},
		{[]string{good}, PrepareOptions{Variables: []string{"tas"}}, []string{good, `"tas"`, "pr"}},
		{[]string{good}, PrepareOptions{Coarsen: 10}, []string{good, `"pr"`, "10-fold", "9×8"}},
		{[]string{good}, PrepareOptions{Coarsen: -1}, []string{"-1-fold"}},
		{[]string{good}, PrepareOptions{Crop: around(12, 4)}, []string{good, `"pr"`, "would be rows -1 to 10"}},
		{[]string{good}, PrepareOptions{Crop: &Crop{Lat: 40, Lon: 3, Height: 2, Width: 2}}, []string{good, "latitude 40, longitude 3", "outside the grid"}},
		{[]string{good}, PrepareOptions{Split: &climate.SeasonSplit{}}, []string{"before the first training season"}},
		{[]string{good}, PrepareOptions{Read: ReadOptions{Interval: -1}}, []string{"Interval"}},
		{[]string{good}, PrepareOptions{Read: ReadOptions{Variable: "pr"}}, []string{`"pr"`, "Variables"}},
		{[]string{good}, PrepareOptions{Variables: []string{"pr"}, Each: map[string]ReadOptions{"tas": {}}}, []string{`"tas"`, "(pr)"}},
		{[]string{good}, PrepareOptions{Variables: []string{"pr"}, Each: map[string]ReadOptions{"pr": {Variable: "tas"}}}, []string{`"pr"`, `"tas"`, "want none"}},
	} {
		_, err := PlanPreparation(context.Background(), c.files, c.opt, nil)
		if err == nil {
			t.Errorf("%v, %+v: no error", c.files, c.opt)
			continue
		}
		for _, say := range c.say {
			if !strings.Contains(err.Error(), say) {
				t.Errorf("%v: error %q does not say %q", c.files, err, say)
			}
		}
	}
}
