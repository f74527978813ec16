//go:build !nonetcdf

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// refusal is an input that is refused or doubted, and the flags that settle it.
type refusal struct {
	what   string
	vars   []made
	remedy []string // flags, as on a command line
}

const grid = "time lat lon"

func bounds(pairs ...float64) made {
	return made{name: "time_bnds", dims: "time bnds", shape: []int{len(pairs) / 2, 2}, values: pairs}
}

func refusals() []refusal {
	hours := hourly(1, 2, 3, 4)
	bounded := axis("time", []float64{1, 2, 3, 4}, "units", "hours since 2018-09-13", "bounds", "time_bnds")
	rate := func(pairs ...string) made { return plane("pr", grid, mixed, pairs...) }
	three := made{name: "pr", dims: "height time lat lon", shape: []int{3, 4, 3, 3}, attributes: words("units", "mm/h")}
	for i := range 108 {
		three.values = append(three.values, mixed(i/9, i%9))
	}
	lead := made{name: "pr", dims: "time step lat lon", shape: []int{2, 3, 3, 3}, attributes: words("units", "mm/h")}
	for i := range 54 {
		lead.values = append(lead.values, mixed(i/9, i%9))
	}
	coarse := hourly(0, 0, 0, 0)
	coarse.single, coarse.values = true, []float64{17787.04, 17787.08, 17787.12, 17787.16}
	coarse.attributes["units"] = "days since 1970-01-01"
	return []refusal{
		{"several data variables", around(hours, rate("units", "mm/h"), plane("tas", grid, mixed, "units", "K")), []string{"--variable", "pr"}},
		{"an amount, and nothing says over which time", around(hours, rate("units", "mm")), []string{"--interval", "1h"}},
		{"running totals, taken for amounts of an hour", around(hours, plane("RAINNC", grid, func(t, cell int) float64 { return float64(3*t*t + cell) }, "units", "mm")), []string{"--totals", "start"}},
		{"amounts over intervals that overlap", around(bounded, rate("units", "mm"), bounds(0, 1, 0, 2, 2, 3, 2.5, 4)), []string{"--kind", "other"}},
		{"units of rain that do not exist", around(hours, rate("units", "furlongs per fortnight")), []string{"--units", "mm/h"}},
		{"an amount over three hours, in the units", around(hours, rate("units", "mm/3h", "long_name", "precipitation")), []string{"--units", "mm", "--interval", "1"}},
		{"a number after the units", around(hours, rate("units", "mm*10", "long_name", "precipitation")), []string{"--units", "0.1 mm", "--interval", "1"}},
		{"largest rates since a start", around(axis("time", []float64{3, 6, 9, 12}, "units", "hours since 2018-09-13", "bounds", "time_bnds"),
			rate("units", "mm/h", "cell_methods", "time: maximum"), bounds(0, 3, 0, 6, 6, 9, 6, 12)), []string{"--kind", "other"}},
		{"means of daily sums", around(bounded, rate("units", "mm", "cell_methods", "time: sum within days time: mean over days"), bounds(0, 1, 1, 2, 2, 3, 3, 4)), []string{"--interval", "1"}},
		{"no units", around(hours, rate()), []string{"--units", "mm/h"}},
		{"a rate of water that nothing calls rain", around(hours, plane("x1", grid, func(t, cell int) float64 { return mixed(t, cell) * 1e-4 }, "units", "kg m-2 s-1")), []string{"--kind", "rain"}},
		{"reflectivity that nothing calls rain", around(hours, plane("dbz", grid, mixed, "units", "dBZ")), []string{"--kind", "rain"}},
		{"reflectivity by the name of rain", around(hours, rate("units", "dBZ")), []string{"--kind", "rain"}},
		{"times without units", around(axis("time", []float64{1, 2, 3, 4}), rate("units", "mm/h")), []string{"--time-units", "hours since 2018-09-13"}},
		{"days of MATLAB", around(axis("time", []float64{737316, 737317, 737318, 737319}), rate("units", "mm/h")), []string{"--time-units", "days since -0001-12-31", "--calendar", "proleptic_gregorian"}},
		{"months without a date", around(axis("time", []float64{1, 2, 3, 4}, "units", "months"), rate("units", "mm/h")), []string{"--time-units", "months since 1981-01-01"}},
		{"a calendar that does not exist", around(axis("time", []float64{1, 2, 3, 4}, "units", "hours since 2018-09-13", "calendar", "lunar"), rate("units", "mm/h")), []string{"--calendar", "standard"}},
		{"one time twice", around(hourly(1, 2, 2, 3), rate("units", "mm/h")), []string{"--repeated", "last"}},
		{"no times at all", around(plane("pr", grid, mixed, "units", "mm/h")), []string{"--time-units", "hours since 2018-09-13"}},
		{"a further dimension", around(hours, three), []string{"--index", "height=1"}},
		{"starts of forecasts and times since them", around(axis("time", []float64{0, 12}, "units", "hours since 2018-09-13", "standard_name", "forecast_reference_time"),
			axis("step", []float64{1, 2, 3}, "units", "hours", "standard_name", "forecast_period"), lead), []string{"--index", "time=0"}},
		{"dimensions without a meaning", []made{plane("pr", "a b c", mixed, "units", "mm/h")}, []string{"--dims", "time=a,y=b,x=c", "--time-units", "hours since 2018-09-13"}},
		{"rain below 0, as interpolation leaves it", around(hours, plane("pr", grid, func(t, cell int) float64 { return mixed(t, cell) - 0.05 - 0.001*float64(cell) }, "units", "mm/h")), []string{"--clip-negative"}},
		{"a fill value that is not declared", around(hours, plane("pr", grid, func(t, cell int) float64 {
			if cell == 2 {
				return -999
			}
			return mixed(t, cell)
		}, "units", "mm/h")), []string{"--fill", "-999"}},
		{"an undeclared fill value that rain might have", around(hours, plane("pr", grid, func(t, cell int) float64 {
			if cell == 2 {
				return 9999
			}
			return mixed(t, cell)
		}, "units", "mm/day")), []string{"--fill", "9999"}},
		{"months with halves", around(axis("time", []float64{0.5, 1.5, 2.5, 3.5}, "units", "months since 1981-01-01"), rate("units", "mm/h")), []string{"--calendar", "360_day"}},
		{"a valid_range that hides values", around(hours, rate("units", "mm/h", "valid_max", "2")), []string{"--ignore-valid-range"}},
		{"a _FillValue that dry cells have", around(hours, rate("units", "mm/h", "_FillValue", "0")), []string{"--ignore-fill"}},
		{"sums over months of unequal length", around(axis("time", []float64{15, 45, 75, 105}, "units", "days since 1981-01-01", "calendar", "noleap"), rate("units", "mm", "long_name", "precipitation")), []string{"--interval", "month"}},
	}
}

