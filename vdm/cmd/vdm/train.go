package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// servedTasks are the commands that a run can be meant for.
var servedTasks = []string{"sample", "nowcast", "interpolate", "inpaint", "downscale", "extend"}

func newTrain() *cobra.Command {
	t := &trainFlags{}
	c := &cobra.Command{
		Use:     "train --data FILE.nc --out RUN",
		Short:   "Train a model, or continue training one",
		GroupID: groupWork,
		Long: `train makes a run in the folder RUN, or opens an existing one, and trains it up to
a step. Run again, it continues where it stopped, exactly as if it had not
stopped; once the step is reached it does nothing. Ctrl-C is a clean stop.

The data are NetCDF files (joined in time) or the folder of prepared data. Rain
is converted to mm/h. The clips are all windows of --frames × --height × --width
in space and time that do not span a gap in time.

Settings come from the flags, from a file (--config) where a flag is not given,
and from the run where it exists. In an existing run only the number of steps and
the intervals between snapshots and between held-out losses may be changed.

The network is the dissertation's U-Net, whose settings are --dim to
--fused-attention, unless the file names another kind with its settings, such as
  network: {kind: convnet, width: 32, depth: 4}
Kinds: ` + strings.Join(run.NetworkKinds(), ", ") + `.`,
		Example: `  vdm train --data rain.nc --out runs/rain --steps 2000 --held-out 24
  vdm train --data rain.nc --out runs/rain --steps 4000        # continue
  vdm train --data rain.nc --out runs/as-published --preset dissertation --steps 200000
  vdm train --data rain.nc --out runs/tuned --from runs/rain --steps 500
  vdm train --data rain.nc --out runs/small --dim 16 --multiples 1,2 --heads 2 --batch 4 --steps 500`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error { return t.run(c) },
	}
	f := c.Flags()
	addData(f, &t.data, "data", "")
	f.StringVar(&t.out, "out", "", "`folder` of the run")
	f.StringVar(&t.config, "config", "", "configuration `file` (YAML) with settings that are not given as flags")
	f.IntVar(&t.steps, "steps", 0, "optimiser `steps` to train up to (also training.steps of the configuration)")
	f.IntVar(&t.frames, "frames", 10, "frames of a clip")
	f.IntVar(&t.height, "height", 32, "rows of a clip, in cells")
	f.IntVar(&t.width, "width", 32, "columns of a clip, in cells")
	f.Var((*hoursFlag)(&t.heldOut), "held-out", "last `hours` of the data to hold out, for the held-out loss; or days, as 2days")
	f.BoolVar(&t.flips, "flips", false, "also train on clips reversed in y, in x and in both (for data without a fixed place)")
	f.StringVar(&t.missing, "missing", "skip", "windows with missing cells: skip them, or mask the cells in the loss")
	f.StringVar(&t.transform, "transform", "", "transform of the values, such as cbrt+standardise, log:0.1+standardise or affine, or @FILE.json with a learnt one (default: "+transform.DefaultRain+" for rain, else "+transform.Default+", which scale to unit variance)")
	addPreset(f, &t.preset)
	f.StringSliceVar(&t.tasks, "for", nil, "`commands` that the run is meant for, as downscale: settings that do not allow them are refused now, not when they are called")
	f.StringVar(&t.from, "from", "", "first weights, with their network, transforms and noise levels: of a shipped `model` ("+strings.Join(pretrained.Names(), ", ")+"), of the folder of a run, or of a file")
	f.BoolVar(&t.otherData, "other-data", false, "continue with data other than those on which the run was trained so far")
	f.BoolVar(&t.printConfig, "print-config", false, "print the configuration with every setting, and do not train")
	f.BoolVar(&t.onlyCreate, "only-create", false, "make the run with its initial weights, and do not train")
	f.Uint64Var(&t.seed, "seed", 0, "seed of weights, order of clips and noise")
	f.IntVar(&t.batch, "batch", 32, "clips of one pass")
	f.IntVar(&t.accumulate, "accumulate", 1, "passes of one optimiser step")
	f.StringVar(&t.optimiser, "optimiser", "", "`name` of the optimiser, as adamw, muon, schedule-free or soap (default: adam)")
	f.Float64Var(&t.rate, "rate", 1e-4, "learning rate")
	t.addNetwork(f)
	addDevices(f, &t.devices, &t.residence)
	f.IntVar(&t.heldOutEvery, "held-out-every", 500, "steps between held-out losses")
	f.IntVar(&t.snapshotEvery, "snapshot-every", 500, "steps between snapshots")
	t.read.addTo(c)
	return c
}

