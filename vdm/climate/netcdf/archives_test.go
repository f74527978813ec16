package netcdf

import (
	"context"
	"math"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	. "github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// Files in the manner of archives, made by testdata/archives.py, are read as what they
// mean.
func TestFilesOfArchives(t *testing.T) {
	const noon, three, day = "2018-09-13 00:00:00", 3.0, 24.0
	for _, c := range []meant{
		{"turned_unnamed", ReadOptions{}, noon, 1, 0, 12, "", "by lat and lon rows lie along b"},
		{"turned_named", ReadOptions{}, noon, 1, 0, 12, "", "by lat and lon rows lie along x"},
		{"places_in_other_order", ReadOptions{}, noon, 1, 0, 12, "", "northwards"},
		{"corners_missing", ReadOptions{}, noon, 1, 0, 12, "", "northwards"},
		{"distances_down_corner", ReadOptions{}, noon, 1, 0, 12, "", "grows southwards"},
		{"distances_west", ReadOptions{}, noon, 1, 0, 12, "", "grows westwards"},
		{"greenwich_sorted", ReadOptions{}, noon, 1, 0, 12, "", "continuous"},
		{"greenwich_sorted_down", ReadOptions{}, noon, 1, 0, 12, "", "continuous"},
		{"south_and_west", ReadOptions{}, noon, 1, 0, 12, "", "reversed"},
		{"two_parts", ReadOptions{Variable: "RAINNC", Totals: "start"}, "2018-09-13 00:30:00", 1, 1, 11, "", `a part of the rain, by the word "grid scale"; the file also has RAINC`},
		{"runs_0", ReadOptions{Totals: "start"}, "2018-09-13 00:30:00", 1, 0, 6, "", "5 of 6 frames"},
		{"three_hours_in_units", ReadOptions{Units: "mm", Interval: three}, noon, three, 0, 12, "", ""},
		{"five_minutes_in_units", ReadOptions{Units: "mm", Interval: 1.0 / 12}, noon, 1.0 / 12, 0, 12, "", ""},
		{"totals_in_hours", ReadOptions{Totals: "none"}, "2018-09-13 00:30:00", 1, -1, 12, "", "divided by 1 h"},
		{"no_time_at_all_1", ReadOptions{TimeUnits: "days since 2018-09-13"}, noon, 0, 1, 1, "", "files are counted"},
		{"zone_without_sign", ReadOptions{Interval: 1}, noon, 1, 0, 12, "", ""},
		{"half_months", ReadOptions{Calendar: climate.ThreeSixtyDay}, "1981-01-16 00:00:00", 720, 0, 12, "", ""},
		{"year_zero", ReadOptions{TimeUnits: "days since 1970-01-01"}, "2018-09-13 00:00:00", day, 0, 12, "", ""},
		{"signed", ReadOptions{}, noon, 1, -1, 12, "K", ""},
		{"whole_range", ReadOptions{}, noon, 1, -1, 12, "", "0.28 % outside the valid range (valid_range 0 80"},
		{"fraction_missing", ReadOptions{}, noon, 1, -1, 12, "", "0.28 % -2499.75, named as missing"},
		{"nines", ReadOptions{Fill: []float64{9999}}, noon, day, -1, 12, "", "3.33 % 9999, named as missing"},
		{"infinite", ReadOptions{Fill: []float64{math.Inf(1)}}, noon, 1, -1, 12, "", "0.28 % +Inf, named as missing"},
		{"spread", ReadOptions{}, noon, 1, -1, 12, "mm/day", "speaks of a statistic"},
		{"terrain", ReadOptions{}, noon, 1, 0, 12, "m", ""},
		{"joined_units", ReadOptions{}, noon, 1, 0, 12, "", ""},
		{"dot_units", ReadOptions{}, noon, 1, 0, 12, "", ""},
		{"bounds_turned", ReadOptions{}, "2018-09-13 00:30:00", 1, 0, 12, "", "divided by 1 h"},
		{"bounds_spread", ReadOptions{}, "2018-09-13 01:00:00", 1, 0, 12, "", "not two for each of 12 times; they are not used"},
		{"bounds_spread_amounts", ReadOptions{Interval: 1}, "2018-09-13 01:00:00", 1, 0, 12, "", "divided by 1 h"},
		{"climatology", ReadOptions{}, "", 720, 0, 12, "", "is climatological"},
		{"degrees_exchanged", ReadOptions{}, noon, 1, -1, 12, "", "lat is taken for columns by its units or standard_name, against its name"},
		{"cdo_sums", ReadOptions{Units: "mm", Interval: three}, "2018-09-13 03:00:00", three, 0, 12, "", "divided by 3 h"},
		{"cdo_sums_divided", ReadOptions{}, "2018-09-13 01:30:00", three, 0, 12, "", "unless what the history does besides has set that right"},
		{"cdo_sums_ours", ReadOptions{}, "2018-09-13 01:30:00", three, 0, 12, "", ""},
		{"cdo_maxima", ReadOptions{}, "2018-09-13 01:30:00", three, 0, 12, "", `"timselmax": each value is an extreme`},
		{"cdo_sums_of_amounts", ReadOptions{}, "2018-09-13 01:30:00", three, 0, 12, "", "divided by 3 h"},
		{"cdo_means_of_amounts", ReadOptions{Interval: 1}, "2018-09-13 03:00:00", three, 0, 12, "", "divided by 1 h"},
		{"nco_means", ReadOptions{}, "2018-09-13 01:30:00", three, 0, 12, "", ""},
		{"methods_sum_of_a_day", ReadOptions{}, "2018-09-13 12:00:00", day, 0, 12, "", ""},
		{"methods_maximum", ReadOptions{}, "2018-09-13 01:30:00", three, 0, 12, "", "the maximum over its interval"},
		{"methods_deviation", ReadOptions{}, "", three, -1, 12, "mm/h", "cell_methods of a statistic"},
		{"logarithm", ReadOptions{}, noon, 1, -1, 12, "mm/h", "speaks of a statistic"},
		{"sums_of_three", ReadOptions{Interval: three}, "2018-09-13 02:00:00", three, 0, 12, "", "divided by 3 h"},
		{"running_sums", ReadOptions{Totals: "none"}, "2018-09-13 00:30:00", 1, -1, 12, "", ""},
	} {
		c.check(t)
	}
	f, err := Read(people(t, "signed"), ReadOptions{})
	if err != nil || f.Data[0] != -0.5 {
		t.Errorf("a signed number is %v (%v), want -0.5", f.Data[0], err)
	}
}

// Or they are refused with the option that settles them.
func TestFilesOfArchivesRefused(t *testing.T) {
	refusedAs(t, "maxima_nested", ReadOptions{}, "overlap", "Kind")
	refusedAs(t, "daily_sums_averaged", ReadOptions{}, "does not say that it is a sum", "Interval")
	refusedAs(t, "totals_in_hours", ReadOptions{}, "only grow", "Totals to start", "none")
	refusedAs(t, "three_hours_in_units", ReadOptions{}, "sums over 3 h", "Units mm", "Interval 3")
	refusedAs(t, "five_minutes_in_units", ReadOptions{}, "sums over 5 min", "Units mm", "Interval 0.083")
	refusedAs(t, "tenths", ReadOptions{}, "10 mm or 0.1 mm", "Units")
	refusedAs(t, "half_months", ReadOptions{}, "only whole ones convert", "Calendar", "360_day")
	refusedAs(t, "leap_day_noleap", ReadOptions{}, "Calendar gives another calendar")
	refusedAs(t, "year_zero", ReadOptions{}, "TimeUnits")
	refusedAs(t, "nines", ReadOptions{}, "12 values are 9999", "Fill 9999")
	refusedAs(t, "infinite", ReadOptions{}, "+Inf", "Fill")
	refusedAs(t, "cdo_sums", ReadOptions{}, `"timselsum"`, "Units mm", "Interval", "Units mm/h says")
	refusedAs(t, "nco_sums", ReadOptions{}, `"ncra -y ttl"`, "Units mm", "Interval")
	refusedAs(t, "cdo_deviations", ReadOptions{}, `"timselstd"`, "Kind other")
	refusedAs(t, "bounds_spread_amounts", ReadOptions{}, "not two for each of 12 times", "Interval")
	refusedAs(t, "cdo_roots", ReadOptions{}, `"sqrt"`, "Kind other", "Kind rain")
	refusedAs(t, "cdo_masks", ReadOptions{}, `"gec,1"`, "function of rain")
	refusedAs(t, "cdo_means_of_amounts", ReadOptions{}, `"timselmean"`, "shorter time", "Interval")
	refusedAs(t, "methods_sum", ReadOptions{}, "say sums over 3 h", "Units mm with Interval 3", "Units mm/h")
	refusedAs(t, "running_sums", ReadOptions{}, "only grow in 11 of 11 frames", "running sums of rates", "Units mm", "Totals none")
	refusedAs(t, "sums_of_three", ReadOptions{}, "1 h long and leave 2 h", "Interval to 3", "or to 1")
	refusedAs(t, "bucket", ReadOptions{Totals: "start"}, "bucket_mm", "I_RAINNC")
}

// Files are joined by what they denote, or by the option that the refusal names.
func TestFilesOfArchivesJoined(t *testing.T) {
	for _, c := range []struct {
		names string
		opt   ReadOptions
		more  []float64 // added to the truth in each frame
		say   []string  // where they are refused
	}{
		{"runs_0 runs_1", ReadOptions{Totals: "start"}, []float64{0, 0, 0, 0, 0, 0, 40, 40, 40, 40, 40, 40}, nil},
		{"runs_reference_0 runs_reference_1", ReadOptions{Totals: "start"}, []float64{0, 0, 0, 0, 0, 0, 40, 40, 40, 40, 40, 40}, nil},
		{"no_time_at_all_0 no_time_at_all_1 no_time_at_all_2", ReadOptions{TimeUnits: "days since 2018-09-13"}, make([]float64, 3), nil},
		{"seam_twice_0 seam_twice_1", ReadOptions{Repeated: "first"}, make([]float64, 12), nil},
		{"seam_twice_0 seam_twice_1", ReadOptions{Repeated: "last"}, []float64{0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0}, nil},
		{"seam_twice_0 seam_twice_0", ReadOptions{Repeated: "first"}, make([]float64, 8), nil},
		{"seam_twice_0 seam_twice_0", ReadOptions{Repeated: "last"}, make([]float64, 8), nil},
		{"seam_twice_0 seam_twice_1", ReadOptions{}, nil, []string{"overlap in time", "2018-09-13 04:00:00", "2018-09-13 07:00:00", "Repeated"}},
		{"seam_twice_0 seam_twice_1", ReadOptions{Repeated: "first", Totals: "start", Units: "mm"}, nil, []string{"overlap in time", "running totals"}},
		{"seam_between_0 seam_between_1", ReadOptions{Repeated: "first"}, nil, []string{"the first lacks 2018-09-13 01:00:00"}},
		{"seam_between_0 seam_between_1", ReadOptions{Repeated: "last"}, nil, []string{"the second lacks 2018-09-13 02:00:00"}},
		{"no_time_at_all_0 no_time_at_all_1", ReadOptions{}, nil, []string{"have no times", "TimeUnits", "in the order"}},
	} {
		var paths []string
		for name := range strings.FieldsSeq(c.names) {
			paths = append(paths, people(t, name))
		}
		fields, err := ReadFiles(context.Background(), paths, PrepareOptions{Read: c.opt})
		if c.say != nil {
			if err == nil {
				t.Errorf("%s, %+v: joined", c.names, c.opt)
				continue
			}
			for _, say := range c.say {
				if !strings.Contains(err.Error(), say) {
					t.Errorf("%s: error %q does not say %q", c.names, err, say)
				}
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", c.names, err)
			continue
		}
		f := fields[0]
		if f.Frames() != len(c.more) || len(f.Gaps()) > 0 {
			t.Errorf("%s: %d frames with %d gaps, want %d and none: %q", c.names, f.Frames(), len(f.Gaps()), len(c.more), f.Notes)
			continue
		}
		cells := f.Height() * f.Width()
		for i := range f.Data {
			f.Data[i] -= float32(c.more[i/cells])
		}
		sameRain(t, c.names, f, 0)
	}
}
