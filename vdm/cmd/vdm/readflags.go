package main

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// readFlags says how data files are read, for every command that reads any.
type readFlags struct {
	variables           []string
	units, kind         []string // for all variables, or NAME=VALUE for one
	interval, fill      []string // as above
	totals              []string // as above
	index               map[string]int
	dims                map[string]string
	timeUnits, calendar string
	reflectivity        string
	repeated            string
	clip                bool
	ignoreRange         bool
	ignoreFill          bool
	scratch             *climate.Scratch // where values go that need not be in memory at once; nil for all in memory
}

func (r *readFlags) addTo(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&r.variables, "variable", nil, "`name` of a variable; may be repeated, each is a channel (default: the only one in the file)")
	f.StringArrayVar(&r.units, "units", nil, "`units` of the variable where the file names none or wrong ones, as in \"mm/h\"; of one of several as NAME=UNITS")
	f.StringArrayVar(&r.kind, "kind", nil, "`what` the variable is: rain (becomes mm/h), other (keeps its units), or auto (default); of one of several as NAME=KIND")
	f.StringArrayVar(&r.interval, "interval", nil, "`time` over which each value of an accumulation was summed, where the file does not say, as 10min, 1h (or 1) or month; of one of several as NAME=TIME")
	f.StringArrayVar(&r.totals, "totals", nil, "amounts are running totals, to be differenced: `start` (of the record), or hours from 00:00 after which they begin anew, as 24 or 24@9; none says that they are not")
	f.StringArrayVar(&r.fill, "fill", nil, "more `values` that mean missing, in the file's units; of one of several variables as NAME=VALUES")
	f.StringToIntVar(&r.index, "index", nil, "place along a dimension that is neither time nor horizontal, as `name=number` from 0")
	f.StringToStringVar(&r.dims, "dims", nil, "dimensions that the file does not explain, as `y=nrows,x=ncols,time=step`")
	f.StringVar(&r.timeUnits, "time-units", "", "`units` of time where the file names none or wrong ones, as in \"hours since 2018-09-13\"; frames, or files, without times are counted in them")
	f.StringVar(&r.calendar, "calendar", "", "`calendar` of time where the file names none or a wrong one, as in noleap")
	f.StringVar(&r.reflectivity, "zr", "", "`a,b` of Z = aR^b, by which radar reflectivity in dBZ becomes rain (default 200,1.6)")
	f.StringVar(&r.repeated, "repeated", "", "`which` of the frames with one and the same time to take, in a file or in two that overlap: first or last")
	f.BoolVar(&r.clip, "clip-negative", false, "set rain below 0 to 0, as interpolation leaves it")
	f.BoolVar(&r.ignoreRange, "ignore-valid-range", false, "take values outside the file's valid_range as they are")
	f.BoolVar(&r.ignoreFill, "ignore-fill", false, "take values that the file's _FillValue and missing_value call missing as they are; those of --fill are missing")
	f.Lookup("index").DefValue, f.Lookup("dims").DefValue = "", "" // pflag would print []
}

// flagsOf are the flags for the options of cf.ReadOptions, which messages of the
// library name.
var flagsOf = map[string]string{
	"Variable": "--variable", "Kind": "--kind", "Interval": "--interval", "Months": "--interval", "Totals": "--totals", "Units": "--units", "TimeUnits": "--time-units",
	"Reflectivity": "--zr", "Calendar": "--calendar", "Fill": "--fill", "Index": "--index", "Dims": "--dims", "Repeated": "--repeated",
	"ClipNegative": "--clip-negative", "IgnoreValidRange": "--ignore-valid-range", "IgnoreFill": "--ignore-fill",
	"KeepMissing": "--missing mask", "Flips": "--flips", // of climate.WindowOptions, in train
	"Data": "--data", "Variables": "--variable", "Row": "--row", "Column": "--col", "Step": "--other-step", "Kilometres": "--other-cell-size", // of climate.RecordOptions and CutOptions
}

// flagOf returns the flag for an option of the library.
func flagOf(option string) string {
	if flag, ok := flagsOf[option]; ok {
		return flag
	}
	return option
}

// setting is a flag's value for each variable; the value under "" is for all others.
type setting map[string]string

// settings returns the values of a flag that may be given for one variable, as
// NAME=VALUE.
func settings(flag string, values, variables []string) (setting, error) {
	s := setting{}
	for _, v := range values {
		name, value, one := strings.Cut(v, "=")
		if !one {
			name, value = "", v
		}
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if _, twice := s[name]; twice {
			return nil, fmt.Errorf("--%s is given twice%s", flag, map[bool]string{true: " for " + name, false: ""}[name != ""])
		}
		if one && len(variables) > 0 && !slices.Contains(variables, name) {
			return nil, fmt.Errorf("--%s is for %q; the variables are %s", flag, name, strings.Join(variables, ", "))
		}
		s[name] = value
	}
	return s, nil
}

// valueFor returns the setting for a variable.
func (s setting) valueFor(variable string) string {
	if value, ok := s[variable]; ok {
		return value
	}
	return s[""]
}

// checkUnits refuses units that would act on several variables.
func (r *readFlags) checkUnits(s setting) error {
	if units, all := s[""]; all && len(r.variables) > 1 {
		return fmt.Errorf("--units %s would apply to each of %s; name the variable, as in --units %s=%s", units, strings.Join(r.variables, ", "), r.variables[0], units)
	}
	return nil
}

func parseKind(text string) (climate.Kind, error) {
	if text == "" {
		return climate.KindAuto, nil
	}
	for _, k := range []climate.Kind{climate.KindAuto, climate.KindRain, climate.KindOther} {
		if k.String() == text {
			return k, nil
		}
	}
	return 0, fmt.Errorf("--kind is %q: want rain, other or auto", text)
}

// parseNumbers returns numbers that are separated by commas.
func parseNumbers(flag, text string) (all []float64, err error) {
	if text == "" {
		return nil, nil
	}
	for word := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(word), 64)
		if err != nil {
			return nil, fmt.Errorf("--%s is %q: want numbers", flag, text)
		}
		all = append(all, x)
	}
	return all, nil
}

// named returns the variables for which a flag is given by name.
func named(all ...setting) []string {
	found := map[string]bool{}
	for _, s := range all {
		for name := range s {
			if name != "" {
				found[name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// ofRun returns the name of an option of climate.WindowOptions in messages where the run
// decides it.
func ofRun(option string) string {
	if option == "KeepMissing" {
		return "a run that was trained with --missing mask"
	}
	return flagOf(option)
}
