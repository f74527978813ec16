package zarr

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// mlcastPrefix begins the global attributes by which a store says that it is of mlcast's
// archives.
const mlcastPrefix = "mlcast_"

// mlcast checks a store against the rules for radar archives of mlcast-dataset-validator
// 0.4.0 (specification source_data/radar_precipitation 0.3.0), whose sections it names.
type mlcast struct {
	*contents
	kept           int
	broken, warned []string
}

// rule counts a rule that is kept, or notes why it is broken.
func (m *mlcast) rule(section string, ok bool, format string, values ...any) bool {
	if ok {
		m.kept++
	} else {
		m.broken = append(m.broken, section+" "+fmt.Sprintf(format, values...))
	}
	return ok
}

func (m *mlcast) warn(section, format string, values ...any) {
	m.warned = append(m.warned, section+" "+fmt.Sprintf(format, values...))
}

func (m *mlcast) text(attribute string) string {
	text, _ := m.root[attribute].(string)
	return strings.TrimSpace(text)
}

func (m *mlcast) find(name string) *array {
	for _, a := range m.arrays {
		if a.name == name {
			return a
		}
	}
	return nil
}

// coords are the coordinates as xarray finds them: those of the name of their dimension,
// and those that an attribute coordinates names.
func (m *mlcast) coords() []*array {
	named := strings.Fields(m.text("coordinates"))
	for _, a := range m.arrays {
		named = append(named, strings.Fields(a.attributes["coordinates"].Text)...)
	}
	var all []*array
	for _, a := range m.arrays {
		if len(a.names) == 1 && a.names[0] == a.name || slices.Contains(named, a.name) {
			all = append(all, a)
		}
	}
	return all
}

// data are the other variables, but for grid mappings.
func (m *mlcast) data() []*array {
	skip := m.coords()
	for _, a := range m.arrays {
		if g := m.find(a.attributes["grid_mapping"].Text); g != nil {
			skip = append(skip, g)
		}
	}
	return slices.DeleteFunc(slices.Clone(m.arrays), func(a *array) bool { return slices.Contains(skip, a) })
}

var (
	latUnits    = []string{"degrees_north", "degree_north", "degrees_n", "degree_n", "deg_n"}
	lonUnits    = []string{"degrees_east", "degree_east", "degrees_e", "degree_e", "deg_e"}
	lengthUnits = []string{"m", "meter", "meters", "metre", "metres", "km", "kilometer", "kilometers", "kilometre", "kilometres"}
)

// mlcastAxes are the coordinates that the rules ask for.
var mlcastAxes = []struct {
	what, standardName, axis string
	units, names             []string
}{
	{"x", "projection_x_coordinate", "X", lengthUnits, []string{"x", "easting"}},
	{"y", "projection_y_coordinate", "Y", lengthUnits, []string{"y", "northing"}},
	{"latitude", "latitude", "", latUnits, []string{"lat", "latitude"}},
	{"longitude", "longitude", "", lonUnits, []string{"lon", "longitude"}},
}

// coordinates checks section 3.1.
func (m *mlcast) coordinates() {
	lower := func(a *array, name string) string { return strings.ToLower(strings.TrimSpace(a.attributes[name].Text)) }
	coords := m.coords()
	time := slices.ContainsFunc(coords, func(a *array) bool {
		return lower(a, "standard_name") == "time" || lower(a, "axis") == "t" || strings.EqualFold(a.name, "time")
	})
	m.rule("3.1", time, "there is no coordinate of time")
	for _, want := range mlcastAxes {
		found := 0
		for _, a := range coords {
			letter := want.axis
			if letter == "" {
				letter = map[string]string{"latitude": "Y", "longitude": "X"}[want.what]
			}
			if lower(a, "standard_name") != want.standardName && !(strings.EqualFold(lower(a, "axis"), letter) && slices.Contains(want.units, lower(a, "units"))) &&
				!slices.Contains(want.names, strings.ToLower(a.name)) {
				continue
			}
			found++
			m.rule("3.1", lower(a, "standard_name") == want.standardName, "coordinate %s has the standard_name %q, expected %q", a.name, lower(a, "standard_name"), want.standardName)
			m.rule("3.1", slices.Contains(want.units, lower(a, "units")), "coordinate %s has the units %q, expected one of %s", a.name, lower(a, "units"), strings.Join(want.units, ", "))
			if want.axis != "" {
				m.rule("3.1", strings.EqualFold(lower(a, "axis"), want.axis), "coordinate %s has the axis %q, expected %q", a.name, lower(a, "axis"), want.axis)
			}
		}
		m.rule("3.1", found > 0, "there is no coordinate of %s", want.what)
	}
}

