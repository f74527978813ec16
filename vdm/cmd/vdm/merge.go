package main

import (
	"math"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// mergeFlags are the settings of merge.
type mergeFlags struct {
	out            string
	first, count   int
	gaps, overlaps bool
}

func newMerge() *cobra.Command {
	f := &mergeFlags{}
	c := &cobra.Command{
		Use:     "merge PART.nc… --out ALL.nc",
		Short:   "Put the parts of an ensemble together",
		GroupID: groupWork,
		Long: `merge puts files of sample, nowcast and the like, each a range of members, into
one, in the order of the members' numbers: the file that one process would have
written. Parts must come from the same run, settings, seed and engine, on the
same grid and times. Missing and repeated members are refused with their numbers.
One clip is copied at a time, and the file gets its name when it is complete.`,
		Example: `  vdm merge ensemble/part-*.nc --first 0 --count 128 --out all.nc`,
		Args:    takes("PART.nc…"),
		RunE: func(c *cobra.Command, paths []string) error {
			return f.run(c, paths)
		},
	}
	flags := c.Flags()
	flags.StringVar(&f.out, "out", "", "NetCDF `file` to write, or Zarr where its name ends in .zarr")
	flags.IntVar(&f.first, "first", 0, "`number` of the first member (default: the smallest there is)")
	flags.IntVar(&f.count, "count", 0, "`members` that there must be (default: up to the largest there is)")
	flags.BoolVar(&f.gaps, "allow-gaps", false, "go on where members are missing; those that are there keep their numbers")
	flags.BoolVar(&f.overlaps, "allow-overlaps", false, "go on where a member is there twice; that of the part named first is taken")
	return c
}

func (f *mergeFlags) run(c *cobra.Command, paths []string) error {
	m := mistakes{command: c}
	m.when(f.out == "", "--out is missing: the file to write")
	m.when(f.first < 0 || f.count < 0 || c.Flags().Changed("count") && f.count == 0, "--first is %d and --count %d: want at least 0 and 1", f.first, f.count)
	if err := m.err(); err != nil {
		return err
	}
	o := archive.MergeOptions{Count: f.count, AllowGaps: f.gaps, AllowOverlaps: f.overlaps, Warn: func(line string) { say(c, "%s", line) }}
	if c.Flags().Changed("first") {
		o.First = &f.first
	}
	o.Name = func(option string) string {
		return map[string]string{"Out": "--out", "First": "--first", "Count": "--count", "AllowGaps": "--allow-gaps", "AllowOverlaps": "--allow-overlaps"}[option]
	}
	update, end := progress(c, "merging")
	o.Progress = func(done, members int) {
		update(vdm.Progress{Step: int64(done), Steps: int64(members), Loss: math.NaN(), HeldOut: math.NaN()})
	}
	err := archive.Merge(c.Context(), f.out, paths, o)
	end()
	if err != nil {
		return err
	}
	return emit(c, f.out+"\n")
}