// messages returns what inspect says of a store with flags: why variables cannot be used,
// and the notes that name a flag.
func messages(t *testing.T, path string, flags []string) (all []string, trainable bool) {
	t.Helper()
	var r readFlags
	c := &cobra.Command{}
	r.addTo(c)
	if err := c.ParseFlags(flags); err != nil {
		t.Fatal(err)
	}
	o, _, err := r.options()
	if err != nil {
		t.Fatal(err)
	}
	if len(r.variables) > 0 {
		o.Variable = r.variables[0]
	}
	trainable = true
	// Read has what inspect leaves to the choice of a variable.
	if _, err := cf.Read(path, o); err != nil {
		all, trainable = append(all, strings.ReplaceAll(err.Error(), path+": ", "")), false
	}
	report, err := cf.InspectWith(path, o)
	if err != nil {
		return all, false
	}
	for _, v := range report.Variables {
		trainable = trainable && v.Trainable
		for _, note := range v.Notes {
			if flagInWords.MatchString(note) {
				all = append(all, note)
			}
		}
	}
	return all, trainable
}

// Every refusal names the flag that settles it, no flag that inspect lacks, and no option
// of Go; and the flag does settle it.
func TestRefusalsNameTheFlagThatSettlesThem(t *testing.T) {
	inspect := newInspect()
	for _, r := range refusals() {
		path := store(t, "made", r.vars...)
		said, _ := messages(t, path, nil)
		if strings.HasPrefix(r.what, "running totals") {
			said, _ = messages(t, path, []string{"--interval", "1"})
		}
		text := strings.Join(said, "\n")
		if err := speaks(inspect, text); err != nil {
			t.Errorf("%s: a message %v", r.what, err)
		}
		if !strings.Contains(text, r.remedy[0]) {
			t.Errorf("%s: %s is not named in %q", r.what, r.remedy[0], text)
		}
		after, good := messages(t, path, r.remedy)
		if !good {
			t.Errorf("%s: with %q it is still refused: %q", r.what, r.remedy, after)
		}
	}
}

// refusedInWords is the table of what is refused, for the page of what is accepted.
func refusedInWords(t *testing.T) string {
	var b strings.Builder
	for _, r := range refusals() {
		path := store(t, "made", r.vars...)
		var flags []string
		if strings.HasPrefix(r.what, "running totals") {
			flags = []string{"--interval", "1"}
		}
		said, _ := messages(t, path, flags)
		quoted := make([]string, len(r.remedy))
		for i, w := range r.remedy {
			if quoted[i] = w; strings.Contains(w, " ") {
				quoted[i] = `"` + w + `"`
			}
		}
		fmt.Fprintf(&b, "- **%s%s**, settled here by `%s`:\n", strings.ToUpper(r.what[:1]), r.what[1:], strings.Join(quoted, " "))
		for _, message := range said {
			fmt.Fprintf(&b, "  *%s*\n", strings.ReplaceAll(message, "*", "&#42;"))
		}
	}
	return b.String()
}
