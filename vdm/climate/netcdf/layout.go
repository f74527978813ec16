package netcdf

import (
	"fmt"
	"slices"
	"strings"
)

// role is what a dimension or coordinate stands for.
type role int

const (
	roleNone  role = iota
	roleTime       // T
	roleY          // latitude, rotated latitude, projection y
	roleX          // longitude, rotated longitude, projection x
	roleOther      // height, member and the like
)

var (
	timeNames = []string{"time", "t", "xtime", "times"}
	yNames    = []string{"y", "lat", "latitude", "rlat", "grid_latitude", "nlat", "south_north", "ny", "j", "nj", "row", "northing", "yc"}
	xNames    = []string{"x", "lon", "longitude", "rlon", "grid_longitude", "nlon", "west_east", "nx", "i", "ni", "col", "easting", "xc"}
)

// nameRole goes by the name alone, the weakest sign.
func nameRole(name string) role {
	n := strings.ToLower(name)
	switch {
	case slices.Contains(timeNames, n):
		return roleTime
	case slices.Contains(yNames, n):
		return roleY
	case slices.Contains(xNames, n):
		return roleX
	}
	return roleNone
}

// isLatitude and isLongitude go by the units that CF reserves for them and by
// standard names.
func isLatitude(v *variable) bool {
	switch v.text("units") {
	case "degrees_north", "degree_north", "degree_N", "degrees_N", "degreeN", "degreesN":
		return true
	}
	return v.text("standard_name") == "latitude"
}

func isLongitude(v *variable) bool {
	switch v.text("units") {
	case "degrees_east", "degree_east", "degree_E", "degrees_E", "degreeE", "degreesE":
		return true
	}
	return v.text("standard_name") == "longitude"
}

// coordinateRole goes by a coordinate variable's attributes (CF-1.8, chapter 4),
// then by its name.
func coordinateRole(v *variable) role {
	switch s := v.text("standard_name"); s {
	case "time":
		return roleTime
	case "latitude", "grid_latitude", "projection_y_coordinate":
		return roleY
	case "longitude", "grid_longitude", "projection_x_coordinate":
		return roleX
	case "":
	default:
		return roleOther
	}
	switch strings.ToUpper(v.text("axis")) {
	case "T":
		return roleTime
	case "Y":
		return roleY
	case "X":
		return roleX
	case "Z", "E":
		return roleOther
	}
	units := strings.ToLower(v.text("units"))
	switch {
	case isLatitude(v):
		return roleY
	case isLongitude(v):
		return roleX
	case strings.Contains(units, " since ") || strings.HasPrefix(units, "day as "):
		return roleTime
	}
	return nameRole(v.name)
}

// layout says which dimension of a variable is which. A place is −1 where the
// variable has no such dimension.
type layout struct {
	t, y, x             int
	fixed               []int // index chosen along each other dimension; 0 for t, y and x
	timeVar, yVar, xVar *variable
	lat, lon            *variable // 2-D over (y, x) or (x, y), or nil
}

