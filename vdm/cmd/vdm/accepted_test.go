//go:build !nonetcdf

package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// cell escapes what would end a cell of a table.
func cell(text string) string { return strings.ReplaceAll(text, "|", `\|`) }

// acceptedPage is the page of what data are accepted. Every line of it is asked of the
// code that reads: formats, units, words, flags, and messages.
func acceptedPage(t *testing.T) string {
	var b strings.Builder
	p := func(format string, a ...any) { fmt.Fprintf(&b, format+"\n", a...) }
	p("# What data are accepted\n")
	p("What `vdm inspect`, `prepare`, `train`, `verify` and the other commands read, and what they say of the rest. Made by")
	p("`go test ./vdm/cmd/vdm -run AcceptedPage -update`, which asks the readers themselves: every verdict and message below is")
	p("theirs. `vdm inspect FILE` says the same of a file, and prints the command that trains on it.\n")

	p("## Formats\n\n| format | what of it is read | written |\n|---|---|---|")
	for _, f := range cf.Formats() {
		written := "no"
		if f.Create != nil {
			written = "`*" + strings.Join(f.Endings, "`, `*") + "`"
		}
		p("| %s | %s | %s |", f.Name, cell(f.About), written)
	}
	p("\nMany files are one record: they are joined in time, whatever their order, and each variable may lie in files of its own.")
	p("A folder with files of one frame each is given as `FOLDER/*`. A folder of prepared data (`vdm prepare`) stands alone.\n")
	p("Other files are recognised by their first bytes, and the message says what to do:\n")
	for _, head := range []string{"PK\x03\x04", "\x1f\x8b", "BZh9", "\xfd7zXZ\x00", "\x28\xb5\x2f\xfd", "GRIB", "BUFR", "\x0e\x03\x13\x01", "II*\x00", "<!DOCTYPE html>", "<?xml", `{"a":1}`, "version https://git-lfs", "netcdf x {"} {
		p("- %q: %s", head[:min(4, len(head))], strings.ReplaceAll(cf.OtherFormat("FILE", []byte(head)), " (damaged)", ""))
	}

	p("\n## Units of rain\n\nRain is used in %s. Rates are converted, amounts divided by the time over which they were summed, which the file", climate.RainUnits)
	p("says (time bounds, cell_methods) or `--interval`. A mass per area is water of 1000 kg m⁻³.\n")
	p("| units | read as |\n|---|---|")
	var refused []string
	for _, units := range []string{"mm/h", "mm h-1", "mm hr^-1", "mm/hour", "MM/HR", "mmhr-1", "mm/day", "mm d-1", "mm s-1", "m s-1", "m/s", "cm/h", "inch/hour", "kg m-2 s-1", "kg/m^2/s", "Kg/m^2/s",
		"kg m**-2 s**-1", "kg m-2 h-1", "mm", "cm", "m", "in", "kg m-2", "kg m**-2", "m of water equivalent", "mm w.e. h-1", "mm/3h", "mm/15 min", "mm/month", "dBZ", "%", "1", "g/kg", "m3 s-1"} {
		scale, err := climate.ParseRainUnits(units)
		switch {
		case err != nil:
			refused = append(refused, "`"+units+"`")
		case scale.Amount:
			p("| `%s` | an amount of %.6g mm |", units, scale.Factor)
		default:
			p("| `%s` | %.6g mm/h |", units, scale.Factor)
		}
	}
	p("\nRefused as units of rain: %s. `--units` gives the right ones. Reflectivity in dBZ becomes rain by Z = aRᵇ where the format", strings.Join(refused, ", "))
	p("says that it is of rain (ODIM_H5), or with `--kind rain` or `--zr`.\n")

	p("## What is rain\n\nUnits, standard_name, long_name and name decide together; a standard_name that CF does not list says nothing.\n")
	p("| name | standard_name | long_name | units | taken as | because |\n|---|---|---|---|---|---|")
	for _, s := range []climate.Signs{
		{Name: "pr", StandardName: "precipitation_flux", Units: "kg m-2 s-1"}, {Name: "tp", StandardName: "unknown", LongName: "Total precipitation", Units: "m"},
		{Name: "RAINNC", LongName: "ACCUMULATED TOTAL GRID SCALE PRECIPITATION", Units: "mm"}, {Name: "rr", StandardName: "convective precipitation rate", Units: "mm/day"},
		{Name: "x", LongName: "hourly rainfall", Units: "mm"}, {Name: "pr", Units: "furlongs"}, {Name: "x1", Units: "kg m-2 s-1"}, {Name: "x2", Units: "mm"},
		{Name: "snow", StandardName: "snowfall_flux", Units: "kg m-2 s-1"}, {Name: "evap", LongName: "evaporation", Units: "kg m-2 s-1"}, {Name: "tas", StandardName: "air_temperature", Units: "K"}, {Name: "wind", LongName: "10 m wind speed", Units: "m s-1"},
	} {
		f := climate.Recognise(s)
		why := f.Reason
		if f.Doubt != "" {
			why = "may be rain, and is said to be: " + f.Doubt
		}
		p("| %s | %s | %s | %s | %s | %s |", s.Name, s.StandardName, s.LongName, s.Units, f.Kind, cell(why))
	}

	quoted := func(name string) string {
		if name == "" {
			return "none"
		}
		return "`" + name + "`"
	}
	p("\n## Time\n\nThe value 2 of a time coordinate, in hours after the reference date, under each of these units:\n\n| units | hours |\n|---|---|")
	for _, units := range []string{"nanoseconds since 1970-01-01", "microseconds since 1970-01-01", "milliseconds since 1970-01-01", "seconds since 1970-01-01", "minutes since 1970-01-01", "hours since 1970-01-01",
		"hours since 1970-01-01T00:00:00Z", "hours since 1970-01-01 00:00:00 +01:00", "days since 1970-1-1", "weeks since 1970-01-01", "months since 1970-01-01", "years since 1970-01-01",
		"common_years since 1970-01-01", "day as %Y%m%d.%f", "hours", "fortnights since 1970-01-01", "months", ""} {
		u, err := climate.ParseTimeUnits(units, "")
		value := 2.0
		if units == "day as %Y%m%d.%f" {
			value = 19700103
		}
		hours := 0.0
		if err == nil {
			hours, err = u.Hours(value)
		}
		if err != nil {
			p("| %s | refused: %s |", quoted(units), cell(err.Error()))
			continue
		}
		p("| `%s` | %.9g%s |", units, hours, map[bool]string{true: ", from an unknown start"}[u.Relative])
	}
	p("\nDates in characters (WRF's `Times`, `20180913060000`) are read. Calendars:\n")
	for _, name := range []string{"", "standard", "gregorian", "proleptic_gregorian", "julian", "noleap", "365_day", "all_leap", "366_day", "360_day", "none", "lunar"} {
		canonical, err := climate.CanonicalCalendar(name)
		if err != nil {
			p("- %s: refused: %v", quoted(name), err)
			continue
		}
		p("- %s: %s", quoted(name), canonical)
	}

	p("\n## Flags, and what each settles\n\nEvery command that reads files has them. Those for one of several variables take its name first, as in `--units tp=mm`.\n")
	p("| flag | what it says |\n|---|---|")
	c := &cobra.Command{}
	new(readFlags).addTo(c)
	c.Flags().VisitAll(func(f *pflag.Flag) {
		value, usage := pflag.UnquoteUsage(f)
		p("| `--%s` | %s |", strings.TrimSpace(f.Name+" "+value), cell(usage))
	})

	p("\n## What is refused or doubted, and the flag that settles it\n\nWhat `vdm inspect` says of made files, each with the flag with which it was read.\n")
	b.WriteString(refusedInWords(t))
	return b.String()
}

// The page in the book is what the readers say.
func TestAcceptedPage(t *testing.T) {
	const path = "../../../notebooks/DATA.md"
	want := acceptedPage(t)
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s is not what the readers say (%v): write it again with -update", path, err)
	}
}
