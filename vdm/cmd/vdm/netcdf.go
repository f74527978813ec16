//go:build !nonetcdf

package main

import (
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/netcdf"
)

// netcdfCommands are the commands of which all data are NetCDF.
func netcdfCommands() []*cobra.Command { return []*cobra.Command{newFirstModel()} }

// writeSynthetic writes a synthetic record as NetCDF files.
func writeSynthetic(c *cobra.Command, dir string, s climate.SyntheticRecord, update func(hours, total int)) (months int, err error) {
	return netcdf.WriteSynthetic(c.Context(), dir, s, update)
}
