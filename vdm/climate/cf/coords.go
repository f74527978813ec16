package cf

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// readAll returns all values of a small variable, unpacked, in double precision.
func (v *variable) readAll() ([]float64, error) {
	const most = 1 << 26
	n := 1
	for _, length := range v.shape {
		n *= length
	}
	if n > most {
		return nil, fmt.Errorf("coordinate %q has %d values, more than %d", v.name, n, most)
	}
	u, err := newUnpacker(v, nil)
	if err != nil {
		return nil, fmt.Errorf("coordinate %q: %w", v.name, err)
	}
	s := newSlab(v, u)
	if err := s.read(make([]int, len(v.shape)), v.shape); err != nil {
		return nil, fmt.Errorf("reading coordinate %q: %w", v.name, err)
	}
	return s.wide(n), nil
}

// readGrid returns the horizontal coordinates of a variable, normalised, with the order
// of its cells.
func (d *dataset) readGrid(v *variable, l *layout) (*ordering, error) {
	o := &ordering{grid: climate.Grid{
		Height: v.shape[l.y], Width: v.shape[l.x], YName: v.dims[l.y], XName: v.dims[l.x],
	}}
	g := &o.grid
	var cells *cellPlanes
	if l.lat != nil {
		var err error
		if cells, err = d.readCells(v, l, o); err != nil {
			return nil, err
		}
		g.Height, g.Width, g.YName, g.XName = v.shape[l.y], v.shape[l.x], v.dims[l.y], v.dims[l.x]
	}
	if l.yVar != nil {
		values, err := l.yVar.readDegrees()
		if err != nil {
			return nil, err
		}
		var note string
		if g.Y, o.rows, note, err = normaliseAxis(values, false); err != nil {
			return nil, fmt.Errorf("coordinate %q: %w", l.yVar.name, err)
		}
		o.note(l.yVar.name, note)
		g.YUnits, g.YStandardName = axisMeaning(l.yVar)
	}
	if l.xVar != nil {
		values, err := l.xVar.readDegrees()
		if err != nil {
			return nil, err
		}
		g.XUnits, g.XStandardName = axisMeaning(l.xVar)
		angular := g.XStandardName == "longitude" || g.XStandardName == "grid_longitude"
		var note string
		if g.X, o.cols, note, err = normaliseAxis(values, angular); err != nil {
			return nil, fmt.Errorf("coordinate %q: %w", l.xVar.name, err)
		}
		o.note(l.xVar.name, note)
	}
	if cells != nil {
		cells.orient(l, o)
	}
	if words := strings.Fields(cmp.Or(v.text("grid_mapping"), v.text(ownMapping))); len(words) > 0 {
		name := strings.TrimSuffix(words[0], ":")
		if m := d.near(v, name); m != nil {
			g.MappingName, g.Mapping = name, mappingOf(m)
		} else {
			o.notes = append(o.notes, fmt.Sprintf("grid mapping %q is named but not in the file", name))
		}
	}
	return o, nil
}

// axisMeaning returns the units and the standard name of a horizontal coordinate, the
// latter as CF lists it.
func axisMeaning(c *variable) (units, standardName string) {
	units, standardName = c.text("units"), c.text("standard_name")
	if r := knownRole(standardName); r != roleY && r != roleX {
		standardName = ""
	}
	switch {
	case standardName == "" && isLatitude(c):
		standardName = "latitude"
	case standardName == "" && isLongitude(c):
		standardName = "longitude"
	}
	if inRadians(c) || countsBackwards(c) {
		units = map[string]string{"latitude": "degrees_north", "longitude": "degrees_east"}[standardName]
	}
	return units, standardName
}

// inRadians reports whether a latitude or longitude is given in radians.
func inRadians(c *variable) bool {
	switch strings.ToLower(c.text("units")) {
	case "radian", "radians", "rad":
		return c.text("standard_name") == "latitude" || c.text("standard_name") == "longitude"
	}
	return false
}

