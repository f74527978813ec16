package main

import (
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

func newInpaint() *cobra.Command {
	f := &conditionalFlags{}
	var mask string
	c := &cobra.Command{
		Use:     "inpaint RUN --data FILE.nc --start INDEX",
		Short:   "Fill in missing or masked cells with an ensemble",
		GroupID: groupWork,
		Long: `inpaint takes a clip of the data, generates an ensemble of values for its missing
cells, and writes the clips as CF NetCDF on the grid and with the times of the
data, one member each. Known cells keep their values.

With --mask, a variable of the data restricts the known cells to those where it
is neither 0 nor missing.`,
		Example: `  vdm inpaint runs/rain --data gaps.nc --start 12 --members 16
  vdm inpaint runs/rain --data rain.nc --start 12 --mask quality --guidance pseudo-inverse --out filled.nc`,
		Args: takes("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			m, err := f.open(c, args[0])
			if err != nil {
				return err
			}
			return f.inpaint(c, m, mask)
		},
	}
	c.Flags().StringVar(&mask, "mask", "", "`name` of a variable of the data that is 0 where a cell should be generated")
	f.addTo(c)
	return c
}

func (f *conditionalFlags) inpaint(c *cobra.Command, m *run.Run, mask string) error {
	marks := f.read // the flags alone, without the run's channels
	rec, err := f.openData(c, m)
	if err != nil {
		return err
	}
	defer rec.Close()
	frames := m.Config.Clip.Frames
	if err := f.resolve(c, rec, frames); err != nil {
		return err
	}
	clip, place, err := f.cut(m.Config.Clip, rec, climate.FirstFrames(frames, frames))
	if err != nil {
		return err
	}
	known := make([]bool, len(clip))
	for i, v := range clip {
		known[i] = v == v
	}
	more := knownFrom(rec, place)
	if mask != "" {
		if err := f.mask(marks, mask, rec, m.Config.Clip, place, known); err != nil {
			return fmt.Errorf("--mask %s: %w", mask, err)
		}
		more["vdm_mask"] = mask
	}
	missing := 0
	for _, k := range known {
		if !k {
			missing++
		}
	}
	if missing == 0 {
		return errors.New("no cell of the clip is missing: there is nothing to generate; --mask names known cells that should be generated all the same")
	}
	say(c, "%d of %d values are generated", missing, len(known))
	frame := len(known) / frames
	first := 0
	for first < frames && !slices.Contains(known[first*frame:(first+1)*frame], false) {
		first++
	}
	if f.o.Covariates, err = f.tell.told(c, m, f.read, first, nil); err != nil {
		return err
	}
	return f.write(c, m, place, "inpaint", "Missing cells filled in by a video diffusion model", more, func(o run.SampleOptions) error {
		_, err := m.Inpaint(c.Context(), clip, known, o)
		return err
	})
}

// mask removes the cells that a variable marks as unknown from known, which has a mark
// for each value of the clip.
func (f *conditionalFlags) mask(read readFlags, name string, data *climate.Record, c run.ClipConfig, place climate.Place, known []bool) error {
	read.variables, read.kind, read.units, read.interval, read.totals = []string{name}, []string{"other"}, nil, nil, nil
	rec, err := read.open(f.data)
	if err != nil {
		return err
	}
	defer rec.Close()
	field := rec.Fields[0]
	if first := data.Fields[0]; field.Frames() != first.Frames() || field.Height() != first.Height() || field.Width() != first.Width() {
		return fmt.Errorf("it has %d frames of %d × %d, the data have %d of %d × %d", field.Frames(), field.Height(), field.Width(),
			first.Frames(), first.Height(), first.Width())
	}
	for i := range known {
		cell := i / len(c.Channels)
		t, y, x := cell/c.Width/c.Height, cell/c.Width%c.Height, cell%c.Width
		v := field.Frame(place.Start + t)[(place.Row+y)*field.Width()+place.Column+x]
		known[i] = known[i] && v == v && v != 0
	}
	return nil
}
