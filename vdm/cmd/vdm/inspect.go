package main

import (
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func newInspect() *cobra.Command {
	var read readFlags
	c := &cobra.Command{
		Use:     "inspect FILE…",
		Short:   "Describe the content of NetCDF files and whether they can be used for training",
		GroupID: groupLook,
		Long: `inspect prints for each data variable of each file its dimensions, units,
calendar, times and gaps, grid, smallest, mean and largest value, the share of
missing and of dry cells, and whether it can be used for training, else why not.

A Zarr store is named by its folder, by a zip file of it, or by its web address. One
that says that it is of mlcast's radar archives is checked by their rules.

For a folder of prepared data it prints sizes, times, values, how the data were
made, and the split.

A file that cannot be read is reported and the others are still inspected; the
exit status is then 1. No file can crash the program, because each is first read
in a process of its own.`,
		Example: `  vdm inspect rain.nc
  vdm inspect --variable pr --interval 1 *.nc
  vdm inspect radar.zarr`,
		Args: takes("FILE…"),
		RunE: func(c *cobra.Command, files []string) error {
			o, each, err := read.options()
			if err != nil {
				return misuse(c, "%v", err)
			}
			variables := read.variables
			if len(variables) == 0 {
				variables = []string{""}
			}
			failed, printed := false, false
			for _, file := range files {
				for _, name := range variables {
					opt, special := each[name]
					if !special {
						opt = o
					}
					opt.Variable = name
					report, err := inspectPath(file, opt, each)
					if c.Context().Err() != nil {
						return c.Context().Err()
					}
					if err != nil {
						complain(c, err)
						failed = true
						continue
					}
					text := report
					if printed {
						text = "\n" + text
					}
					if err := emit(c, text); err != nil {
						return err
					}
					printed = true
				}
			}
			if failed {
				return errTold
			}
			return nil
		},
	}
	read.addTo(c)
	return c
}

// inspectPath describes a file, or a folder of prepared data.
func inspectPath(path string, o cf.ReadOptions, each map[string]cf.ReadOptions) (string, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if _, err := os.Stat(filepath.Join(path, "manifest.json")); err == nil {
			text, err := preparedInWords(path)
			return filepath.Base(path) + "\n" + text, err
		}
	}
	report, err := cf.InspectEach(path, o, each)
	if err != nil {
		return "", err
	}
	return report.String(), nil
}
