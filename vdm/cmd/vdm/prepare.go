//go:build !nonetcdf

package main

import (
	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func newPrepare() *cobra.Command {
	var read readFlags
	var out string
	c := &cobra.Command{
		Use:     "prepare FILE.nc…",
		Short:   "Convert NetCDF files to flat data that training reads at memory speed",
		GroupID: groupWork,
		Long: `prepare reads variables of one or more NetCDF files, joined in time, and writes
them as prepared data: a folder with one flat file of float32 and a manifest in
JSON. Training reads random clips from it at memory speed, without a C library.`,
		Example: `  vdm prepare --variable pr --out data/pr pr_1981*.nc`,
		Args:    takes("FILE.nc…"),
		RunE: func(c *cobra.Command, files []string) error {
			if out == "" {
				return misuse(c, "--out is missing: the folder to write to")
			}
			rec, err := read.open(files)
			if err != nil {
				return err
			}
			if err := climate.WritePrepared(out, rec.fields, rec.sources); err != nil {
				return err
			}
			for _, f := range rec.fields {
				say(c, "%s: %d frames of %d × %d cells, %s, in %s", f.Name, f.Frames(), f.Height(), f.Width(), period(f), f.Units)
			}
			return emit(c, out+"\n")
		},
	}
	c.Flags().StringVar(&out, "out", "", "`folder` to write to")
	read.addTo(c)
	return c
}