func (t *trainFlags) run(c *cobra.Command) error {
	wrong := mistakes{command: c}
	if err := t.residence.Validate(); err != nil {
		wrong.add(misuse(c, "--clips-on: %v", err))
	}
	wrong.when(len(t.data) == 0, "--data is missing: a NetCDF file or the folder of prepared data")
	wrong.add(present("data", t.data))
	var given []counted
	for name, value := range map[string]int{"steps": t.steps, "frames": t.frames, "height": t.height, "width": t.width, "batch": t.batch, "accumulate": t.accumulate} {
		if c.Flags().Changed(name) {
			given = append(given, counted{name, value})
		}
	}
	slices.SortFunc(given, func(a, b counted) int { return strings.Compare(a.flag, b.flag) })
	wrong.add(atLeastOne(c, given))
	wrong.when(t.out == "", "--out is missing: the folder of the run")
	wrong.when(t.missing != "skip" && t.missing != "mask", "--missing is %q: want skip or mask", t.missing)
	wrong.when(t.from != "" && (t.preset != "" || t.config != "" || t.transform != ""), "--from excludes --preset, --config and --transform: the weights bring such settings with them")
	if _, err := transform.Load(t.transform); t.transform != "" && err != nil {
		wrong.add(misuse(c, "--transform: %v", err))
	}
	for _, task := range t.tasks {
		wrong.when(!slices.Contains(servedTasks, task), "--for %s: want some of %s", task, strings.Join(servedTasks, ", "))
	}
	wrong.when(!(t.heldOut >= 0), "--held-out is %v: want a number of hours from 0", t.heldOut)
	wrong.when(t.preset != "" && t.config != "", "--preset and --config exclude each other: both are settings that the flags are put on")
	if _, err := run.NewPreset(t.preset); err != nil {
		wrong.add(misuse(c, "--preset: %v", err))
	}
	if err := wrong.err(); err != nil {
		return err
	}
	if t.from != "" {
		start, err := pretrained.Start(t.from)
		if err != nil {
			return err
		}
		if len(start.Config.Conditions.Covariates) > 0 {
			return misuse(c, "--from %s: its network needs covariates (%s), which this command does not make; vdm train-nowcast does", t.from, covariateNames(start.Config.Conditions.Covariates))
		}
		t.start = &start
	}
	config, err := t.base()
	if err != nil {
		return err
	}
	rec, err := t.openFor(c, config)
	if err != nil {
		return err
	}
	defer rec.Close()
	if c.Context().Err() != nil {
		return c.Context().Err()
	}
	if err := t.apply(c, &config, rec); err != nil {
		return err
	}
	if slices.Contains(t.tasks, "downscale") {
		if err := config.AllowsDownscaling(); err != nil {
			return fmt.Errorf("--for downscale: %w: --transform nonnegative+standardise", err)
		}
	}
	if t.printConfig {
		text, err := config.WithDefaults().WithScheduleBounds().Encode()
		if err != nil {
			return err
		}
		return emit(c, string(text))
	}
	if config.Training.Steps == 0 && !t.onlyCreate {
		return misuse(c, "--steps is missing: give it, or training.steps in the configuration")
	}
	origin, err := t.origin(c, rec)
	if err != nil {
		return err
	}
	clips, heldOut, err := t.split(c, config, rec, origin)
	if err != nil {
		return err
	}
	config.Data = fmt.Sprintf("%s, %s", rec.Names(), origin.Training)

	create := func() (*run.Run, error) { return run.Create(t.out, config, clips) }
	if t.start != nil {
		create = func() (*run.Run, error) { return run.CreateFrom(t.out, config, clips, *t.start) }
	}
	m, err := create()
	if err != nil {
		return err
	}
	if err := origin.Write(t.out); err != nil {
		return err
	}
	for _, w := range m.Warnings {
		say(c, "warning: %s", w)
	}
	if t.onlyCreate {
		say(c, "%s is at step %d", t.out, m.Step())
		return nil
	}
	if m.Step() >= int64(config.Training.Steps) {
		say(c, "%s has been trained to step %d; nothing to do (a larger --steps continues)", t.out, m.Step())
		return nil
	}
	update, end := progress(c, "training")
	o := run.TrainOptions{
		Data: clips, Devices: t.devices, Residence: t.residence, Progress: update,
		Report: func(text string) { say(c, "%s", text) },
	}
	if heldOut != nil { // a nil *climate.Windows in the interface would not be nil
		o.HeldOut = heldOut
	}
	err = m.Train(c.Context(), o)
	end()
	if err != nil {
		return err
	}
	say(c, "trained to step %d: %s", m.Step(), t.out)
	return drawLosses(m.Dir)
}

