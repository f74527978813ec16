package main

import (
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/study/radar"
)

func newTrainNowcast() *cobra.Command {
	var data []string
	var out string
	var last int
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
		Example: `  vdm train-nowcast --data knmi.nc --data fmi.nc --hold-out 20 --out runs/radar
  vdm nowcast runs/radar --data today.nc --last --size 128`,
		Args: takes(),
		RunE: func(c *cobra.Command, _ []string) error {
			wrong := mistakes{command: c}
			wrong.when(len(data) == 0, "--data is missing: a NetCDF file of radar rain")
			wrong.when(out == "", "--out is missing: the folder of the run")
			wrong.when(last < 0, "--hold-out is %d: want a number of frames from 0", last)
			if err := wrong.err(); err != nil {
				return err
			}
			var records []*climate.Field
			for _, path := range data {
				rec, err := read.open([]string{path})
				if err != nil {
					return err
				}
				defer rec.Close()
				field := rec.Fields[0]
				if last >= field.Frames() {
					return misuse(c, "--hold-out is %d frames, but %s has %d", last, path, field.Frames())
				}
				records = append(records, field.Slice(0, field.Frames()-last))
			}
			forecasts, made := progress(c, "forecasts")
			t.Prepared = func(done, total int) {
				forecasts(vdm.Progress{Step: int64(done), Steps: int64(total)})
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
	f.StringArrayVar(&data, "data", nil, "NetCDF `file` of radar rain, a record of its own (may be repeated)")
	f.StringVar(&out, "out", "", "`folder` of the run")
	f.IntVar(&last, "hold-out", 0, "number of last `frames` of each record that are held out")
	f.IntVar(&t.Steps, "steps", 2600, "optimiser `steps` to train up to")
	f.IntVar(&t.Batch, "batch", 4, "clips in one optimiser step")
	f.IntVar(&t.Size, "clip-size", 32, "`cells` along a side of a clip in training")
	f.IntVar(&t.Frames, "frames", 10, "frames of a clip")
	f.IntVar(&t.Known, "known", 4, "number of first `frames` of a clip that are known in a nowcast")
	f.Uint64Var(&t.Seed, "seed", 0, "seed of weights, order of clips and noise")
	read.addTo(c)
	return c
}
