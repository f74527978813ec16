package cf

import (
	"maps"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

func (v *HeaderVariable) text(pairs ...string) {
	for i := 0; i < len(pairs); i += 2 {
		v.Attributes = append(v.Attributes, NamedValue{pairs[i], pairs[i+1]})
	}
}

// place are where and when fields lie, for the header of a file.
type place struct {
	grid            *climate.Grid
	y, x            string // names of the horizontal dimensions
	times, from, to []float64
	calendar, epoch string
}

// coordinates adds the dimensions and coordinates of a place; member adds what stands
// between time and the grid, if not nil.
func (h *Header) coordinates(p place, member func(*Header)) {
	g := p.grid
	h.Dims = append(h.Dims, Dimension{"time", len(p.times)})
	time := HeaderVariable{Name: "time", Type: Double, Dims: []string{"time"}, Values: p.times}
	time.text("axis", "T")
	epoch := p.epoch
	if strings.Contains(epoch, " since ") {
		time.text("standard_name", "time", "long_name", "time", "calendar", p.calendar)
	} else {
		epoch = climate.RelativeEpoch
		time.text("long_name", "time from the start of the clip")
	}
	time.text("units", epoch)
	if p.from != nil {
		time.text("bounds", "time_bnds")
	}
	h.Variables = append(h.Variables, time)
	if p.from != nil {
		h.Dims = append(h.Dims, Dimension{"bnds", 2})
		ends := make([]float64, 0, 2*len(p.from))
		for i := range p.from {
			ends = append(ends, p.from[i], p.to[i])
		}
		h.Variables = append(h.Variables, HeaderVariable{Name: "time_bnds", Type: Double, Dims: []string{"time", "bnds"}, Values: ends})
	}
	if member != nil {
		member(h)
	}
	h.Dims = append(h.Dims, Dimension{p.y, g.Height}, Dimension{p.x, g.Width})
	for _, axis := range []struct {
		name, units, standard, letter string
		values                        []float64
	}{{p.y, g.YUnits, g.YStandardName, "Y", g.Y}, {p.x, g.XUnits, g.XStandardName, "X", g.X}} {
		if axis.values == nil {
			continue
		}
		v := HeaderVariable{Name: axis.name, Type: Double, Dims: []string{axis.name}, Values: axis.values}
		v.text("standard_name", axis.standard, "units", axis.units, "axis", axis.letter)
		h.Variables = append(h.Variables, v)
	}
	if g.Lat != nil && g.Lon != nil {
		for _, c := range []struct {
			name, standard, units string
			values                []float64
		}{{"lat", "latitude", "degrees_north", g.Lat}, {"lon", "longitude", "degrees_east", g.Lon}} {
			v := HeaderVariable{Name: c.name, Type: Double, Dims: []string{p.y, p.x}, Values: c.values, Compress: true}
			v.text("standard_name", c.standard, "units", c.units)
			h.Variables = append(h.Variables, v)
		}
	}
	if g.MappingName != "" {
		v := HeaderVariable{Name: g.MappingName, Type: Int}
		for _, name := range slices.Sorted(maps.Keys(g.Mapping)) {
			v.Attributes = append(v.Attributes, NamedValue{name, g.Mapping[name]})
		}
		h.Variables = append(h.Variables, v)
	}
}

// field adds a variable whose values follow.
func (h *Header) field(c SampleChannel, g *climate.Grid, dims []string, chunk []int) {
	v := HeaderVariable{Name: c.Name, Type: Float, Dims: dims, Open: true, Chunk: chunk, Compress: true}
	v.text("standard_name", fittingStandardName(c.StandardName, c.Units), "long_name", c.LongName, "units", c.Units, "cell_methods", c.CellMethods)
	if g.Lat != nil && g.Lon != nil {
		v.text("coordinates", "lat lon")
	}
	v.text("grid_mapping", g.MappingName)
	h.Variables = append(h.Variables, v)
}

// globals adds the global attributes.
func (h *Header) globals(attributes map[string]string) {
	h.Attributes = append(h.Attributes, NamedValue{"Conventions", "CF-1.8"})
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		h.Attributes = append(h.Attributes, NamedValue{name, attributes[name]})
	}
}
