package cf

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// findLayout returns which dimension of a data variable has which role. opt.Index
// chooses a place along dimensions that are neither time nor horizontal, opt.Dims names
// the roles that the file does not give.
func (d *dataset) findLayout(v *variable, opt *ReadOptions) (*layout, error) {
	for _, dim := range slices.Sorted(maps.Keys(opt.Index)) {
		if !slices.Contains(v.dims, dim) {
			return nil, fmt.Errorf("variable %q has no dimension %q; it has %s", v.name, dim, strings.Join(v.dims, ", "))
		}
	}
	l := &layout{t: -1, y: -1, x: -1, merged: -1, fixed: make([]int, len(v.dims))}
	roles := d.dimensionRoles(v, opt, l)
	for _, which := range []string{"time", "y", "x"} {
		dim, named := opt.Dims[which]
		if !named {
			continue
		}
		i := slices.Index(v.dims, dim)
		if i < 0 {
			return nil, fmt.Errorf("variable %q has no dimension %q; it has %s", v.name, dim, strings.Join(v.dims, ", "))
		}
		for _, place := range []*int{&l.t, &l.y, &l.x} {
			if *place == i {
				*place = -1
			}
		}
		l.told = l.told || which != "time"
		place := map[string]*int{"time": &l.t, "y": &l.y, "x": &l.x}[which]
		if *place >= 0 {
			roles[*place] = roleOther
		}
		*place, roles[i] = i, map[string]role{"time": roleTime, "y": roleY, "x": roleX}[which]
	}
	if l.y < 0 || l.x < 0 {
		for _, dim := range v.dims {
			if d.isListOfPlaces(v, dim) {
				return nil, fmt.Errorf("variable %q (%s) lies on a list of places and no grid: latitude and longitude both run along %q (an unstructured grid, or stations); "+
					"regrid it, as by cdo remapbil,r720x360 IN.nc OUT.nc", v.name, strings.Join(v.dims, ", "), dim)
			}
		}
		return nil, fmt.Errorf("variable %q (%s) has no two horizontal dimensions that can be told from coordinates or names; "+
			"%s names them, as y=%s and x=%s", v.name, strings.Join(v.dims, ", "), opt.called("Dims"), penultimate(v.dims), last(v.dims))
	}
	for i, n := range v.shape {
		if n == 0 {
			return nil, fmt.Errorf("variable %q is empty: dimension %q has the length 0", v.name, v.dims[i])
		}
	}
	if err := d.findTime(v, l, roles, opt); err != nil {
		return nil, err
	}
	for i, dim := range v.dims {
		if i == l.t || i == l.y || i == l.x {
			continue
		}
		at, chosen := opt.Index[dim]
		switch {
		case !chosen && v.shape[i] == 1:
		case !chosen && strings.EqualFold(dim, "expver") && l.merged < 0:
			l.merged = i
		case !chosen:
			return nil, fmt.Errorf("variable %q has %d places along dimension %q; choose one (%s), 0 to %d",
				v.name, v.shape[i], dim, opt.indexed(dim), v.shape[i]-1)
		case at < 0 || at >= v.shape[i]:
			return nil, fmt.Errorf("variable %q: index %d along dimension %q is not in 0 to %d", v.name, at, dim, v.shape[i]-1)
		}
		l.fixed[i] = at
	}
	l.yVar, l.xVar = d.axisOf(v, v.dims[l.y], roleY), d.axisOf(v, v.dims[l.x], roleX)
	l.lat, l.lon = d.cellPlaces(v, l)
	return l, nil
}

func last(dims []string) string {
	if len(dims) == 0 {
		return "…"
	}
	return dims[len(dims)-1]
}

func penultimate(dims []string) string {
	if len(dims) < 2 {
		return "…"
	}
	return dims[len(dims)-2]
}

