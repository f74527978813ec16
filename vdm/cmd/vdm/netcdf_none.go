//go:build nonetcdf

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func netcdfCommands() []*cobra.Command { return nil }

func writeSynthetic(*cobra.Command, string, climate.SyntheticRecord, func(int, int)) (int, error) {
	return 0, fmt.Errorf("this program was built without NetCDF and writes prepared data only: --format prepared")
}
