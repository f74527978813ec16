package main

import (
	"github.com/spf13/cobra"

	_ "github.com/climate-vdm/climate-vdm/vdm/climate/odim"
	_ "github.com/climate-vdm/climate-vdm/vdm/climate/zarr"
)

// newRoot returns the tree of commands.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "vdm",
		Short: "Train, sample and verify video diffusion models of gridded climate data",
		Long: `vdm trains a video diffusion model on gridded data such as rain radar, draws
clips from it, nowcasts, and verifies the results.

A run is a folder that contains configuration, snapshots, metrics, samples and
figures. All commands that work on a run take its folder, and training resumes
from the newest snapshot.`,
		Example: `  vdm inspect rain.nc
  vdm train --data rain.nc --out runs/rain --steps 2000 --held-out 24
  vdm sample runs/rain --count 16`,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddGroup(
		&cobra.Group{ID: groupWork, Title: "Train and generate:"},
		&cobra.Group{ID: groupLook, Title: "Look at data and settings:"},
		&cobra.Group{ID: groupCheck, Title: "Check the program:"},
	)
	root.AddCommand(newTrain(), newExperiment(), newSynth(), newSchedule(), newDoctor(), newCertify(), newParity(), newWeights(), newVersion(), newMan(),
		newInspect(), newPrepare(), newSample(), newNowcast(), newTrainNowcast(), newInterpolate(), newInpaint(), newDownscale(), newExtend(), newMerge(), newForecast(), newVerify())
	root.AddCommand(netcdfCommands()...)
	root.InitDefaultHelpCmd()
	completeWords(root)
	return asGroup(root)
}
