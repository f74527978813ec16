package netcdf

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Further files, made by testdata/further.py, are read as what they mean.
func TestFurtherFiles(t *testing.T) {
	const from, half = "2018-09-13 00:00:00", "2018-09-13 00:30:00"
	const hour, three, day, any = 1.0, 3.0, 24.0, -1
	for _, c := range []meant{
		{"negative_leads", ReadOptions{}, from, hour, 0, 12, "", "together"},
		{"months_since", ReadOptions{}, "2018-01-01 00:00:00", 0, 0, 12, "", ""},
		{"int64_nanoseconds", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"iso_characters", ReadOptions{}, from, hour, 0, 12, "", "dates in characters"},
		{"yyyymmddhh", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"absolute_days", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"minutes_int16", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"matlab_days", ReadOptions{TimeUnits: "days since -0001-12-31", Calendar: climate.ProlepticGregorian}, from, hour, 0, 12, "", ""},
		{"packed_time", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"time_zone", ReadOptions{}, from, hour, 0, 12, "", ""},

		{"reset_at_six", ReadOptions{Totals: "6"}, half, hour, 0, 12, "", "10 of 12 frames less the frame before"},
		{"reset_at_six", ReadOptions{Totals: "24@6"}, "2018-09-13 01:30:00", hour, 1, 11, "", "a total over 19 h"},
		{"era5_land", ReadOptions{Totals: "day"}, half, hour, 0, 36, "", "34 of 36 frames less the frame before"},
		{"flux_scaled_to_days", ReadOptions{Units: "mm/day"}, from, hour, 0, 12, "", ""},
		{"xarray_sums_mm", ReadOptions{Interval: three}, from, three, 0, 12, "", "divided by 3 h"},
		{"xarray_sums_rates", ReadOptions{Units: "mm", Interval: three}, from, three, 0, 12, "", "divided by 3 h"},
		{"xarray_sums_history", ReadOptions{Units: "mm", Interval: three}, from, three, 0, 12, "", "divided by 3 h"},
		{"resolution_of_one_hour", ReadOptions{}, from, three, any, 12, "", `time_coverage_resolution is "PT1H", and the frames are 3 h apart: values are taken as rates, as their units "mm/h" say; if each is a sum over its 3 h, they are amounts: Units mm with Interval 3`},
		{"interval_of_one_hour", ReadOptions{}, from, three, any, 12, "", "an interval of 1 h, and the frames are 3 h apart"},
		{"named_three_hours", ReadOptions{Interval: three}, "2018-09-13 03:00:00", three, 0, 12, "", "divided by 3 h"},
		{"half_hourly_mm_hr", ReadOptions{Fill: []float64{-9999.9}}, from, hour / 2, any, 12, "", "0.28 % -9999.9, named as missing"},
		{"dbzh", ReadOptions{}, from, hour, any, 12, "dBZ", "Kind rain takes it as such"},
		{"hundredths", ReadOptions{}, "2018-09-13 01:00:00", hour, 0, 12, "", "divided by 1 h (cell_methods)"},
		{"tenth_text", ReadOptions{}, from, hour, any, 12, "", "about 47.6 mm/h over 12 h, and the most ever measured at one place in that time is about 114"},

		{"rotated_descending", ReadOptions{}, from, hour, 0, 12, "", "reversed"},
		{"lat_0", ReadOptions{}, from, hour, 0, 12, "", "reversed"},
		{"corners_nan_descending", ReadOptions{}, from, hour, 0, 12, "", "northwards"},
		{"nested_groups", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"longitude_only_units", ReadOptions{}, from, hour, 0, 12, "", "against its name"},
		{"kilometres_descending", ReadOptions{}, from, hour, 0, 12, "", "reversed"},
		{"level_of_one", ReadOptions{}, from, hour, 0, 12, "", ""},
		{"byte_codes", ReadOptions{}, from, hour, any, 12, "mm/h", "flag_meanings make classes of it; Kind rain"},
		{"fill_zero", ReadOptions{}, from, hour, any, 12, "", "45.56 % _FillValue 0 (IgnoreFill takes it as it is)"},
		{"fill_zero", ReadOptions{IgnoreFill: true}, from, hour, 0, 12, "", ""},
		{"fill_zero", ReadOptions{IgnoreFill: true, Fill: []float64{1.5}}, from, hour, any, 12, "", "% 1.5, named as missing"},
		{"matlab_silent", ReadOptions{TimeUnits: "days since -0001-12-31", Calendar: climate.ProlepticGregorian}, from, hour, 0, 12, "", ""},
	} {
		c.check(t)
	}
	if f, err := Read(people(t, "frequency_of_means"), ReadOptions{}); err != nil || strings.Contains(strings.Join(f.Notes, "; "), "taken as rates") {
		t.Errorf("means that nothing calls sums: %v, %v", f, err)
	}
	if f, err := Read(people(t, "byte_codes"), ReadOptions{}); err != nil || f.Kind == climate.KindRain {
		t.Errorf("classes are taken as rain: %v", err)
	}
	if f, err := Read(people(t, "dbzh"), ReadOptions{Kind: climate.KindRain}); err != nil || math.Abs(float64(f.Frame(1)[1])-peoplesRain(1, 0, 1)) > 1e-3 {
		t.Errorf("reflectivity as rain: %v", err)
	}
}

