//go:build !nonetcdf

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// netcdfCommands are the commands that need the C library.
func netcdfCommands() []*cobra.Command {
	return []*cobra.Command{newFirstModel(), newInspect(), newPrepare(), newSample(), newNowcast(), newInterpolate(), newInpaint(), newDownscale(), newExtend(), newMerge(), newVerify()}
}

// writeSynthetic writes a synthetic record as NetCDF files.
func writeSynthetic(c *cobra.Command, dir string, s climate.SyntheticRecord, update func(hours, total int)) (months int, err error) {
	return netcdf.WriteSynthetic(c.Context(), dir, s, update)
}

// netcdfVersion is the version of the C library, for doctor.
func netcdfVersion() string { return netcdf.Version() }

func (r *readFlags) parseKind() (climate.Kind, error) {
	for _, k := range []climate.Kind{climate.KindAuto, climate.KindRain, climate.KindOther} {
		if k.String() == r.kind {
			return k, nil
		}
	}
	return 0, fmt.Errorf("--kind is %q: want rain, other or auto", r.kind)
}

func (r *readFlags) options() (netcdf.ReadOptions, error) {
	kind, err := r.parseKind()
	return netcdf.ReadOptions{Kind: kind, Interval: r.interval, Units: r.units, Fill: r.fill, Index: r.index}, err
}

// readNetCDF reads the wanted variables of a file.
func (r *readFlags) readNetCDF(path string) ([]*climate.Field, error) {
	o, err := r.options()
	if err != nil {
		return nil, err
	}
	wanted := r.variables
	if len(wanted) == 0 {
		wanted = []string{""}
	}
	var fields []*climate.Field
	for _, o.Variable = range wanted {
		f, err := netcdf.Read(path, o)
		if err != nil {
			return nil, err
		}
		fields = append(fields, f)
	}
	return fields, nil
}
