package netcdf

import (
	"context"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// The truth of the files that testdata/people.py makes, in mm/h: its function rain.
func peoplesRain(t, y, x int) float64 {
	return math.Max(float64((7*t+3*y+5*x)%11-4), 0) / 4
}

var (
	peopleOnce sync.Once
	peopleDir  string
	peopleErr  error
)

// meant is a file as somebody has it, and what it means.
type meant struct {
	name  string
	opt   ReadOptions
	first string  // time of the first frame
	step  float64 // hours; 0 is not looked at
	truth int     // frame of the truth that is the first; below 0 the values are not compared
	count int     // frames
	units string  // mm/h where ""
	say   string  // part of a note
}

// people is the path of a file that testdata/people.py makes.
func people(t testing.TB, name string) string {
	t.Helper()
	peopleOnce.Do(func() {
		if peopleErr = exec.Command(python, "-c", "import netCDF4").Run(); peopleErr != nil {
			return
		}
		if peopleDir, peopleErr = os.MkdirTemp("", "netcdf-people-"); peopleErr != nil {
			return
		}
		for _, script := range []string{"testdata/people.py", "testdata/archives.py", "testdata/further.py"} {
			if out, err := exec.Command(python, script, peopleDir).CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", script, err, out)
			}
		}
	})
	if peopleErr != nil {
		t.Skipf("no python3 with netCDF4 to write the file: %v", peopleErr)
	}
	return filepath.Join(peopleDir, name+".nc")
}