func TestFurtherFilesRefused(t *testing.T) {
	refusedAs(t, "matlab_days", ReadOptions{}, "time units", "its attributes name them", `TimeUnits "days since -0001-12-31" and Calendar proleptic_gregorian`)
	refusedAs(t, "matlab_silent", ReadOptions{}, "its first value, 737316, may be one", `TimeUnits "days since -0001-12-31" and Calendar proleptic_gregorian`)
	refusedAs(t, "reset_at_six", ReadOptions{}, "Interval", "Totals")
	refusedAs(t, "reset_at_six", ReadOptions{Interval: 1}, "only grow", "Totals")
	refusedAs(t, "era5_land", ReadOptions{Interval: 1}, "only grow", "such as 24")
	refusedAs(t, "flux_scaled_to_days", ReadOptions{}, "are no fill value", "Units gives them")
	refusedAs(t, "xarray_sums_mm", ReadOptions{}, "interval of 1 h in cell_methods is not the time step", "the time step is 3 h")
	refusedAs(t, "xarray_sums_history", ReadOptions{}, "resample(time='3h').sum", "Units mm with Interval")
	refusedAs(t, "xarray_sums_comment", ReadOptions{}, `the words "sum" of its description say sums over 3 h`, "Units mm with Interval 3", "Units mm/h if they are rates")
	refusedAs(t, "daily_total_rate_units", ReadOptions{}, `the words "daily total"`, "Units mm with Interval 24")
	refusedAs(t, "named_three_hours", ReadOptions{}, "the time step is 3 h", "Interval")
	refusedAs(t, "half_hourly_mm_hr", ReadOptions{}, "-9999.9", "name it (Fill)")
	refusedAs(t, "dbz_rain_named", ReadOptions{}, "dBZ", "Kind rain", "Reflectivity")
	refusedAs(t, "minus_inside", ReadOptions{}, "12 values (3.3 %)", "-1 mm/h", "name it (Fill)")
	refusedAs(t, "big_fill", ReadOptions{}, "1e+30", "name it (Fill)")
	refusedAs(t, "percent_wet", ReadOptions{}, `"%"`, "Kind other")
}

// A column that stands at the place of the first is left out, with a word, so that files
// with and without it are of one grid.
func TestCyclicColumn(t *testing.T) {
	for name, west := range map[string]float64{"cyclic_column": 0, "cyclic_west": -180, "cyclic_down": 90, "cyclic_beyond": 90} {
		f, err := Read(people(t, name), ReadOptions{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if f.Width() != 4 || len(f.Grid.X) != 4 || f.Grid.X[0] != west || !strings.Contains(strings.Join(f.Notes, "; "), "at the place of the first") {
			t.Errorf("%s: %d columns from %v, %q", name, f.Width(), f.Grid.X, f.Notes)
			continue
		}
		for k := range f.Data { // the truth's column 0 stands at longitude 0
			x, y, n := k%4, k/4%f.Height(), k/4/f.Height()
			column := int(math.Mod(f.Grid.X[x]+360, 360)) / 90
			if want := peoplesRain(n, y, column); float64(f.Data[k]) != want {
				t.Errorf("%s: frame %d, row %d, longitude %v is %v, want %v", name, n, y, f.Grid.X[x], f.Data[k], want)
				break
			}
		}
	}
	// Longitudes from 0 to 360 for columns that lie 72 degrees apart, by one step too few.
	for name, where := range map[string]string{"cyclic_labels": "frame 0, row 0", "cyclic_late": "frame 5, row 1"} {
		f, err := Read(people(t, name), ReadOptions{})
		if err != nil || f.Width() != 5 || !strings.Contains(strings.Join(f.Notes, "; "), "their values differ") || !strings.Contains(strings.Join(f.Notes, "; "), where) {
			t.Errorf("%s: columns with other values are not kept, with a word: %v, %+v", name, err, f)
		}
	}
	if f, err := Read(people(t, "cyclic_dry"), ReadOptions{}); err != nil || f.Width() != 4 || !strings.Contains(strings.Join(f.Notes, "; "), "in the 12 frames compared") {
		t.Errorf("columns of dry frames, which tell nothing, end the comparison: %v, %+v", err, f)
	}
	for _, name := range []string{"nearly_round", "round_once"} { // to 350 and to 358 degrees
		if f, err := Read(people(t, name), ReadOptions{}); err != nil || f.Width() != 6 {
			t.Errorf("%s loses a column: %v", name, err)
		}
	}
	both := []string{people(t, "cyclic_column"), people(t, "cyclic_next_day")}
	fields, err := ReadFiles(context.Background(), both, PrepareOptions{})
	if err != nil || fields[0].Frames() != 24 || fields[0].Width() != 4 {
		t.Errorf("a file with the column and one without are not joined: %v", err)
	}
}

// Where nothing in the file tells rates from sums, what is assumed is told wherever the file
// is read.
func TestAssumptionIsTold(t *testing.T) {
	for name, says := range map[string]string{
		"xarray_sums_rates": "values are taken as rates, as their units \"mm/h\" say; if each is a sum over its 3 h, they are amounts: Units mm with Interval 3",
		"months_since":      "sum over its 31 days, they are amounts: Units mm with Months",
		"int64_nanoseconds": "", // hourly values in mm/h are amounts of the hour, too
	} {
		r, err := Inspect(people(t, name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Read(people(t, name), ReadOptions{})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		plan, err := PlanPreparation(context.Background(), []string{people(t, name)}, PrepareOptions{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plan.Run(context.Background(), dir, false, nil); err != nil {
			t.Fatal(err)
		}
		prepared, err := climate.OpenPrepared(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { prepared.Close() })
		for where, notes := range map[string]string{"inspect": strings.Join(r.Variables[0].Notes, "\n"), "read": strings.Join(f.Notes, "\n"), "prepare": strings.Join(prepared.Fields()[0].Notes, "\n")} {
			if says == "" && strings.Contains(notes, "taken as rates") || strings.Count(notes, says) == 0 || says != "" && strings.Count(notes, "taken as rates") != 1 {
				t.Errorf("%s, %s: %q, want %q", name, where, notes, says)
			}
		}
	}
}
