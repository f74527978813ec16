package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/experiment"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

func newExperiment() *cobra.Command {
	c := &cobra.Command{
		Use:     "experiment",
		Short:   "Repeat the experiments of the dissertation, from training to figures",
		GroupID: groupWork,
		Long: `experiment runs one of the dissertation's experiments from prepared data to a page
with the figures of its results chapter.`,
		Example: `  vdm experiment unconditional --data data/synthetic --out runs/synthetic --steps 2000
  vdm experiment conditional --data data/synthetic --run runs/synthetic`,
	}
	c.AddCommand(newUnconditional(), newConditional())
	return asGroup(c)
}

func newUnconditional() *cobra.Command {
	var o experiment.Options
	var rematerialise, noTraining bool
	var preset string
	c := &cobra.Command{
		Use:   "unconditional --data FOLDER --out RUN",
		Short: "Clips drawn without a condition, against the test seasons",
		Long: `unconditional trains a model on the training seasons of prepared data, draws
clips from it without any condition, compares them with the test seasons in
histogram, quantiles, bias, spatial and temporal power, and writes a page with the
figures. The clips lie in the run's folder as generated.f32, little-endian float32.

Run again, every stage continues where it stopped. With --train-for training takes
that long at most in this call, and the model so far is drawn from and verified.`,
		Example: `  vdm synth --out data/synthetic --hours 20000
  vdm experiment unconditional --data data/synthetic --out runs/small --dim 16 --multiples 1,2 --heads 2 --batch 4 --steps 400 --count 32 --evaluations 64
  vdm experiment unconditional --data data/ukcp18 --out runs/as-published --preset dissertation --train-for 8h --count 2000
  vdm experiment unconditional --data data/ukcp18 --out runs/full --steps 200000 --batch 64 --bfloat16 --train-for 8h --count 2000`,
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
			if err := usePreset(c.Flags(), preset, &o); err != nil {
				return misuse(c, "--preset: %v", err)
			}
			o.Network.Rematerialise = rematerialise
			o.Log = report.Terminal{Out: c.ErrOrStderr()}
			summary, err := experiment.Unconditional(c.Context(), o)
			if err != nil || summary == nil {
				return err
			}
			return emitReport(c, o.Out, summary.String())
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "`folder` of prepared data with a split")
	f.StringVar(&o.Out, "out", "", "`folder` of the run")
	f.IntVar(&o.Frames, "frames", 10, "frames of a clip; its height and width are those of the data")
	f.StringVar(&o.Transform, "transform", transform.DefaultRain, "transform of the values, such as cbrt+standardise, log:0.1+standardise or affine, or @FILE.json with a learnt one")
	addPreset(f, &preset)
	f.IntVar(&o.Network.Dim, "dim", 64, "channels of the network's first level, a multiple of 8")
	f.IntSliceVar(&o.Network.Multiples, "multiples", []int{1, 2, 4, 8}, "channels of each level, as multiples of --dim")
	f.IntVar(&o.Network.Heads, "heads", 8, "attention heads")
	f.IntVar(&o.Network.HeadDim, "head-dim", 32, "channels of a temporal attention head, even")
	f.BoolVar(&o.Network.BFloat16, "bfloat16", false, "activations in bfloat16")
	f.BoolVar(&rematerialise, "rematerialise", false, "compute activations twice and store fewer: less memory, more time")
	addFused(f, &o.Network.FusedAttention)
	addDevices(f, &o.Devices, &o.Residence)
	f.Uint64Var(&o.Training.Seed, "seed", 0, "seed of weights, batches and clips")
	f.IntVar(&o.Training.Steps, "steps", 200000, "optimiser steps to train up to")
	f.IntVar(&o.Training.Batch, "batch", 32, "clips in one pass")
	f.Float64Var(&o.Training.Rate, "rate", 1e-4, "learning rate of Adam")
	f.IntVar(&o.Training.HeldOutEvery, "held-out-every", 500, "steps between losses on the test seasons")
	f.IntVar(&o.Training.SnapshotEvery, "snapshot-every", 500, "steps between snapshots")
	f.DurationVar(&o.TrainFor, "train-for", 0, "`time` that training may take in this call, such as 8h or 30m (default: until --steps)")
	f.BoolVar(&o.TrainOnly, "train-only", false, "end after training")
	f.BoolVar(&noTraining, "no-training", false, "draw from the model so far and verify, without training")
	f.IntVar(&o.Clips, "count", 200, "clips to draw")
	alsoCalled(f, "count", "clips")
	addSampler(f, &o.Evaluations, &o.SamplerBatch, &o.Sampler, &o.Grid)
	f.IntVar(&o.ReferenceClips, "reference-clips", 1000, "number of clips of the test and of the training seasons for the comparison")
	return c
}

// usePreset replaces settings whose flags were not given by those of the preset.
func usePreset(f *pflag.FlagSet, name string, o *experiment.Options) error {
	if name == "" {
		return nil
	}
	p, err := run.NewPreset(name)
	if err != nil {
		return err
	}
	own, t := p.Config, o.Training
	o.Parameterisation, o.Schedule, o.Weighting, o.Training = own.Parameterisation, own.Schedule, own.Weighting, own.Training
	o.Training.Seed, o.Training.Steps, o.Training.HeldOutEvery, o.Training.SnapshotEvery = t.Seed, t.Steps, t.HeldOutEvery, t.SnapshotEvery
	for _, given := range []struct {
		flag string
		keep func()
	}{
		{"batch", func() { o.Training.Batch = t.Batch }}, {"rate", func() { o.Training.Rate = t.Rate }},
	} {
		if f.Changed(given.flag) {
			given.keep()
		}
	}
	if !f.Changed("transform") {
		o.Transform = p.Rain
	}
	return samplerPreset(f, name, &o.Sampler, &o.Grid, &o.Evaluations, "evaluations")
}

