//go:build !nonetcdf

package main

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// writeSynthetic writes a synthetic record as NetCDF files.
func writeSynthetic(c *cobra.Command, dir string, s climate.SyntheticRecord, update func(hours, total int)) (months int, err error) {
	return netcdf.WriteSynthetic(c.Context(), dir, s, update)
}

// netcdfVersion returns the version of the C library, for doctor.
func netcdfVersion() string { return netcdf.Version() }

// options returns how the variables of the files are read, and the options of single
// variables by their names.
func (r *readFlags) options() (o netcdf.ReadOptions, each map[string]netcdf.ReadOptions, err error) {
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
	make := func(variable string) (o netcdf.ReadOptions, err error) {
		o = netcdf.ReadOptions{Index: r.index, Dims: r.dims, TimeUnits: r.timeUnits, Calendar: r.calendar, Repeated: r.repeated,
			ClipNegative: r.clip, IgnoreValidRange: r.ignoreRange, Name: flagOf, Units: all[0].valueFor(variable), Totals: all[4].valueFor(variable)}
		if o.Kind, err = parseKind(all[1].valueFor(variable)); err != nil {
			return o, err
		}
		length := all[2].valueFor(variable)
		if o.Months = length == "month"; o.Months {
			length = ""
		}
		interval, err := parseNumbers("interval", length)
		if err != nil {
			return o, err
		}
		if len(interval) > 0 {
			o.Interval = interval[0]
		}
		if o.Fill, err = parseNumbers("fill", all[3].valueFor(variable)); err != nil {
			return o, err
		}
		return o, o.Validate()
	}
	if o, err = make(""); err != nil {
		return o, nil, err
	}
	each = map[string]netcdf.ReadOptions{}
	for _, name := range named(all[:]...) {
		if each[name], err = make(name); err != nil {
			return o, nil, err
		}
	}
	return o, each, nil
}

// readNetCDF returns the named variables of files, joined in time.
func (r *readFlags) readNetCDF(paths []string) ([]*climate.Field, error) {
	o, each, err := r.options()
	if err != nil {
		return nil, err
	}
	return netcdf.ReadFiles(context.Background(), paths, netcdf.PrepareOptions{Read: o, Each: each, Variables: r.variables})
}