// openFor returns the record of the data for a configuration; the caller closes it.
func (t *trainFlags) openFor(c *cobra.Command, config run.Config) (*climate.Record, error) {
	if len(t.read.variables) == 0 {
		for _, ch := range config.Clip.Channels {
			t.read.variables = append(t.read.variables, ch.Name)
		}
	}
	if err := t.read.asTrained(c, t.out, t.data); err != nil {
		return nil, err
	}
	rec, err := t.read.open(t.data)
	if errors.Is(err, climate.ErrNoVariable) && run.Exists(t.out) {
		err = fmt.Errorf("%w; %s is a run that was trained on %s: other data need another --out", err, t.out, strings.Join(t.read.variables, ", "))
	}
	return rec, err
}

// origin returns the data on which the run will be trained, without the periods. It
// refuses data and settings that would change a run that has begun.
func (t *trainFlags) origin(c *cobra.Command, rec *climate.Record) (*climate.Origin, error) {
	now := rec.Origin()
	now.HeldOutHours, now.Flips = t.heldOut, t.flips
	var err error
	if now.Reading, err = t.read.remember(c, t.data, rec.Fields); err != nil {
		return nil, err
	}
	before, err := climate.ReadOrigin(t.out)
	if err != nil || before == nil {
		return now, err
	}
	if !c.Flags().Changed("held-out") {
		now.HeldOutHours = before.HeldOutHours
	}
	if !c.Flags().Changed("flips") {
		now.Flips = before.Flips
	}
	switch {
	case now.HeldOutHours != before.HeldOutHours:
		return nil, fmt.Errorf("the run in %s has other settings: --held-out is %v h, was %v h, and the run would train on hours by which it is judged; use another folder, or the run's setting", t.out, now.HeldOutHours, before.HeldOutHours)
	case now.Flips != before.Flips:
		return nil, fmt.Errorf("the run in %s has other settings: --flips is %v, was %v; use another folder, or the run's setting", t.out, now.Flips, before.Flips)
	case !now.SameSources(before) && !t.otherData:
		return nil, fmt.Errorf("the run in %s was trained on other data (%s): give the same data, or --other-data to continue with these", t.out, before)
	}
	return now, nil
}

// split returns the clips for training and the held-out ones, nil for none, and
// completes the origin with their periods.
func (t *trainFlags) split(c *cobra.Command, config run.Config, rec *climate.Record, origin *climate.Origin) (train, heldOut *climate.Windows, err error) {
	o := climate.WindowOptions{Frames: config.Clip.Frames, Height: config.Clip.Height, Width: config.Clip.Width, Flips: origin.Flips, Name: flagOf}
	if config.Training.MissingCells == "mask" {
		o.Missing = climate.KeepMissing
	}
	part := "the test part of the data"
	if hours := origin.HeldOutHours; hours > 0 {
		if rec.Split != nil {
			return nil, nil, fmt.Errorf("--held-out is %v h, but the data are already split into training and tests; leave --held-out away", hours)
		}
		if err := rec.HoldOutHours(hours); err != nil {
			return nil, nil, err
		}
		part = fmt.Sprintf("--held-out of %v h", hours)
	}
	if rec.Split != nil {
		if heldOut, err = rec.Test(o); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", part, err)
		}
		say(c, "held out: %s: %s", rec.Split.Rule, heldOut.Summary())
	} else {
		say(c, "no hours are held out (--held-out HOURS): there will be no held-out loss")
	}
	if train, err = rec.Train(o); err != nil {
		return nil, nil, err
	}
	complete := rec.Origin()
	origin.Training, origin.HeldOut = complete.Training, complete.HeldOut
	for _, f := range rec.Fields {
		for _, note := range f.Notes {
			say(c, "%s: %s", f.Name, note)
		}
	}
	say(c, "training: %s: %s", origin.Training, train.Summary())
	return train, heldOut, nil
}

// drawLosses draws the losses of a run so far to its folder of figures.
func drawLosses(dir string) error {
	records, err := run.ReadMetrics(dir)
	if err != nil {
		return err
	}
	picture, err := report.LossCurve(records, nil)
	if err != nil {
		return err
	}
	_, err = report.Save(filepath.Join(dir, run.FiguresDir), report.Drawing{File: "loss.png", Title: "Loss", Picture: picture})
	return err
}