// dimensionRoles returns the role of each dimension: by the coordinate variable of its
// name, by any other one-dimensional coordinate along it, by the latitude and longitude
// of the cells, by its own name.
func (d *dataset) dimensionRoles(v *variable, opt *ReadOptions, l *layout) []role {
	roles := make([]role, len(v.dims))
	assign := func(i int, r role) {
		place := map[role]*int{roleTime: &l.t, roleY: &l.y, roleX: &l.x}[r]
		switch {
		case place == nil:
			roles[i] = r
		case *place < 0:
			*place, roles[i] = i, r
		default:
			roles[i] = roleOther
		}
	}
	for i, dim := range v.dims {
		if _, chosen := opt.Index[dim]; chosen {
			if c := d.coordinateOf(v, dim); c != nil && coordinateRole(c) != roleNone {
				roles[i] = coordinateRole(c) // a chosen step of a forecast still gives the time
			} else if r := nameRole(dim); r == rolePeriod || r == roleReference {
				roles[i] = r
			} else {
				roles[i] = roleOther
			}
			if roles[i] == roleY || roles[i] == roleX {
				roles[i] = roleOther
			}
			continue
		}
		if c := d.coordinateOf(v, dim); c != nil {
			if r := coordinateRole(c); r != roleNone {
				assign(i, r)
				if called := nameRole(c.base()); r == roleX && called == roleY || r == roleY && called == roleX {
					l.notes = append(l.notes, fmt.Sprintf("coordinate %s is taken for %s by its units or standard_name, against its name; %s says otherwise",
						c.base(), map[role]string{roleX: "columns", roleY: "rows"}[r], opt.called("Dims")))
				}
			}
		}
	}
	for i, dim := range v.dims { // a coordinate of another name
		if roles[i] != roleNone && roles[i] != roleOther {
			continue
		}
		if _, chosen := opt.Index[dim]; chosen {
			continue
		}
		if r := d.auxiliaryRole(v, dim); r != roleNone && (roles[i] == roleNone || r == roleY && l.y < 0 || r == roleX && l.x < 0) {
			roles[i] = roleNone
			assign(i, r)
		}
	}
	if l.y < 0 && l.x < 0 {
		if lat, lon := d.placesOver(v, roles); lat != nil && lon != nil {
			flat := horizontalDims(v, lat, roles)
			first, second := slices.Index(v.dims, flat[0]), slices.Index(v.dims, flat[1])
			if nameRole(v.dims[first]) == roleX || nameRole(v.dims[second]) == roleY {
				first, second = second, first
			}
			if roles[first] == roleNone && roles[second] == roleNone {
				assign(first, roleY)
				assign(second, roleX)
			}
		}
	}
	for i, dim := range v.dims {
		if roles[i] == roleNone {
			if r := nameRole(dim); r != roleNone {
				assign(i, r)
			}
		}
	}
	return roles
}

// coordinateOf returns the coordinate variable of a dimension: 1-D, of its name.
func (d *dataset) coordinateOf(v *variable, dim string) *variable {
	for _, c := range d.visible(v) {
		if c.base() == dim && c.isNumeric() && len(c.dims) == 1 && c.dims[0] == dim {
			return c
		}
	}
	return nil
}

// auxiliaryRole returns the role that the 1-D coordinates along a dimension with names
// other than its own give it, if they agree. Latitude and longitude along one dimension
// are positions of points, so that it is neither.
func (d *dataset) auxiliaryRole(v *variable, dim string) role {
	found := map[role]bool{}
	for _, c := range d.alongDimension(v, dim) {
		if r := strongRole(c); r == roleTime || r == roleY || r == roleX {
			found[r] = true
		}
	}
	switch {
	case found[roleY] && found[roleX]:
		return roleOther
	case found[roleY]:
		return roleY
	case found[roleX]:
		return roleX
	case found[roleTime]:
		return roleTime
	}
	return roleNone
}

// isListOfPlaces reports whether both latitude and longitude run along a dimension.
func (d *dataset) isListOfPlaces(v *variable, dim string) bool {
	lat, lon := false, false
	for _, c := range d.alongDimension(v, dim) {
		lat, lon = lat || isLatitude(c), lon || isLongitude(c)
	}
	return lat && lon
}

// alongDimension returns the numeric 1-D variables along a dimension, without the one of
// its name: those that v names among its coordinates first.
func (d *dataset) alongDimension(v *variable, dim string) []*variable {
	named := strings.Fields(v.text("coordinates"))
	var first, others []*variable
	for _, c := range d.visible(v) {
		if c == v || !c.isNumeric() || len(c.dims) != 1 || c.dims[0] != dim || c.base() == dim {
			continue
		}
		if slices.Contains(named, c.base()) {
			first = append(first, c)
		} else {
			others = append(others, c)
		}
	}
	return append(first, others...)
}

