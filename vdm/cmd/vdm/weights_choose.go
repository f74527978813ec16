package main

import (
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/choose"
)

func newChoose() *cobra.Command {
	var o choose.Options
	var data []string
	var out string
	var read readFlags
	c := &cobra.Command{
		Use:   "choose RUN --data FILE.nc",
		Short: "Find the best weights of a training, by the rain that they make",
		Long: `choose draws clips with the weights of every snapshot that a run keeps, and with
averages over more or fewer steps (--half-lives), and compares them with training
clips. The held-out loss says little about heavy rain; the high quantile does.

Averages are made after training from those of the snapshots. With many snapshots
(training.keep_snapshots of the configuration) they can look further back; how far
one is from the exact average is printed behind its half-life.

With --out the best weights become a run of their own, to sample from.`,
		Example: `  vdm weights choose runs/rain --data rain.nc --half-lives 100,300,1000
  vdm weights choose runs/rain --data rain.nc --by power --out runs/best`,
		Args: takes("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			wrong := mistakes{command: c}
			wrong.when(len(data) == 0, "--data is missing: the data on which the run was trained")
			if err := wrong.err(); err != nil {
				return err
			}
			m, err := openRun(c, args[0])
			if err != nil {
				return err
			}
			t := trainFlags{data: data, out: args[0], read: read}
			rec, err := t.openFor(c, m.Config)
			if err != nil {
				return err
			}
			defer rec.Close()
			origin, err := t.origin(c, rec)
			if err != nil {
				return err
			}
			training, heldOut, err := t.split(c, m.Config, rec, origin)
			if err != nil {
				return err
			}
			o.Log = report.Terminal{Out: c.ErrOrStderr()}
			r, err := chosen(c, m, training, heldOut, o)
			if err != nil {
				return err
			}
			if err := emit(c, r.Table().Text()); err != nil || out == "" {
				return err
			}
			best := r.All[r.Best]
			start := best.Start()
			start.Name += ", " + best.String()
			if _, err := run.CreateFrom(out, m.Config, training, start); err != nil {
				return err
			}
			say(c, "%s has the weights of %s", out, best)
			return origin.Write(out)
		},
	}
	f := c.Flags()
	addData(f, &data, "data", ", as in training")
	f.StringVar(&o.By, "by", choose.Criteria()[0], "`criterion`: "+strings.Join(choose.Criteria(), ", "))
	f.Float64SliceVar(&o.HalfLives, "half-lives", nil, "half-lives of other averages, in `steps`")
	f.Lookup("half-lives").DefValue = "" // pflag would print []
	f.Float64Var(&o.Level, "level", 0.999, "level of the high quantile")
	f.IntVar(&o.Clips, "count", 32, "clips to draw with each")
	alsoCalled(f, "count", "clips")
	f.Uint64Var(&o.Seed, "seed", 0, "seed of the clips")
	f.StringVar(&out, "out", "", "`folder` of a new run with the best weights")
	read.addTo(c)
	return c
}

// chosen tries all weights; without held-out clips there is no held-out loss.
func chosen(c *cobra.Command, m *run.Run, training, heldOut *climate.Windows, o choose.Options) (*choose.Result, error) {
	if heldOut == nil { // in an interface it would not be nil
		return choose.Weights(c.Context(), m, training, nil, o)
	}
	return choose.Weights(c.Context(), m, training, heldOut, o)
}