// countsBackwards reports whether a latitude counts southwards or a longitude westwards.
func countsBackwards(c *variable) bool {
	units := strings.ToLower(c.text("units"))
	return strings.HasSuffix(units, "_south") || strings.HasSuffix(units, "_west")
}

// readDegrees returns what readAll does, in degrees northwards or eastwards.
func (v *variable) readDegrees() ([]float64, error) {
	values, err := v.readAll()
	if err == nil {
		v.toDegrees(values)
	}
	return values, err
}

// toDegrees converts radians, and degrees that count southwards or westwards.
func (v *variable) toDegrees(values []float64) {
	factor := 1.0
	switch {
	case inRadians(v):
		factor = 180 / math.Pi
	case countsBackwards(v):
		factor = -1
	default:
		return
	}
	for i := range values {
		values[i] *= factor
	}
}

// mappingOf returns the attributes of a grid mapping variable.
func mappingOf(m *variable) map[string]any {
	mapping := map[string]any{}
	for name, a := range m.attrs {
		switch {
		case a.Type == Char || a.Type == String:
			mapping[name] = a.Text
		case slices.ContainsFunc(a.Numbers, func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }):
			// JSON, and so prepared data, cannot hold it; no mapping needs it
		case len(a.Numbers) == 1:
			mapping[name] = a.Numbers[0]
		default:
			mapping[name] = a.Numbers
		}
	}
	return mapping
}

// readPlane reads a coordinate over y and x. A coordinate that repeats along time must
// be the same at all times; why says that it is not.
func (l *layout) readPlane(v, c *variable) (plane []float64, rowStride, colStride int, why string, err error) {
	plane, err = c.readSome(func(i int) (first, many int) {
		return 0, map[bool]int{true: c.shape[i], false: 1}[l.horizontal(v, c.dims[i])]
	})
	if err != nil {
		return nil, 0, 0, "", err
	}
	first, second := v.shape[l.y], v.shape[l.x]
	rowStride, colStride = second, 1
	if slices.Index(c.dims, v.dims[l.x]) < slices.Index(c.dims, v.dims[l.y]) {
		rowStride, colStride = 1, first
	}
	for i, dim := range c.dims {
		if l.horizontal(v, dim) || c.shape[i] == 1 {
			continue
		}
		const most = 64 // number of times at which it is compared
		for k := range min(most, c.shape[i]) {
			at := c.shape[i] - 1 - k*(c.shape[i]-1)/most
			if c.shape[i] <= most {
				at = k
			}
			other, err := c.readSome(func(j int) (int, int) {
				switch {
				case l.horizontal(v, c.dims[j]):
					return 0, c.shape[j]
				case j == i:
					return at, 1
				}
				return 0, 1
			})
			if err != nil {
				return nil, 0, 0, "", err
			}
			for n := range plane {
				if other[n] != plane[n] && !(math.IsNaN(other[n]) && math.IsNaN(plane[n])) {
					return nil, 0, 0, fmt.Sprintf("change along %s", dim), nil
				}
			}
		}
	}
	return plane, rowStride, colStride, "", nil
}

func (l *layout) horizontal(v *variable, dim string) bool {
	return dim == v.dims[l.y] || dim == v.dims[l.x]
}

// readSome returns a block of a small variable, unpacked, in degrees; block returns the
// start and length along each dimension.
func (v *variable) readSome(block func(dim int) (first, many int)) ([]float64, error) {
	start, count, n := make([]int, len(v.shape)), make([]int, len(v.shape)), 1
	for i := range v.shape {
		start[i], count[i] = block(i)
		n *= count[i]
	}
	const most = 1 << 26
	if n > most {
		return nil, fmt.Errorf("coordinate %q has %d values, more than %d", v.name, n, most)
	}
	u, err := newUnpacker(v, nil)
	if err != nil {
		return nil, fmt.Errorf("coordinate %q: %w", v.name, err)
	}
	s := newSlab(v, u)
	if err := s.read(start, count); err != nil {
		return nil, fmt.Errorf("reading coordinate %q: %w", v.name, err)
	}
	values := s.wide(n)
	v.toDegrees(values)
	return values, nil
}