// space checks section 3.2.
func (m *mlcast) space() {
	const kilometre, tolerance, crop = 1000, 1e-2, 256
	for _, name := range []string{"x", "y"} {
		a := m.find(name)
		if a == nil || len(a.shape) != 1 || a.shape[0] < 2 {
			continue
		}
		first, err := a.numbers(2)
		if err != nil {
			m.warn("3.2", "the coordinate %s cannot be read: %v", name, err)
			continue
		}
		step := math.Abs(first[1] - first[0])
		m.rule("3.2", step <= kilometre*(1+tolerance), "cells are %g m along %s, expected 1 km or less", step, name)
	}
	for _, a := range m.data() {
		var sizes []int
		for i, dim := range a.names {
			if dim != "time" && dim != "t" && i < len(a.shape) {
				sizes = append(sizes, a.shape[i])
			}
		}
		if m.rule("3.2", len(sizes) >= 2, "variable %s has fewer than two horizontal dimensions", a.name) {
			m.rule("3.2", slices.Min(sizes) >= crop, "variable %s has %v cells, expected at least 256 × 256", a.name, sizes)
		}
	}
}

// mlcastNames are the names and units of variables of a standard name; the first
// unit is CF's.
var mlcastNames = map[string]struct{ names, units []string }{
	"rainfall_flux":                  {[]string{"mmh", "rr", "rain_rate", "rainfall_rate", "rainfall_flux"}, []string{"kg m-2 h-1", "mm h-1", "mm/h"}},
	"precipitation_flux":             {[]string{"tprate", "prate"}, []string{"kg m-2 h-1", "mm h-1", "mm/h"}},
	"equivalent_reflectivity_factor": {[]string{"equivalent_reflectivity_factor", "dbz", "rare"}, []string{"dBZ"}},
	"precipitation_amount":           {[]string{"rainfall_amount", "mm", "precipitation_amount", "tp"}, []string{"kg m-2", "mm"}},
	"rainfall_amount":                {[]string{"rainfall_amount", "mm", "precipitation_amount", "tp"}, []string{"kg m-2", "mm"}},
}

// variable checks section 4 for one variable.
func (m *mlcast) variable(a *array) {
	text := func(name string) string { return strings.TrimSpace(a.attributes[name].Text) }
	if len(a.chunk) > 0 {
		m.rule("4.1", a.chunk[0] == 1 || a.shape[0] == 1, "variable %s has chunks of %d along %s, expected one a time", a.name, a.chunk[0], first(a.names))
		whole := true
		for i := 1; i < len(a.chunk); i++ {
			whole = whole && a.chunk[i] >= a.shape[i]
		}
		m.rule("4.1", whole, "variable %s has chunks of %v, expected the whole field of %v in each", a.name, a.chunk, a.shape)
	}
	if len(a.chunk) == 0 {
		m.warn("4.1", "variable %s is one value and has no chunks", a.name)
	}
	if m.rule("4.2", a.compression != "", "variable %s is not compressed", a.name) && !strings.HasSuffix(a.compression, "zstd") {
		m.warn("4.2", "variable %s is compressed by %s, zstd is recommended", a.name, a.compression)
	}
	m.rule("4.3", slices.Equal(a.names, []string{"time", "y", "x"}), "variable %s has the dimensions %v, expected time, y, x", a.name, a.names)
	_, packed := a.attributes["scale_factor"]
	_, marked := a.attributes["_FillValue"]
	m.rule("4.3", a.dtype.kind == 'f' || packed || marked, "variable %s has values of the type %v, expected floating point", a.name, a.dtype.typ)
	for _, name := range []string{"long_name", "standard_name", "units"} {
		if !m.rule("4.4", text(name) != "", "variable %s has no %s", a.name, name) {
			return
		}
	}
	standard := strings.ToLower(text("standard_name"))
	if known, ok := mlcastNames[standard]; m.rule("4.4", ok, "variable %s has the standard_name %q, which is none of radar rain", a.name, standard) {
		m.rule("4.4", slices.Contains(known.names, strings.ToLower(a.name)), "a variable of standard_name %s is called %q, expected one of %s", standard, a.name, strings.Join(known.names, ", "))
		if m.rule("4.4", slices.Contains(known.units, text("units")), "variable %s is in %q, expected one of %s", a.name, text("units"), strings.Join(known.units, ", ")) && text("units") != known.units[0] {
			m.warn("4.4", "variable %s is in %q, CF's unit is %q", a.name, text("units"), known.units[0])
		}
	}
	if !m.rule("4.5", text("grid_mapping") != "", "variable %s names no grid_mapping", a.name) {
		return
	}
	mapping := m.find(text("grid_mapping"))
	if !m.rule("4.5", mapping != nil, "variable %s names the grid_mapping %q, which is not there", a.name, text("grid_mapping")) {
		return
	}
	for _, name := range []string{"spatial_ref", "crs_wkt", "grid_mapping_name"} {
		m.rule("4.5", mapping.attributes[name].Text != "", "grid mapping %s has no attribute %s", mapping.name, name)
	}
}

func first(names []string) string {
	if len(names) == 0 {
		return "its first dimension"
	}
	return names[0]
}

// numbers reads the first values of a 1-D array, all of them where n is negative.
func (a *array) numbers(n int) ([]float64, error) {
	const most = 1 << 26
	if len(a.shape) != 1 || a.shape[0] > most {
		return nil, fmt.Errorf("array %q has the shape %v, expected one dimension of at most %d", a.name, a.shape, most)
	}
	if n < 0 || n > a.shape[0] {
		n = a.shape[0]
	}
	return cf.Numbers(&cf.Variable{Name: a.name, Type: a.dtype.typ, Dims: a.names, Shape: a.shape, Attributes: a.attributes, Values: a}, n)
}
