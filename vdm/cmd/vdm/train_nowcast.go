package main

import (
	"math"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/pretrained"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

func newTrainNowcast() *cobra.Command {
	var data []string
	var out, from string
	var last int
	var heldOut hoursFlag
	var t radar.Training
	var read readFlags
	c := &cobra.Command{
		Use:     "train-nowcast --data RADAR.nc --out RUN",
		Short:   "Train a network that nowcasts radar rain, or continue training one",
		GroupID: groupWork,
		Long: `train-nowcast trains a network that receives the known frames of the whole field
moved along (extrapolation by their motion), and learns the difference to the
observed frames. Each --data is a record by itself, on a grid of its own; all must
have the same step in time and should have cells of the same size. Clips are square
windows anywhere, those with rain more often, with weights that keep the expected
loss.

vdm nowcast uses the run on fields of any size. Run again, train-nowcast continues.`,
		Example: `  vdm train-nowcast --data knmi.nc --data fmi.nc --held-out 100min --out runs/radar
  vdm nowcast runs/radar --data today.nc --last --size 128`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			wrong := mistakes{command: c}
			wrong.when(len(data) == 0, "--data is missing: a NetCDF file of radar rain")
			wrong.add(present("data", data))
			wrong.add(atLeastOne(c, []counted{{"steps", t.Steps}, {"batch", t.Batch}}))
			wrong.when(out == "", "--out is missing: the folder of the run")
			wrong.when(last < 0, "--hold-out is %d: want a number of frames from 0", last)
			wrong.when(last > 0 && heldOut > 0, "--held-out excludes --hold-out, the same in frames")
			if err := wrong.err(); err != nil {
				return err
			}
			var records []*climate.Field
			for _, path := range data {
				rec, err := read.open(cf.Expand(path))
				if err != nil {
					return err
				}
				defer rec.Close()
				field := rec.Fields[0]
				last := last
				if heldOut > 0 {
					last = int(math.Ceil(float64(heldOut)/field.Step() - 1e-6))
				}
				if last >= field.Frames() {
					return misuse(c, "%d frames are held out (--held-out), but %s has %d", last, path, field.Frames())
				}
				records = append(records, field.Slice(0, field.Frames()-last))
			}
			if from != "" {
				start, err := pretrained.Start(from)
				if err != nil {
					return err
				}
				t.From = &start
			}
			forecasts, made := progress(c, "forecasts")
			var clock *vdm.ProgressClock
			t.Prepared = func(done, total int) {
				if clock == nil {
					clock = vdm.NewProgressClock(int64(total), forecasts)
				}
				clock.Tick()
				if done == total {
					made()
				}
			}
			var end func()
			t.Progress, end = progress(c, "training")
			defer end()
			t.Report = func(text string) { say(c, "%s", text) }
			m, err := radar.Train(c.Context(), out, t, records...)
			if err != nil {
				return err
			}
			say(c, "trained to step %d: %s", m.Step(), out)
			return nil
		},
	}
	f := c.Flags()
	f.StringArrayVar(&data, "data", nil, "NetCDF `file` of radar rain, or a folder of files joined in time, a record of its own (may be repeated)")
	f.StringVar(&out, "out", "", "`folder` of the run")
	f.Var(&heldOut, "held-out", "last `hours` of each record that are held out; or minutes, as 100min")
	f.IntVar(&last, "hold-out", 0, "the same as a number of frames, as it was called")
	_ = f.MarkHidden("hold-out")
	f.IntVar(&t.Steps, "steps", 2600, "optimiser `steps` to train up to")
	f.IntVar(&t.Batch, "batch", 4, "clips in one optimiser step")
	f.StringVar(&from, "from", "", "first weights: of a shipped `model` ("+pretrained.Radar+"), of the folder of a run, or of a file like the shipped ones")
	f.BoolVar(&t.Variety, "variety", false, "also train on clips with rows and columns exchanged, with half to twice the rain, and with time reversed")
	f.Float64Var(&t.Shift, "shift", 0, "`λ` to add to the noise levels of training: about 2 trains more at those of small scales")
	f.Float64Var(&t.Rate, "rate", 0, "highest learning `rate` (default: 3e-3, or 1e-3 with --from)")
	f.StringVar(&t.Optimiser, "optimiser", "", "`name` of the optimiser, as adamw, muon, schedule-free or soap (default: adam)")
	f.IntVar(&t.Size, "size", 0, "`cells` along a side of a clip in training (default: 32, or as in --from)")
	alsoCalled(f, "size", "clip-size")
	f.IntVar(&t.Frames, "frames", 0, "frames of a clip (default: 10, or as in --from)")
	f.IntVar(&t.Known, "known", 0, "number of first `frames` of a clip that are known in a nowcast (default: 4, or as in --from)")
	f.Uint64Var(&t.Seed, "seed", 0, "seed of weights, order of clips and noise")
	read.addTo(c)
	return c
}