// findLayout finds the dimensions of a data variable. index chooses a place along
// dimensions that are neither time nor horizontal.
func (d *dataset) findLayout(v *variable, index map[string]int) (*layout, error) {
	for dim := range index {
		if !slices.Contains(v.dims, dim) {
			return nil, fmt.Errorf("variable %q has no dimension %q; it has %s", v.name, dim, strings.Join(v.dims, ", "))
		}
	}
	l := &layout{t: -1, y: -1, x: -1, fixed: make([]int, len(v.dims))}
	slot := func(r role) *int {
		switch r {
		case roleTime:
			return &l.t
		case roleY:
			return &l.y
		case roleX:
			return &l.x
		}
		return nil
	}
	roles := make([]role, len(v.dims))
	assign := func(i int, r role) {
		if place := slot(r); place != nil && *place < 0 {
			*place, roles[i] = i, r
		} else if r != roleNone {
			roles[i] = roleOther
		}
	}
	for i, dim := range v.dims {
		if _, chosen := index[dim]; chosen {
			roles[i] = roleOther
		} else if c := d.coordinateOf(dim); c != nil {
			assign(i, coordinateRole(c))
		}
	}
	l.lat, l.lon = d.cellPlaces(v)
	if l.lat != nil && l.y < 0 && l.x < 0 {
		first, second := slices.Index(v.dims, l.lat.dims[0]), slices.Index(v.dims, l.lat.dims[1])
		if nameRole(v.dims[first]) == roleX || nameRole(v.dims[second]) == roleY {
			first, second = second, first
		}
		if roles[first] == roleNone && roles[second] == roleNone {
			assign(first, roleY)
			assign(second, roleX)
		}
	}
	for i, dim := range v.dims {
		if roles[i] == roleNone {
			if r := nameRole(dim); r != roleNone {
				assign(i, r)
			}
		}
	}
	if l.y < 0 || l.x < 0 {
		return nil, fmt.Errorf("variable %q (%s) has no two horizontal dimensions that can be told from coordinates or names",
			v.name, strings.Join(v.dims, ", "))
	}
	for i, dim := range v.dims {
		if i == l.t || i == l.y || i == l.x {
			continue
		}
		at, chosen := index[dim]
		switch {
		case !chosen && v.shape[i] == 1:
		case !chosen:
			return nil, fmt.Errorf("variable %q has %d places along dimension %q; choose one (Index), 0 to %d",
				v.name, v.shape[i], dim, v.shape[i]-1)
		case at < 0 || at >= v.shape[i]:
			return nil, fmt.Errorf("variable %q: index %d along dimension %q is not in 0 to %d", v.name, at, dim, v.shape[i]-1)
		}
		l.fixed[i] = at
	}
	for i, n := range v.shape {
		if n == 0 {
			return nil, fmt.Errorf("variable %q is empty: dimension %q has the length 0", v.name, v.dims[i])
		}
	}
	l.yVar, l.xVar = d.coordinateOf(v.dims[l.y]), d.coordinateOf(v.dims[l.x])
	l.timeVar = d.timeOf(v, l)
	if l.t >= 0 && l.timeVar == nil {
		return nil, fmt.Errorf("variable %q: its time dimension %q has no coordinate variable with units", v.name, v.dims[l.t])
	}
	return l, nil
}

// coordinateOf finds the coordinate variable of a dimension: 1-D, of its name.
func (d *dataset) coordinateOf(dim string) *variable {
	if c := d.find(dim); c != nil && c.isNumeric() && len(c.dims) == 1 && c.dims[0] == dim {
		return c
	}
	return nil
}

// timeOf finds the time coordinate: of the time dimension's name, else another
// variable along it, else a scalar named among the coordinates.
func (d *dataset) timeOf(v *variable, l *layout) *variable {
	if l.t >= 0 {
		if c := d.coordinateOf(v.dims[l.t]); c != nil {
			return c
		}
		for _, c := range d.vars {
			if c.isNumeric() && len(c.dims) == 1 && c.dims[0] == v.dims[l.t] && coordinateRole(c) == roleTime {
				return c
			}
		}
		return nil
	}
	for _, name := range strings.Fields(v.text("coordinates")) {
		if c := d.find(name); c != nil && c.isNumeric() && len(c.dims) == 0 && coordinateRole(c) == roleTime {
			return c
		}
	}
	return nil
}

// cellPlaces finds the 2-D latitude and longitude of a variable's cells: named
// among its coordinates, else any along two of its dimensions.
func (d *dataset) cellPlaces(v *variable) (lat, lon *variable) {
	named := strings.Fields(v.text("coordinates"))
	for _, c := range d.vars {
		if !c.isNumeric() || len(c.dims) != 2 || !slices.Contains(v.dims, c.dims[0]) || !slices.Contains(v.dims, c.dims[1]) {
			continue
		}
		first := slices.Contains(named, c.name)
		switch {
		case isLatitude(c) && (lat == nil || first):
			lat = c
		case isLongitude(c) && (lon == nil || first):
			lon = c
		}
	}
	if lat == nil || lon == nil || !slices.Equal(lat.dims, lon.dims) || lat == v || lon == v {
		return nil, nil
	}
	return lat, lon
}

// dataVariables are the variables that may be records: numbers on at least two
// dimensions that are nobody's coordinate, bounds, mapping or ancillary.
func (d *dataset) dataVariables() []*variable {
	helpers := map[string]bool{}
	for _, v := range d.vars {
		for _, name := range []string{"coordinates", "bounds", "climatology", "grid_mapping", "ancillary_variables"} {
			for _, word := range strings.Fields(v.text(name)) {
				helpers[strings.TrimSuffix(word, ":")] = true
			}
		}
		for _, word := range strings.Fields(v.text("cell_measures")) {
			helpers[word] = true
		}
	}
	var data []*variable
	for _, v := range d.vars {
		if v.isNumeric() && len(v.dims) >= 2 && !helpers[v.name] && !isLatitude(v) && !isLongitude(v) {
			data = append(data, v)
		}
	}
	return data
}
