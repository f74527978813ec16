package main

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

func newInspect() *cobra.Command {
	var read readFlags
	c := &cobra.Command{
		Use:     "inspect FILE…|FOLDER",
		Short:   "Describe files, what they are read as, and the command that trains on them",
		GroupID: groupLook,
		Long: `inspect prints for each data variable of each file its dimensions, units,
calendar, times and gaps, grid, smallest, mean and largest value, the share of
missing and of dry cells, and whether it can be used for training, else why not;
and the command that trains on it.

A Zarr store is named by its folder, by a zip file of it, or by its web address. One
that says that it is of mlcast's radar archives is checked by their rules. A composite of weather radars in ODIM_H5 is read by its quantity.

Of a FOLDER of files it prints the first one in full, and whether all together are one
record. For a folder of prepared data it prints sizes, times, values, how the data
were made, and the split.

A file that cannot be read is reported and the others are still inspected; the
exit status is then 1. No file can crash the program, because each is first read
in a process of its own.`,
		Example: `  vdm inspect rain.nc
  vdm inspect --variable pr --interval 1 *.nc
  vdm inspect radar.zarr
  vdm inspect archive/2024
  vdm inspect --zr 300,1.4 composite_202406151200.h5`,
		Args: takes("FILE…"),
		RunE: func(c *cobra.Command, paths []string) error {
			o, each, err := read.options()
			if err != nil {
				return misuse(c, "%v", err)
			}
			variables := read.variables
			if len(variables) == 0 {
				variables = []string{""}
			}
			failed, printed, missing, prepared := false, false, false, false
			var files []string
			for _, path := range paths {
				all := cf.Expand(path)
				files = append(files, all...)
				file := all[0] // of a folder the others are looked at together
				for _, name := range variables {
					opt, special := each[name]
					if !special {
						opt = o
					}
					opt.Variable = name
					report, about, err := inspectPath(c, file, len(all) > 1, opt, each)
					if c.Context().Err() != nil {
						return c.Context().Err()
					}
					if err != nil {
						complain(c, err)
						failed = true
						continue
					}
					prepared = prepared || about == nil
					missing = missing || about != nil && slices.ContainsFunc(about.Variables, func(v cf.VariableReport) bool { return v.Stats.Missing > 0 })
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
			if len(files) > 1 && !prepared {
				return emit(c, "\n"+joinedCommand(c, paths, &read, missing))
			}
			return nil
		},
	}
	read.addTo(c)
	return c
}

// inspectPath describes a file, which may be one of a folder's, or a folder of prepared
// data, for which there is no report.
func inspectPath(c *cobra.Command, path string, ofFolder bool, o cf.ReadOptions, each map[string]cf.ReadOptions) (string, *cf.Report, error) {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		if _, err := os.Stat(filepath.Join(path, "manifest.json")); err == nil {
			text, err := preparedInWords(path)
			if err == nil {
				text += "command: " + trainOnPrepared(path) + "\n"
			}
			return filepath.Base(path) + "\n" + text, nil, err
		}
	}
	report, err := cf.InspectEach(path, o, each)
	if err != nil {
		return "", nil, err
	}
	for i := range report.Variables {
		if ofFolder {
			continue // the command is for all of its files
		}
		report.Variables[i].Command = commandFor(c, path, &report.Variables[i], len(report.Variables) > 1)
	}
	return report.String(), report, nil
}