// addDevices adds the flags that say where training runs.
func addDevices(f *pflag.FlagSet, devices *int, residence *run.DataPlacement) {
	f.IntVar(devices, "devices", 1, "devices of the engine that share each batch")
	f.StringVar((*string)(residence), "clips-on", string(run.ResideAuto), "where training clips lie: device, host, or auto (on a GPU if they fit)")
}

// addFused adds the flag for attentions that one operator of the engine computes.
func addFused(f *pflag.FlagSet, fused *string) {
	f.StringVar(fused, "fused-attention", "", "attentions that one operator of the engine computes, with --bfloat16 on a GPU: "+
		strings.Join([]string{unet.FusedNone, unet.FusedSpatial, unet.FusedTemporal, unet.FusedBoth}, ", ")+" (default "+unet.FusedNone+")")
}

// addSampler adds the flags that say how an experiment draws.
func addSampler(f *pflag.FlagSet, evaluations, batch *int, sampler, grid *string) {
	f.IntVar(evaluations, "evaluations", vdm.DefaultEvaluations, "evaluations of the network for each clip")
	f.IntVar(batch, "sampler-batch", 8, "clips drawn at a time")
	f.StringVar(sampler, "sampler", "", samplerHelp())
	f.StringVar(grid, "grid", vdm.DefaultGrid, gridHelp())
}

func newConditional() *cobra.Command {
	var o experiment.ConditionalOptions
	c := &cobra.Command{
		Use:   "conditional --data FOLDER --run RUN",
		Short: "Nowcasts and interpolations of test windows, for several weights of the guidance",
		Long: `conditional takes a run of "vdm experiment unconditional" and windows of its test
seasons, which do not overlap. It generates their second half from the first (the
task nowcast), and every second frame from the others (interpolation), with each
weight w_r of reconstruction guidance (0 means replacement) and each other guidance
asked for, several members for each window; scores them beside persistence, linear
interpolation and climatology; and writes a page with the figures, all in the
folder conditional of the run. The clips lie there as little-endian float32.

Stopped or killed, the same command continues after the last batch. With --draw-for
drawing takes that long at most in this call, and complete methods are scored.
The standard output has a line that begins with "conditional" for each task and
method.`,
		Example: `  vdm experiment conditional --data data/synthetic --run runs/small --windows 16 --evaluations 32
  vdm experiment conditional --data data/ukcp18 --run runs/full --members 8 --weights 0,0.003,1,3 --guidance moment-matching --sampler-batch 32 --draw-for 8h`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			m := mistakes{command: c}
			m.when(o.Data == "", "--data is missing: the prepared data that the run was trained on")
			m.when(o.Run == "", "--run is missing: the folder of a run that vdm experiment unconditional made")
			m.when(c.Flags().Changed("draw-for") && o.DrawFor <= 0, "--draw-for is %v: want a time above 0", o.DrawFor)
			m.add(atLeastOne(c, []counted{{"windows", o.Windows}, {"members", o.Members}, {"evaluations", o.Evaluations}, {"sampler-batch", o.SamplerBatch}}))
			if err := m.err(); err != nil {
				return err
			}
			if err := o.Validate(); err != nil {
				return misuse(c, "%v", err)
			}
			o.Log = report.Terminal{Out: c.ErrOrStderr()}
			summary, err := experiment.Conditional(c.Context(), o)
			if err != nil || summary == nil {
				return err
			}
			return emitReport(c, filepath.Join(o.Run, experiment.ConditionalDir), summary.String()+"\n"+strings.Join(experiment.Lines(summary), "\n"))
		},
	}
	f := c.Flags()
	f.StringVar(&o.Data, "data", "", "`folder` of the prepared data on which the run was trained")
	f.StringVar(&o.Run, "run", "", "`folder` of the run")
	f.StringSliceVar(&o.Tasks, "tasks", experiment.TaskNames(), "`tasks` of "+strings.Join(experiment.TaskNames(), ", "))
	f.Float64SliceVar(&o.Weights, "weights", []float64{0, 0.003, 3}, "weights `w_r` of reconstruction guidance, 0 means replacement")
	f.StringSliceVar(&o.Guidance, "guidance", nil, "further methods, each `NAME` or NAME:WEIGHT, of "+strings.Join(vdm.GuidanceNames(), ", "))
	f.IntVar(&o.Windows, "windows", 64, "number of windows, spread over the test seasons")
	f.IntVar(&o.Members, "members", 4, "members for each window")
	addSampler(f, &o.Evaluations, &o.SamplerBatch, &o.Sampler, &o.Grid)
	f.Uint64Var(&o.Seed, "seed", 0, "seed of the noise")
	f.DurationVar(&o.DrawFor, "draw-for", 0, "`time` that drawing may take in this call, such as 8m (default: until all is drawn)")
	f.Lookup("weights").DefValue = "0,0.003,3" // pflag would print six digits
	return c
}

// emitReport prints the results of a run, and where its page lies.
func emitReport(c *cobra.Command, dir, text string) error {
	page, err := filepath.Abs(filepath.Join(dir, report.PageDir, report.PageName))
	if err != nil {
		return err
	}
	return emit(c, fmt.Sprintf("%s\nreport: %s\n", text, page))
}
