package main

import (
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// prepareFlags are the flags of prepare.
type prepareFlags struct {
	read            readFlags
	out             string
	coarsen         int
	around, size    string
	split           string
	dryRun, replace bool
}

func newPrepare() *cobra.Command {
	p := &prepareFlags{}
	c := &cobra.Command{
		Use:     "prepare FILE.nc…|FOLDER",
		Short:   "Convert NetCDF files to flat data that training reads at memory speed",
		GroupID: groupWork,
		Long: `prepare reads variables of one or more NetCDF files, joined in time, and writes
them as prepared data: a folder with one flat file of float32 and a manifest in
JSON. Each variable may be in files of its own, as in many archives. Training reads
random clips from it at memory speed, without a C library.

It can also coarsen (--coarsen 4: means of 4 × 4 cells; incomplete blocks at the
end of the grid are dropped, a block with a missing cell is missing), cut a
square around a place (--around: the nearest cell of the grid, rotated or not; of
64 cells, 31 lie to the left and below, 32 to the right and above) and split by
season (--split seasons: seasons of 2160 h; of every five the first is for tests,
and training takes clips from the four others together). Rain is converted to
mm/h.

Amounts are divided by the time over which they were summed, which the file gives
(time bounds) or --interval; running totals, since the start of a forecast or since
midnight, are differenced (--totals). All conversions are printed. A flag for one
of several variables names it: --units tp=mm --kind t2m=other.

Zarr stores are read as files are, and of a FOLDER of files all of them. With --out NAME.zarr the data are written as a Zarr
store that xarray opens, one chunk a frame, in place of the folder.

Files are read one by one, some frames at a time. Interrupted, the same command
continues with the file in progress, of a folder and of a store; repeated, it does
nothing to a folder, and reports sources that have changed. Missing months are listed: no clip will span them.`,
		Example: `  vdm prepare --variable pr --out data/pr pr_1981*.nc
  vdm prepare --variable tp --variable t2m --totals tp=day --out data/era5 era5_land_*.nc
  vdm prepare --dry-run --coarsen 4 --around 52.489471,-1.898575 --size 64 --split seasons pr_rcp85_land-cpm_uk_2.2km_01_1hr_*.nc
  vdm prepare --out data/ukcp18 --coarsen 4 --around 52.489471,-1.898575 --size 64 --split seasons pr_rcp85_land-cpm_uk_2.2km_01_1hr_*.nc`,
		Args: takes("FILE.nc…"),
		RunE: func(c *cobra.Command, files []string) error { return p.run(c, files) },
	}
	f := c.Flags()
	f.StringVar(&p.out, "out", "", "`folder` to write to; a name that ends in .zarr makes a Zarr store, one chunk a frame, that xarray opens")
	f.IntVar(&p.coarsen, "coarsen", 1, "`cells` a side that become one, by their mean")
	f.StringVar(&p.around, "around", "", "`place` to cut around, as 52.49N,1.9W or 52.49,-1.9 (latitude, longitude) or 52°29'N,1°54'W")
	f.StringVar(&p.size, "size", "64", "cells a side of what --around cuts, or `rows,columns`")
	f.StringVar(&p.split, "split", "none", "`how` to split into training and tests: seasons or none")
	f.BoolVar(&p.dryRun, "dry-run", false, "only list what would be read and made")
	f.BoolVar(&p.replace, "replace", false, "replace other data in the folder, or data whose sources have changed")
	p.read.addTo(c)
	return c
}

// options makes the library's options of the flags.
func (p *prepareFlags) options(c *cobra.Command) (o cf.PrepareOptions, err error) {
	o.Variables, o.Coarsen = p.read.variables, p.coarsen
	if o.Read, o.Each, err = p.read.options(); err != nil {
		return o, misuse(c, "%v", err)
	}
	if p.coarsen < 1 {
		return o, misuse(c, "--coarsen is %d: want 1 or more", p.coarsen)
	}
	if o.Split, err = seasonSplit(c, p.split); err != nil {
		return o, err
	}
	if p.around == "" {
		if c.Flags().Changed("size") {
			return o, misuse(c, "--size needs --around, the place to cut around")
		}
		return o, nil
	}
	lat, lon, err := climate.ParsePlace(p.around)
	if err != nil {
		return o, misuse(c, "--around: %v", err)
	}
	size, err := twoNumbers(p.size)
	o.Crop = &cf.Crop{Lat: lat, Lon: lon, Height: int(size[0]), Width: int(size[1])}
	if err != nil || size[0] < 1 || size[1] < 1 || float64(o.Crop.Height) != size[0] || float64(o.Crop.Width) != size[1] {
		return o, misuse(c, "--size is %q: want cells, or rows,columns", p.size)
	}
	return o, nil
}

// twoNumbers returns the numbers of "a,b", or a twice for "a".
func twoNumbers(text string) (v [2]float64, err error) {
	first, second, two := strings.Cut(text, ",")
	if v[0], err = strconv.ParseFloat(strings.TrimSpace(first), 64); err != nil || !two {
		v[1] = v[0]
		return v, err
	}
	v[1], err = strconv.ParseFloat(strings.TrimSpace(second), 64)
	return v, err
}

func (p *prepareFlags) run(c *cobra.Command, files []string) error {
	if p.out == "" && !p.dryRun {
		return misuse(c, "--out is missing: the folder to write to")
	}
	if cf.WritesFolder(p.out) && p.split != "none" {
		return misuse(c, "--split %s is only kept in prepared data, not in %s: give --out a folder of another name", p.split, p.out)
	}
	o, err := p.options(c)
	if err != nil {
		return err
	}
	ctx := c.Context()
	looking, end := tally(c, "looking at files")
	plan, err := cf.PlanPreparation(ctx, cf.Expand(files...), o, looking)
	end()
	if err != nil {
		return err
	}
	if p.dryRun {
		return emit(c, plan.String())
	}
	for _, gap := range plan.Gaps() {
		say(c, "%s", gap)
	}
	if cf.WritesFolder(p.out) {
		return p.write(c, plan)
	}
	reading, end := tally(c, "preparing frames")
	made, err := plan.Run(ctx, p.out, p.replace, reading)
	end()
	if err != nil {
		return goesOn(c, err)
	}
	if made == 0 {
		say(c, "%s already contains these data; nothing to do", p.out)
	}
	if err := describePrepared(c, p.out); err != nil {
		return err
	}
	return emit(c, p.out+"\n")
}

// write writes the data as a file of another format.
func (p *prepareFlags) write(c *cobra.Command, plan *cf.Preparation) error {
	reading, end := tally(c, "writing frames")
	err := plan.Write(c.Context(), p.out, p.replace, reading)
	end()
	if err != nil {
		return goesOn(c, err)
	}
	return emit(c, p.out+"\n")
}
