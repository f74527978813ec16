package cf

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

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
		if angular && cyclic(values) {
			n := len(values) - 1
			frames, differ, err := l.seam(v)
			switch {
			case err != nil:
				return nil, err
			case differ != "":
				o.note(l.xVar.name, fmt.Sprintf("its last column (%.6g) is at the place of the first (%.6g), and their values differ (%s): both are kept as data, and these longitudes are wrong for one of them",
					values[n], values[0], differ))
			default:
				o.note(l.xVar.name, fmt.Sprintf("it goes around the globe: its last column (%.6g) is at the place of the first (%.6g), with the same values in the %d frames compared, and is left out", values[n], values[0], frames))
				values, g.Width = values[:n], n
				if cells != nil {
					cells.width = n
				}
			}
		}
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

// readDegrees returns what readAll does, in degrees northwards or eastwards.
func (v *variable) readDegrees() ([]float64, error) {
	values, err := v.readAll()
	if err == nil {
		v.toDegrees(values)
	}
	return values, err
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
