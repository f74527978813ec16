//go:build !nonetcdf

package main

import "github.com/spf13/cobra"

// netcdfCommands returns the commands that need the C library.
func netcdfCommands() []*cobra.Command {
	return []*cobra.Command{newFirstModel(), newInspect(), newPrepare(), newSample(), newNowcast(), newTrainNowcast(), newInterpolate(), newInpaint(), newDownscale(), newExtend(), newMerge(), newForecast(), newVerify()}
}
