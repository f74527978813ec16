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

// coordinates adds the dimensions and coordinates of a place, and returns what its fields
// say of them.
func (h *Header) coordinates(p *place) (fields []NamedValue) {
	auxiliary := h.times(p)
	g := p.grid
	h.Dims = append(h.Dims, Dimension{p.y, g.Height}, Dimension{p.x, g.Width})
	for _, axis := range []struct {
		name, units, standard, letter, what string
		values                              []float64
	}{
		{p.y, g.YUnits, axisName(g.YStandardName, g.YUnits, "projection_y_coordinate"), "Y", "row of the grid", g.Y},
		{p.x, g.XUnits, axisName(g.XStandardName, g.XUnits, "projection_x_coordinate"), "X", "column of the grid", g.X},
	} {
		if axis.values == nil {
			continue
		}
		v := HeaderVariable{Name: axis.name, Type: Double, Dims: []string{axis.name}, Values: axis.values}
		v.text("standard_name", axis.standard)
		if axis.standard == "" {
			v.text("long_name", axis.what)
		}
		v.text("units", axisUnits(axis.standard, axis.units), "axis", axis.letter)
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
			auxiliary = append(auxiliary, c.name)
		}
	}
	fields = []NamedValue{{"coordinates", strings.Join(auxiliary, " ")}}
	if mapping, complete := completeMapping(g); mapping != nil {
		v := HeaderVariable{Name: g.MappingName, Type: Int}
		for _, name := range slices.Sorted(maps.Keys(mapping)) {
			v.Attributes = append(v.Attributes, NamedValue{name, mapping[name]})
		}
		h.Variables = append(h.Variables, v)
		named := "grid_mapping"
		if !complete {
			named = ownMapping
		}
		fields = append(fields, NamedValue{named, g.MappingName})
	}
	return fields
}

// times adds the coordinates of time: when each frame is valid, and of a forecast also
// from when on and how long after. It returns the names of those that fields name.
func (h *Header) times(p *place) (auxiliary []string) {
	clock, name := p.clock(), p.timeName()
	h.Dims = append(h.Dims, Dimension{name, len(p.times)})
	add := func(name string, dims []string, values []float64, pairs ...string) {
		v := HeaderVariable{Name: name, Type: Double, Dims: dims, Values: values}
		v.text(pairs...)
		h.Variables = append(h.Variables, v)
	}
	bounded := func(coordinate string, reference float64, pairs ...string) {
		if p.from != nil {
			pairs = append(pairs, "bounds", coordinate+"_bnds")
		}
		add(coordinate, []string{name}, clock.of(p.times, reference), pairs...)
		if p.from == nil {
			return
		}
		var ends []float64
		from, to := clock.of(p.from, reference), clock.of(p.to, reference)
		for i := range from {
			ends = append(ends, from[i], to[i])
		}
		add(coordinate+"_bnds", []string{name, "bnds"}, ends)
	}
	if p.from != nil {
		h.Dims = append(h.Dims, Dimension{"bnds", 2})
	}
	if !p.dated() {
		bounded(name, 0, "long_name", "time from the start of the clip", "units", clock.unit)
		return nil
	}
	since := clock.unit + strings.TrimPrefix(climate.Epoch, climate.RelativeEpoch)
	bounded(name, 0, "standard_name", "time", "long_name", "time at which a frame is valid", "axis", "T", "calendar", p.calendar, "units", since)
	if p.reference == nil {
		return nil
	}
	add("forecast_reference_time", nil, clock.of([]float64{*p.reference}, 0),
		"standard_name", "forecast_reference_time", "long_name", "end of what the forecast was given", "calendar", p.calendar, "units", since)
	bounded("forecast_period", *p.reference, "standard_name", "forecast_period", "long_name", "time since the start of the forecast", "units", clock.unit)
	return []string{"forecast_reference_time", "forecast_period"}
}

// field adds a variable whose values follow; coordinates are the attributes that name its
// coordinates.
func (h *Header) field(c SampleChannel, coordinates []NamedValue, dims []string, chunk []int) {
	v := HeaderVariable{Name: c.Name, Type: Float, Dims: dims, Open: true, Chunk: chunk, Compress: true}
	standard := fittingStandardName(climate.Signs{Name: c.Name, StandardName: c.StandardName, LongName: c.LongName, Units: c.Units})
	v.text("standard_name", standard, "long_name", longNameOf(c.Name, c.LongName, standard), "units", c.Units, "cell_methods", validMethods(c.CellMethods))
	v.Attributes = append(v.Attributes, coordinates...)
	h.Variables = append(h.Variables, v)
}

// globals adds the global attributes.
func (h *Header) globals(attributes map[string]string) {
	h.Attributes = append(h.Attributes, NamedValue{"Conventions", "CF-1.8"})
	for _, name := range slices.Sorted(maps.Keys(attributes)) {
		h.Attributes = append(h.Attributes, NamedValue{name, attributes[name]})
	}
}
