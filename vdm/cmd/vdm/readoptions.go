package main

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// options are how the variables of the files are read, and how those are that flags
// name.
func (r *readFlags) options() (o cf.ReadOptions, each map[string]cf.ReadOptions, err error) {
	var all [5]setting
	for i, f := range []struct {
		name   string
		values []string
	}{{"units", r.units}, {"kind", r.kind}, {"interval", r.interval}, {"fill", r.fill}, {"totals", r.totals}} {
		if all[i], err = settings(f.name, f.values, r.variables); err != nil {
			return o, nil, err
		}
	}
	if err := r.checkUnits(all[0]); err != nil {
		return o, nil, err
	}
	relation, err := parseNumbers("zr", r.reflectivity)
	if err != nil {
		return o, nil, err
	}
	var ab [2]float64
	if len(relation) > 0 && copy(ab[:], relation) != len(ab) || len(relation) > len(ab) || len(relation) > 0 && ab == [2]float64{} {
		return o, nil, fmt.Errorf("--zr is %q: want two numbers, a and b of Z = aR^b, as 200,1.6", r.reflectivity)
	}
	make := func(variable string) (o cf.ReadOptions, err error) {
		o = cf.ReadOptions{Index: r.index, Dims: r.dims, TimeUnits: r.timeUnits, Calendar: r.calendar, Repeated: r.repeated,
			ClipNegative: r.clip, Reflectivity: ab, IgnoreValidRange: r.ignoreRange, IgnoreFill: r.ignoreFill, Name: flagOf, Units: all[0].valueFor(variable), Totals: all[4].valueFor(variable)}
		if o.Kind, err = parseKind(all[1].valueFor(variable)); err != nil {
			return o, err
		}
		length := all[2].valueFor(variable)
		if o.Months = length == "month"; o.Months {
			length = ""
		}
		if length != "" {
			if o.Interval, err = climate.ParseHours(length); err != nil {
				return o, fmt.Errorf("--interval: %w, or month", err)
			}
		}
		if o.Fill, err = parseNumbers("fill", all[3].valueFor(variable)); err != nil {
			return o, err
		}
		return o, o.Validate()
	}
	if o, err = make(""); err != nil {
		return o, nil, err
	}
	each = map[string]cf.ReadOptions{}
	for _, name := range named(all[:]...) {
		if each[name], err = make(name); err != nil {
			return o, nil, err
		}
	}
	return o, each, nil
}

// readFiles reads the wanted variables of files, joined in time.
func (r *readFlags) readFiles(paths []string) ([]*climate.Field, error) {
	o, each, err := r.options()
	if err != nil {
		return nil, err
	}
	return cf.ReadFiles(context.Background(), paths, cf.PrepareOptions{Read: o, Each: each, Variables: r.variables, Scratch: r.scratch})
}
