package main

import (
	"cmp"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

func newDownscale() *cobra.Command {
	f := &conditionalFlags{}
	var by vdm.Coarsening
	c := &cobra.Command{
		Use:     "downscale RUN --data FILE.nc --start INDEX --cells N",
		Short:   "Refine coarse data in space, in time or in both with an ensemble",
		GroupID: groupWork,
		Long: `downscale takes coarse data, whose cells are means of --cells × --cells cells of
the run's clips and of --frames of their frames, and draws fine clips that have
these means, an ensemble of them. They are written as CF NetCDF, one member each.

The fine axes divide the coarse ones evenly, and so do the fine times, with each
coarse time in the middle of its interval. --start, --row and --col count in the
coarse data. The transform of the run must be affine (or none), because otherwise
a mean is not linear.`,
		Example: `  vdm downscale runs/rain --data coarse.nc --start 0 --cells 4
  vdm downscale runs/rain --data daily.nc --start 3 --frames 24 --guidance pseudo-inverse --members 16`,
		Args: takes("RUN"),
		RunE: func(c *cobra.Command, args []string) error {
			wrong := mistakes{command: c}
			wrong.when(by.Cells < 1 || by.Frames < 1, "--cells is %d and --frames is %d: want at least 1", by.Cells, by.Frames)
			wrong.when(by == vdm.Coarsening{Cells: 1, Frames: 1}, "give --cells or --frames: how much coarser the data are")
			if err := together(wrong.err(), f.prepare(c), f.located(c)); err != nil {
				return err
			}
			m, err := f.open(c, args[0])
			if err != nil {
				return err
			}
			return f.downscale(c, m, by)
		},
	}
	c.Flags().IntVar(&by.Cells, "cells", 1, "cells of the run along a side of a coarse cell")
	c.Flags().IntVar(&by.Frames, "frames", 1, "frames of the run in a coarse frame")
	f.addTo(c)
	return c
}

func (f *conditionalFlags) downscale(c *cobra.Command, m *run.Run, by vdm.Coarsening) error {
	fine := m.Config.Clip
	if fine.Height%by.Cells != 0 || fine.Width%by.Cells != 0 || fine.Frames%by.Frames != 0 {
		return misuse(c, "clips of %d frames of %d × %d cells are no multiple of --frames %d and --cells %d", fine.Frames, fine.Height, fine.Width, by.Frames, by.Cells)
	}
	coarse := fine
	coarse.Frames, coarse.Height, coarse.Width, coarse.Step = fine.Frames/by.Frames, fine.Height/by.Cells, fine.Width/by.Cells, fine.Step*float64(by.Frames)
	coarse.Kilometres *= float64(by.Cells)
	told, err := f.tell.told(c, m, f.read, 0, nil)
	if err != nil {
		return err
	}
	f.o.Covariates = told
	rec, err := f.openData(c, m)
	if err != nil {
		return err
	}
	defer rec.Close()
	if err := f.resolve(c, rec, coarse.Frames); err != nil {
		return err
	}
	clip, place, err := f.cut(coarse, rec, climate.FirstFrames(coarse.Frames, coarse.Frames))
	if err != nil {
		return err
	}
	if err := place.Refine(by.Cells, by.Frames, cmp.Or(rec.Fields[0].Step(), coarse.Step)); err != nil {
		return err
	}
	more := knownFrom(rec, place)
	more["vdm_known_means"] = fmt.Sprintf("%d × %d cells, %d frames", by.Cells, by.Cells, by.Frames)
	return f.write(c, m, place, "downscale", "Downscaling by a video diffusion model", more, func(o run.SampleOptions) error {
		_, err := m.Downscale(c.Context(), clip, by, o)
		return err
	})
}
