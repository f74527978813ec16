package cf

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Preparation is a plan for prepared data: files whose metadata were read, in the order
// of time, and the header of the data.
type Preparation struct {
	opt       PrepareOptions
	variables []string
	files     []plannedFile
	channels  [][]int          // for each variable, its files in the order of time
	whole     []*climate.Field // for each variable, without values
	growth    []*growth
	source    climate.Grid // grid of the files
	reduction climate.Reduction
	header    climate.PreparedHeader
}

type plannedFile struct {
	path   string
	number int // its place among the files as they were given
	format *Format
	source climate.Source // without checksum
	parts  []plannedPart  // for each variable
}

// plannedPart is the part of one variable in one file.
type plannedPart struct {
	head       *climate.Field // nil where the file does not have it
	times      []float64      // as the file has them; those of head are in the record's calendar
	variable   string         // its name in the file
	calendar   string         // of the file
	t0         int            // number of its first frame in the record
	skip       int            // number of its first frames that are left out, because another file has their times
	start      float64        // start of the forecast to which its frames belong, NaN where unknown
	rows, cols []int          // where the cells of the record are in the file; nil means unchanged
	first      float64        // start of the first frame's bounds, NaN where unknown
	last       before         // the last frame
	after      int            // the file whose last frame comes before the first; -1 where none is needed
	carried    before         // that frame
}

func (f *plannedFile) has() string {
	var names []string
	for _, p := range f.parts {
		if p.head != nil {
			names = append(names, p.head.Name)
		}
	}
	return strings.Join(names, ", ")
}

// optionsIn returns the options with which a variable is read in a file.
func (p *Preparation) optionsIn(f *plannedFile, variable string) *ReadOptions {
	opt := p.optionsOf(variable)
	opt.number = f.number
	return opt
}

// optionsOf returns the options with which a variable is read.
func (p *Preparation) optionsOf(variable string) *ReadOptions {
	opt, special := p.opt.Each[variable]
	if !special {
		opt = p.opt.Read
	}
	opt.Variable = variable
	return &opt
}

// PrepareOptions says how prepared data are made of files. The zero value joins the only
// variable of the files in time and changes nothing else.
type PrepareOptions struct {
	Read      ReadOptions // how files are read, without a Variable
	Variables []string    // each becomes a channel; none means the only one of the files

	// Each is how the variables that it names, of Variables, are read in place of Read.
	Each map[string]ReadOptions

	Coarsen int                  // cells along a side of a block, of which the mean is taken; 0 means 1
	Crop    *Crop                // nil keeps the whole grid
	Split   *climate.SeasonSplit // nil means no split
	Scratch *climate.Scratch     // where ReadFiles puts the values if the disk has room; nil means the program's memory
}

// Validate refuses options that would say nothing.
func (o PrepareOptions) Validate() error {
	if o.Read.Variable != "" {
		return fmt.Errorf("Read has the Variable %q: name it in Variables", o.Read.Variable)
	}
	for _, name := range slices.Sorted(maps.Keys(o.Each)) {
		if !slices.Contains(o.Variables, name) {
			return fmt.Errorf("there are options for variable %q, which is none of those to read (%s)", name, strings.Join(o.Variables, ", "))
		}
		if v := o.Each[name].Variable; v != "" {
			return fmt.Errorf("the options for variable %q have the Variable %q, want none", name, v)
		}
	}
	return nil
}

// Crop is a window of Height × Width cells, counted after coarsening, around the
// cell whose centre is nearest to a place in degrees: see [climate.Reduction].
type Crop struct {
	Lat, Lon      float64
	Height, Width int
}

// inWords returns the options that are not zero, in words.
func (o ReadOptions) inWords() string {
	var parts []string
	if o.Kind != climate.KindAuto {
		parts = append(parts, "taken as "+o.Kind.String())
	}
	if o.Totals != "" && o.Totals != "none" {
		parts = append(parts, fmt.Sprintf("running totals (%s)", o.Totals))
	}
	if o.Months {
		parts = append(parts, "accumulated over calendar months")
	}
	if a, b := o.Reflectivity[0], o.Reflectivity[1]; a != 0 {
		parts = append(parts, fmt.Sprintf("rain by Z = %g R^%g", a, b))
	}
	if o.ClipNegative {
		parts = append(parts, "negative rain set to 0")
	}
	if o.IgnoreValidRange {
		parts = append(parts, "valid range ignored")
	}
	if o.IgnoreFill {
		parts = append(parts, "fill values of the file ignored")
	}
	if o.Repeated != "" {
		parts = append(parts, "the "+o.Repeated+" of frames that repeat a time")
	}
	for _, which := range slices.Sorted(maps.Keys(o.Dims)) {
		parts = append(parts, fmt.Sprintf("%s along %s", which, o.Dims[which]))
	}
	if o.Interval != 0 {
		parts = append(parts, "accumulated over "+hours(o.Interval))
	}
	for _, set := range []struct{ what, value string }{{"units", o.Units}, {"time units", o.TimeUnits}, {"calendar", o.Calendar}} {
		if set.value != "" {
			parts = append(parts, fmt.Sprintf("%s set to %q", set.what, set.value))
		}
	}
	if len(o.Fill) > 0 {
		parts = append(parts, fmt.Sprintf("%v taken as missing", o.Fill))
	}
	for _, dim := range slices.Sorted(maps.Keys(o.Index)) {
		parts = append(parts, fmt.Sprintf("at %d along %s", o.Index[dim], dim))
	}
	if parts == nil {
		return ""
	}
	return "; " + strings.Join(parts, ", ")
}

// gridInWords returns a description of the grid.
func gridInWords(g *climate.Grid) string {
	var parts []string
	along := func(name, units string, values []float64) {
		if n := len(values); n > 0 {
			parts = append(parts, strings.TrimSpace(fmt.Sprintf("%s %.6g to %.6g %s", name, values[0], values[n-1], units)))
		}
	}
	along(g.YName, g.YUnits, g.Y)
	along(g.XName, g.XUnits, g.X)
	extent := func(name string, values []float64) {
		if len(values) == 0 {
			return
		}
		lo, hi := values[0], values[0]
		for _, v := range values {
			lo, hi = min(lo, v), max(hi, v)
		}
		parts = append(parts, fmt.Sprintf("%s %.6g to %.6g (2-D)", name, lo, hi))
	}
	extent("latitude", g.Lat)
	extent("longitude", g.Lon)
	if name, _ := g.Mapping["grid_mapping_name"].(string); name != "" {
		parts = append(parts, name)
	}
	if len(parts) == 0 {
		return "no coordinates"
	}
	return strings.Join(parts, ", ")
}