// Each file is read as what it means, or refused with the option that settles it. A
// value that is neither is the worst that a reader can do.
func TestFilesAsPeopleHaveThem(t *testing.T) {
	const from = "2018-09-13 "
	everyHour, none := 1.0, 0.0
	for _, c := range []meant{
		{"bounds_seconds", ReadOptions{}, from + "12:00:00", 24, 0, 12, "", "divided by 24 h"},
		{"months", ReadOptions{}, "2018-01-16 12:00:00", none, 0, 12, "", "28 days to 31 days"},
		{"months_bare", ReadOptions{Months: true}, "2018-01-16 12:00:00", none, 0, 12, "", "calendar month"},
		{"since_start_bounds", ReadOptions{}, from + "00:30:00", everyHour, 0, 12, "", "11 of 12 frames are running totals"},
		{"since_start_zero", ReadOptions{}, from + "00:30:00", everyHour, 0, 12, "", "no length"},
		{"mean_mixed", ReadOptions{}, from + "01:30:00", 3, 0, 12, "", "6 of 12 frames are means since one start"},
		{"six_hours", ReadOptions{Totals: "6"}, from + "00:30:00", everyHour, 0, 12, "", "10 of 12 frames less the frame before"},
		{"gauge_day", ReadOptions{Totals: "24@9"}, from + "04:30:00", everyHour, 1, 11, "", "begin anew each 24 h"},
		{"model_start", ReadOptions{Totals: "start"}, from + "00:30:00", everyHour, 0, 12, "", "left out"},
		{"bounds_backwards", ReadOptions{}, from + "00:30:00", everyHour, 0, 12, "", "run backwards"},
		{"bounds_unreferred", ReadOptions{}, from + "00:30:00", everyHour, 0, 12, "", "to which nothing refers"},
		{"bounds_float32", ReadOptions{}, "2018-09-12 00:30:00", everyHour, 0, 12, "", "divided by 1 h"},
		{"bounds_unnamed_units", ReadOptions{Interval: 24}, from + "12:00:00", 24, 0, 12, "", "do not belong to their times"},

		{"float32_days", ReadOptions{}, "", 1. / 6, 0, 12, "", "stored to within"},
		{"rounded_days", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"forecast_step", ReadOptions{}, from + "01:00:00", everyHour, 0, 12, "", ""},
		{"forecast_two", ReadOptions{Index: map[string]int{"forecast_reference_time": 1}}, from + "13:00:00", everyHour, 1, 12, "", "together"},
		{"forecast_two", ReadOptions{Index: map[string]int{"forecast_period": 2}}, from + "03:00:00", 12, -1, 3, "", "together"},
		{"forecast_lead", ReadOptions{}, from + "06:00:00", everyHour, 0, 12, "", "together"},
		{"text_time", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "dates in characters"},
		{"characters", ReadOptions{}, from + "00:00:00", everyHour, 0, 10, "", "frames 10 to 11 (2 in all) left out"},
		{"unfilled", ReadOptions{}, from + "00:00:00", everyHour, -1, 9, "", "frames 4, 10 to 11 (3 in all) left out"},
		{"unfilled_undeclared", ReadOptions{}, from + "00:00:00", everyHour, 0, 10, "", "frames 10 to 11 (2 in all) left out"},
		{"shuffled", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "sorted by time"},
		{"twice", ReadOptions{Repeated: "last"}, from + "00:00:00", everyHour, 0, 12, "", "the last of each"},
		{"no_units", ReadOptions{TimeUnits: "hours since 2018-09-13"}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"no_times", ReadOptions{TimeUnits: "hours since 2018-09-13"}, from + "00:00:00", everyHour, 0, 12, "", "frames are counted"},
		{"milliseconds", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"common_years", ReadOptions{}, "2000-01-01 00:00:00", 365 * 24, 0, 12, "", ""},

		{"words_only", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", `long_name "Total rainfall rate"`},
		{"wrong_standard_name", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "taken as rain by"},
		{"misplaced_standard_name", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", `the name "precip"`},
		{"evaporation", ReadOptions{}, from + "00:00:00", everyHour, -1, 12, "kg m-2 s-1", ""},
		{"precipitable", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "kg m-2", ""},
		{"nameless", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "mm/h", "may be rain"},
		{"wind", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "m s-1", ""},
		{"snowfall", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "mm/h", ""},
		{"capitals", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", ""},

		{"aux_rows", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "reversed"},
		{"counted_rows", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "only counts rows"},
		{"moving_coordinates", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "northwards"},
		{"distances_down", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "grows southwards"},
		{"named_twice", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "reversed"},
		{"day_before", ReadOptions{Totals: "day"}, from + "00:30:00", everyHour, 0, 12, "", "a total over 24 h"},
		{"digits", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "dates in characters"},
		{"nest", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "change along time"},
		{"radians", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "reversed"},
		{"silent", ReadOptions{Dims: map[string]string{"y": "d1", "x": "d2"}}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"odd_words", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"groups", ReadOptions{Variable: "Grid/precipitation"}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"group_of_its_own", ReadOptions{}, from + "00:30:00", everyHour, 0, 12, "", "divided by 1 h"},
		{"expver", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "complete one another: 120 cells"},
		{"slightly_negative", ReadOptions{ClipNegative: true}, from + "00:00:00", everyHour, -1, 12, "", "12 cells (3.33 %) of negative rain, down to -0.031"},
		{"instants", ReadOptions{}, from + "01:00:00", everyHour, -1, 12, "K", ""},
		{"undeclared_fill", ReadOptions{Fill: []float64{-99.9}}, from + "00:00:00", everyHour, -1, 12, "", "3.33 % -99.9, named as missing"},
		{"all_hidden", ReadOptions{IgnoreValidRange: true}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"valid_range", ReadOptions{IgnoreValidRange: true}, from + "00:00:00", everyHour, 0, 12, "", ""},
		{"valid_range", ReadOptions{}, from + "00:00:00", everyHour, -1, 12, "", "valid_range 0 0.5"},
		{"text_scale", ReadOptions{}, from + "00:00:00", everyHour, 0, 12, "", "read as a number"},
	} {
		c.check(t)
	}
}

// check reads the file and compares it with what it means.
func (c meant) check(t *testing.T) {
	t.Helper()
	f, err := Read(people(t, c.name), c.opt)
	if err != nil {
		t.Errorf("%s: %v", c.name, err)
		return
	}
	if c.units == "" {
		c.units = climate.RainUnits
	}
	if f.Units != c.units || f.Frames() != c.count || c.first != "" && f.Date(0) != c.first || c.step > 0 && math.Abs(f.Step()-c.step) > 1e-6 {
		t.Errorf("%s: in %s, %d frames from %s, step %v; want %s, %d from %s, step %v", c.name, f.Units, f.Frames(), f.Date(0), f.Step(), c.units, c.count, c.first, c.step)
		return
	}
	if c.say != "" && !slices.ContainsFunc(f.Notes, func(n string) bool { return strings.Contains(n, c.say) }) {
		t.Errorf("%s: no note says %q: %q", c.name, c.say, f.Notes)
	}
	if c.truth >= 0 {
		sameRain(t, c.name, f, c.truth)
	}
}

// sameRain compares all values with the truth.
func sameRain(t *testing.T, name string, f *climate.Field, first int) {
	t.Helper()
	for k := range f.Data {
		x, y, n := k%f.Width(), k/f.Width()%f.Height(), k/f.Width()/f.Height()
		if want := peoplesRain(first+n, y, x); !(math.Abs(float64(f.Data[k])-want) <= 2e-5*math.Max(1, want)) {
			t.Errorf("%s: frame %d, row %d, column %d is %v, want %v", name, n, y, x, f.Data[k], want)
			return
		}
	}
}

func TestFilesRefusedWithTheWayOn(t *testing.T) {
	for _, c := range []struct {
		name string
		opt  ReadOptions
		say  []string
	}{
		{"bounds_unnamed_units", ReadOptions{}, []string{"do not belong to their times", "Interval"}},
		{"months_bare", ReadOptions{Interval: 730.5}, []string{"no one length", "Months"}},
		{"rolling_set", ReadOptions{Months: true}, []string{"of one month", "Months"}},
		{"months_bare", ReadOptions{Months: true, Interval: 1}, []string{"Interval and Months"}},
		{"rolling", ReadOptions{}, []string{"overlap", "Kind"}},
		{"rolling_set", ReadOptions{Interval: 3}, []string{"1 h apart", "3 h", "Totals"}},
		{"six_hours", ReadOptions{Interval: 1}, []string{"only grow", "Totals", "begin anew, such as 24 or 6 (they have at 2018-09-13 07:00:00)"}},
		{"model_start", ReadOptions{}, []string{"amount", "accumulation", "Totals", "Interval"}},
		{"model_start", ReadOptions{Interval: 1}, []string{"only grow", "Totals to start"}},
		{"six_hours", ReadOptions{Totals: "start"}, []string{"falls of running totals", "Totals", "ClipNegative"}},
		{"forecast_two", ReadOptions{}, []string{"starts of forecasts", "Index"}},
		{"twice", ReadOptions{}, []string{"repeat a time", "Repeated"}},
		{"no_units", ReadOptions{}, []string{"TimeUnits"}},
		{"silent", ReadOptions{}, []string{"Dims", "y=d1", "x=d2"}},
		{"groups", ReadOptions{}, []string{"Grid/precipitation, Intermediate/precipitation", "Variable"}},
		{"bounds_between_stamps", ReadOptions{}, []string{"tp", "2 h long and leave 1 h", "Interval to 3", "or to 2"}},
		{"one_negative_value", ReadOptions{}, []string{"12 values (3.3 %)", "-0.25 mm/h", "ClipNegative", "Fill"}},
		{"slightly_negative", ReadOptions{}, []string{"12 values (3.3 %)", "interpolation", "ClipNegative", "Fill"}},
		{"no_times", ReadOptions{}, []string{"TimeUnits", "counts its frames"}},
		{"no_times", ReadOptions{TimeUnits: "hours since yesterday"}, []string{"TimeUnits", "yesterday"}},
		{"too_coarse", ReadOptions{}, []string{"coarsely", "5.63", "Repeated"}},
		{"undeclared_fill", ReadOptions{}, []string{"-99.9", "undeclared fill value, name it (Fill)"}},
		{"all_hidden", ReadOptions{}, []string{"every one", "valid_max -1", "IgnoreValidRange"}},
		{"silent", ReadOptions{Totals: "sometimes"}, []string{"Totals", "sometimes"}},
		{"silent", ReadOptions{Dims: map[string]string{"z": "d1"}}, []string{"Dims", `"z"`}},
		{"silent", ReadOptions{Dims: map[string]string{"y": "d9"}}, []string{`"d9"`, "d0, d1, d2"}},
	} {
		refusedAs(t, c.name, c.opt, c.say...)
	}
}

// refusedAs checks that a file is refused with all of some words.
func refusedAs(t *testing.T, name string, opt ReadOptions, words ...string) {
	t.Helper()
	f, err := Read(people(t, name), opt)
	if err == nil {
		t.Errorf("%s, %+v: read, from %s, with %q", name, opt, f.Date(0), f.Notes)
		return
	}
	for _, say := range words {
		if !strings.Contains(err.Error(), say) {
			t.Errorf("%s: error %q does not say %q", name, err, say)
		}
	}
}

// Pieces are joined by what they denote: places on the earth, dates, intervals.
func TestPiecesAsPeopleHaveThem(t *testing.T) {
	ctx := context.Background()
	paths := func(names ...string) (all []string) {
		for _, n := range names {
			all = append(all, people(t, n))
		}
		return all
	}
	one := func(frames int, names ...string) *climate.Field {
		t.Helper()
		fields, err := ReadFiles(ctx, paths(names...), PrepareOptions{})
		if err != nil {
			t.Errorf("%v: %v", names, err)
			return nil
		}
		if f := fields[0]; f.Frames() != frames || f.Step() != 1 || len(f.Gaps()) > 0 {
			t.Errorf("%v: %d frames, step %v, gaps %v", names, f.Frames(), f.Step(), f.Gaps())
		}
		return fields[0]
	}
	if f := one(24, "seam_1", "seam_0"); f != nil {
		sameRain(t, "seam", f, 0)
	}
	var frames []string
	for _, k := range []string{"00", "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11"} {
		frames = append(frames, "one_frame_"+k)
	}
	if f := one(12, frames...); f != nil {
		sameRain(t, "one frame a file", f, 0)
	}
	fields, err := ReadFiles(ctx, paths("three_files_0", "three_files_2", "three_files_1"), PrepareOptions{Read: ReadOptions{Totals: "start"}})
	if err != nil {
		t.Error(err)
	} else if f := fields[0]; f.Frames() != 11 || f.Date(0) != "2018-09-13 01:30:00" {
		t.Errorf("%d frames from %s", f.Frames(), f.Date(0))
	} else {
		sameRain(t, "totals in three files", f, 1)
	}
	two := PrepareOptions{Variables: []string{"tas", "pr"}}
	if fields, err = ReadFiles(ctx, paths("apart_pr", "apart_tas"), two); err != nil {
		t.Error(err)
	} else if err := fields[1].Validate(); err != nil || fields[0].Units != "K" || fields[1].Units != "mm/h" || !slices.Equal(fields[0].Times, fields[1].Times) {
		t.Errorf("%v, %s and %s, from %s and %s", err, fields[0].Units, fields[1].Units, fields[0].Date(0), fields[1].Date(0))
	} else {
		sameRain(t, "variables apart", fields[1], 0)
	}
	if fields, err = ReadFiles(ctx, paths("stamps_pr", "stamps_tas"), PrepareOptions{Variables: []string{"pr", "tas"}}); err != nil {
		t.Error(err)
	} else if !slices.Equal(fields[0].Times, fields[1].Times) || fields[0].Step() != 24 {
		t.Errorf("stamps apart: from %s and %s", fields[0].Date(0), fields[1].Date(0))
	}
	for _, c := range []struct {
		names []string
		opt   PrepareOptions
		say   []string
	}{
		{[]string{"three_files_0", "three_files_1", "three_files_2"}, PrepareOptions{Read: ReadOptions{Interval: 1}}, []string{"only grow", "Totals"}},
		{[]string{"leap_0", "leap_1"}, PrepareOptions{}, []string{"noleap", "2020-02 has 28 days"}},
		{[]string{"grid_here", "grid_shifted"}, PrepareOptions{}, []string{"columns are shifted", "0.25"}},
		{[]string{"grid_here", "grid_finer"}, PrepareOptions{}, []string{"rows are finer", "0.125"}},
		{[]string{"apart_pr", "apart_tas"}, PrepareOptions{Variables: []string{"pr", "hurs"}}, []string{`"hurs"`, "data variables are: tas"}},
	} {
		if _, err := ReadFiles(ctx, paths(c.names...), c.opt); err == nil {
			t.Errorf("%v are joined", c.names)
		} else {
			for _, say := range c.say {
				if !strings.Contains(err.Error(), say) {
					t.Errorf("%v: error %q does not say %q", c.names, err, say)
				}
			}
		}
	}
}
