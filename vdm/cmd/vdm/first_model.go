//go:build !nonetcdf

package main

import (
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/study/firstmodel"
)

func newFirstModel() *cobra.Command {
	var o firstmodel.Options
	d := firstmodel.Defaults()
	c := &cobra.Command{
		Use:     "first-model",
		Short:   "Train, sample, nowcast and verify a small model of real rain: what make run does",
		GroupID: groupWork,
		Long: `first-model makes a small model from one file of rain, in about six minutes on
two cores: it trains, holding out the last frames of the file, draws clips,
nowcasts the held-out frames, verifies both, and writes a page with figures.

Everything goes to one run folder. Stopped and run again, it continues; where all
is finished it only prints the result again.`,
		Example: `  vdm first-model
  vdm first-model --data rain.nc --variable pr --out runs/mine --steps 500`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			if err := atLeastOne(c, []counted{{"steps", o.Steps}, {"evaluations", o.SamplerSteps}, {"count", o.Clips}, {"members", o.Members}, {"held-out", o.HeldOut}}); err != nil {
				return err
			}
			if o.Out == "" {
				o.Out = firstmodel.Folder()
			}
			o.Log, o.Program = report.Terminal{Out: c.ErrOrStderr()}, version()
			summary, err := firstmodel.Run(c.Context(), o)
			if err != nil {
				return err
			}
			return emitReport(c, o.Out, summary.String())
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "NetCDF `file` of rain (default: the sample that make run fetches)")
	f.StringVar(&o.Variable, "variable", "", "`name` of the variable (default: the only one in the file)")
	f.StringVar(&o.Out, "out", "", "`folder` of the run (default: runs/first-model of the project)")
	f.IntVar(&o.Steps, "steps", d.Steps, "optimiser steps")
	f.IntVar(&o.SamplerSteps, "evaluations", d.SamplerSteps, "evaluations of the network that a clip takes")
	alsoCalled(f, "evaluations", "sampler-steps")
	f.IntVar(&o.HeldOut, "held-out", d.HeldOut, "last frames of the file, kept from training")
	f.IntVar(&o.Clips, "count", d.Clips, "clips to draw without conditions")
	alsoCalled(f, "count", "clips")
	f.IntVar(&o.Members, "members", d.Members, "members of the nowcast")
	f.Uint64Var(&o.Seed, "seed", d.Seed, "seed of weights, batches and samples")
	return c
}
