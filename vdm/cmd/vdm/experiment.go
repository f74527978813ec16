package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/report/experiment"
)

func newExperiment() *cobra.Command {
	c := &cobra.Command{
		Use:     "experiment",
		Short:   "Train, draw, verify and picture a whole experiment of the dissertation",
		GroupID: groupWork,
		Long: `experiment runs one of the dissertation's experiments from prepared data to a page
with the figures of its results chapter.`,
		Example: `  vdm experiment unconditional --data data/synthetic --out runs/synthetic --steps 2000`,
	}
	c.AddCommand(newUnconditional())
	return asGroup(c)
}

func newUnconditional() *cobra.Command {
	var o experiment.Options
	var rematerialise, noTraining bool
	c := &cobra.Command{
		Use:   "unconditional --data FOLDER --out RUN",
		Short: "Clips drawn without a condition, against the test seasons",
		Long: `unconditional trains a model on the training seasons of prepared data, draws
clips from it without any condition, compares them with the test seasons in
histogram, quantiles, bias, spatial and temporal power, and writes a page with the
figures. The clips lie in the run's folder as generated.f32, little-endian float32.

Run again, every stage goes on where it stopped. With --train-for training takes
that long at most in this call, and what there is then is drawn and verified.`,
		Example: `  vdm synth --out data/synthetic --hours 20000
  vdm experiment unconditional --data data/synthetic --out runs/small --dim 16 --multiples 1,2 --heads 2 --batch 4 --steps 400 --clips 32 --evaluations 64
  vdm experiment unconditional --data data/ukcp18 --out runs/full --steps 200000 --batch 64 --bfloat16 --train-for 8h --clips 2000`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.Data == "":
				return misuse(c, "--data is missing: a folder that vdm prepare or vdm synth made")
			case o.Out == "":
				return misuse(c, "--out is missing: the folder of the run")
			case noTraining && c.Flags().Changed("train-for"):
				return misuse(c, "--train-for and --no-training exclude each other")
			case c.Flags().Changed("train-for") && o.TrainFor <= 0:
				return misuse(c, "--train-for is %v: want a time above 0", o.TrainFor)
			}
			if noTraining {
				o.TrainFor = -1
			}
			o.Network.Rematerialise = rematerialise
			o.Log = report.Terminal{Out: c.ErrOrStderr()}
			summary, err := experiment.Unconditional(c.Context(), o)
			if err != nil || summary == nil {
				return err
			}
			page, err := filepath.Abs(filepath.Join(o.Out, report.PageDir, report.PageName))
			if err != nil {
				return err
			}
			return emit(c, fmt.Sprintf("%s\nreport: %s\n", summary, page))
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "`folder` of prepared data with a split")
	f.StringVar(&o.Out, "out", "", "`folder` of the run")
	f.IntVar(&o.Frames, "frames", 10, "frames of a clip; its height and width are those of the data")
	f.StringVar(&o.Transform, "transform", "sqrt+affine", "transform of the values, as sqrt+affine, log:0.1+affine or affine")
	f.IntVar(&o.Network.Dim, "dim", 64, "channels of the network's first level, a multiple of 8")
	f.IntSliceVar(&o.Network.Multiples, "multiples", []int{1, 2, 4, 8}, "channels of each level, as multiples of --dim")
	f.IntVar(&o.Network.Heads, "heads", 8, "attention heads")
	f.IntVar(&o.Network.HeadDim, "head-dim", 32, "channels of a temporal attention head, even")
	f.BoolVar(&o.Network.BFloat16, "bfloat16", false, "activations in bfloat16")
	f.BoolVar(&rematerialise, "rematerialise", false, "compute activations twice and keep fewer: less memory, more time")
	f.Uint64Var(&o.Training.Seed, "seed", 0, "seed of weights, batches and clips")
	f.IntVar(&o.Training.Steps, "steps", 200000, "optimiser steps to train up to")
	f.IntVar(&o.Training.Batch, "batch", 32, "clips of one pass")
	f.Float64Var(&o.Training.Rate, "rate", 1e-4, "learning rate of Adam")
	f.IntVar(&o.Training.HeldOutEvery, "held-out-every", 500, "steps between losses of the test seasons")
	f.IntVar(&o.Training.SnapshotEvery, "snapshot-every", 500, "steps between snapshots")
	f.DurationVar(&o.TrainFor, "train-for", 0, "`time` that training may take in this call, as 8h or 30m (default: until --steps)")
	f.BoolVar(&o.TrainOnly, "train-only", false, "end after training")
	f.BoolVar(&noTraining, "no-training", false, "draw and verify what there is")
	f.IntVar(&o.Clips, "clips", 200, "clips to draw")
	f.IntVar(&o.Evaluations, "evaluations", 256, "evaluations of the network that a clip takes")
	f.IntVar(&o.SamplerBatch, "sampler-batch", 8, "clips drawn at a time")
	f.StringVar(&o.Sampler, "sampler", "ancestral", strings.Join(vdm.SamplerNames(), ", "))
	f.StringVar(&o.Grid, "grid", "time", "where the steps lie: "+strings.Join(vdm.GridNames(), ", "))
	f.IntVar(&o.ReferenceClips, "reference-clips", 1000, "clips of the test and of the training seasons to compare with")
	return c
}