// axisOf returns the 1-D coordinate of a horizontal dimension: the one of its name,
// unless that only counts cells and another gives positions.
func (d *dataset) axisOf(v *variable, dim string, r role) *variable {
	own := d.coordinateOf(v, dim)
	if own != nil && (strongRole(own) == r || isLength(own.text("units")) && v.text("grid_mapping") != "") {
		return own
	}
	for _, c := range d.alongDimension(v, dim) {
		if strongRole(c) == r {
			return c
		}
	}
	return own
}

// horizontalDims returns the dimensions of a coordinate without time and without those
// of length 1 that v does not have.
func horizontalDims(v, c *variable, roles []role) []string {
	var flat []string
	for i, dim := range c.dims {
		k := slices.Index(v.dims, dim)
		switch {
		case k >= 0 && (roles[k] == roleTime || roles[k] == roleReference || roles[k] == rolePeriod):
		case k < 0 && (c.shape[i] == 1 || nameRole(dim) == roleTime):
		case k < 0:
			return nil
		default:
			flat = append(flat, dim)
		}
	}
	return flat
}

// placesOver returns latitude and longitude over two dimensions of a variable: named
// among its coordinates, else any. They may repeat along time.
func (d *dataset) placesOver(v *variable, roles []role) (lat, lon *variable) {
	roles = slices.Clone(roles)
	for i, dim := range v.dims {
		if roles[i] == roleNone && nameRole(dim) == roleTime {
			roles[i] = roleTime
		}
	}
	named := strings.Fields(v.text("coordinates"))
	best := func(old, c *variable) bool {
		mine, others := slices.Contains(named, c.base()), old != nil && slices.Contains(named, old.base())
		return old == nil || mine && !others || mine == others && len(c.dims) < len(old.dims)
	}
	for _, c := range d.visible(v) {
		if c == v || !c.isNumeric() || len(c.dims) < 2 || len(c.dims) > 4 || len(horizontalDims(v, c, roles)) != 2 {
			continue
		}
		switch {
		case isLatitude(c) && best(lat, c):
			lat = c
		case isLongitude(c) && best(lon, c):
			lon = c
		}
	}
	if lat == nil || lon == nil || !slices.Equal(slices.Sorted(slices.Values(horizontalDims(v, lat, roles))), slices.Sorted(slices.Values(horizontalDims(v, lon, roles)))) {
		return nil, nil
	}
	return lat, lon
}

// cellPlaces returns the latitude and longitude of the cells over y and x, or nil.
func (d *dataset) cellPlaces(v *variable, l *layout) (lat, lon *variable) {
	roles := make([]role, len(v.dims))
	if l.t >= 0 {
		roles[l.t] = roleTime
	}
	lat, lon = d.placesOver(v, roles)
	if lat == nil {
		return nil, nil
	}
	flat := horizontalDims(v, lat, roles)
	if !slices.Contains(flat, v.dims[l.y]) || !slices.Contains(flat, v.dims[l.x]) {
		return nil, nil
	}
	return lat, lon
}

// dataVariables returns the variables that may be records: numbers on at least two
// dimensions that are no variable's coordinate, bounds, mapping or ancillary.
func (d *dataset) dataVariables() []*variable {
	helpers := map[*variable]bool{}
	for _, v := range d.vars {
		for _, name := range []string{"coordinates", "bounds", "climatology", "grid_mapping", "ancillary_variables", "cell_measures"} {
			for _, word := range strings.Fields(v.text(name)) {
				if c := d.near(v, strings.TrimSuffix(word, ":")); c != nil {
					helpers[c] = true
				}
			}
		}
	}
	var data []*variable
	for _, v := range d.vars {
		loose := len(v.shape) > 1 && boundsName.MatchString(v.base()) && (v.shape[len(v.shape)-1] == 2 || v.shape[len(v.shape)-1] == 4)
		r := strongRole(v)
		if v.isNumeric() && len(v.dims) >= 2 && !helpers[v] && !loose && !isLatitude(v) && !isLongitude(v) &&
			r != roleTime && r != roleReference && r != rolePeriod {
			data = append(data, v)
		}
	}
	return data
}
