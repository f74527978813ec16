//go:build nonetcdf

package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func writeSynthetic(*cobra.Command, string, climate.SyntheticRecord, func(int, int)) (int, error) {
	return 0, fmt.Errorf("this program was built without NetCDF and writes prepared data only: --format prepared")
}

func netcdfVersion() string { return "" }

func (r *readFlags) readNetCDF(paths []string) ([]*climate.Field, error) {
	return nil, fmt.Errorf("%s: this program was built without NetCDF and reads prepared data only; make them with \"vdm prepare\" of a program built with NetCDF", strings.Join(paths, ", "))
}
