package odim

import (
	"fmt"
	"math"
	"sync"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// geometry is where the cells of a composite lie. Rows run from north to south, as they
// are stored.
type geometry struct {
	height, width int
	definition    string
	p             *projection // nil where the definition is not understood
	x, y          []float64   // middles of the cells, in the units of the projection
	notes         []string
	scales        bool // the file gives the size of a cell
}

// newGeometry works out the coordinates of the middles of cells from the projection, the
// size of a cell and the corners of the grid.
func newGeometry(where attributes, l *layer) (*geometry, error) {
	g := &geometry{height: l.data.Shape[0], width: l.data.Shape[1], definition: where.text("projdef")}
	for name, have := range map[string]int{"xsize": g.width, "ysize": g.height} {
		if n := where.number(name); !math.IsNaN(n) && n != float64(have) {
			return nil, fmt.Errorf("%s has the shape %v, and where says that %s is %g", l.path, l.data.Shape, name, n)
		}
	}
	dx, dy := where.number("xscale"), where.number("yscale")
	g.scales = dx > 0 && dy > 0 && !math.IsInf(dx, 0) && !math.IsInf(dy, 0)
	if !g.scales {
		g.notes = append(g.notes, "where says no xscale and yscale, the size of a cell: cells have no places")
		return g, nil
	}
	var err error
	if g.p, err = parseProjection(g.definition); err != nil {
		g.notes = append(g.notes, fmt.Sprintf("%v: rows and columns are counted by the size of a cell, and have no latitude and longitude", err))
		g.count(dx, dy)
		return g, nil
	}
	lat, lon := where.number("LL_lat"), where.number("LL_lon")
	if !(math.Abs(lat) <= 90 && math.Abs(lon) <= 360) {
		g.notes = append(g.notes, "where says no LL_lat and LL_lon, the lower left corner: cells have no latitude and longitude")
		g.p = nil
		g.count(dx, dy)
		return g, nil
	}
	x0, y0 := g.p.forward(lat, lon)
	shift := 0.5 // cells from the corner to the middle of the first
	if top, right := where.number("UR_lat"), where.number("UR_lon"); math.Abs(top) <= 90 && math.Abs(right) <= 360 {
		x1, y1 := g.p.forward(top, right)
		across, up := (x1-x0)/dx-float64(g.width), (y1-y0)/dy-float64(g.height)
		const slack = 0.35 // cells; corners are often rounded
		switch {
		case math.Abs(across) <= slack && math.Abs(up) <= slack:
		case math.Abs(across+1) <= slack && math.Abs(up+1) <= slack:
			shift = 0
			g.notes = append(g.notes, "the corners in where are the middles of the outermost cells, by their distance and the size of a cell")
		default:
			g.notes = append(g.notes, fmt.Sprintf("the corners in where are %.1f cells across and %.1f up apart, where the grid has %d and %d: rows and columns are counted by the size of a cell, and have no latitude and longitude",
				(x1-x0)/dx, (y1-y0)/dy, g.width, g.height))
			g.p = nil
			g.count(dx, dy)
			return g, nil
		}
	}
	if math.IsNaN(x0+y0) || math.IsInf(x0+y0, 0) {
		return nil, fmt.Errorf("the lower left corner %g, %g is nowhere in the projection %q", lat, lon, g.definition)
	}
	for i := range g.width {
		g.x = append(g.x, x0+(float64(i)+shift)*dx)
	}
	for i := range g.height {
		g.y = append(g.y, y0+(float64(g.height-1-i)+shift)*dy)
	}
	return g, nil
}

// count gives cells places that only count them, from the lower left.
func (g *geometry) count(dx, dy float64) {
	for i := range g.width {
		g.x = append(g.x, (float64(i)+0.5)*dx)
	}
	for i := range g.height {
		g.y = append(g.y, (float64(g.height-1-i)+0.5)*dy)
	}
}

// variables makes the coordinates of the cells and the grid mapping.
func (g *geometry) variables() (all []*cf.Variable) {
	if g.x == nil {
		return nil
	}
	names, units := [2]string{}, [2]string{"m", "m"} // of cells that are only counted
	switch {
	case g.p == nil:
	case g.p.isAngular():
		names, units = [2]string{"longitude", "latitude"}, [2]string{"degrees_east", "degrees_north"}
	default:
		names, units = [2]string{"projection_x_coordinate", "projection_y_coordinate"}, [2]string{g.p.units(), g.p.units()}
	}
	all = append(all,
		coordinate("y", []string{"y"}, []int{g.height}, g.y, "standard_name", names[1], "units", units[1]),
		coordinate("x", []string{"x"}, []int{g.width}, g.x, "standard_name", names[0], "units", units[0]))
	mapping := coordinate("projection", nil, nil, []float64{0})
	mapping.Attributes["proj4"] = cf.Attribute{Type: cf.Char, Text: g.definition}
	if g.p != nil {
		mapping.Attributes = g.p.mapping(g.definition)
	}
	all = append(all, mapping)
	if g.p == nil || g.p.isAngular() {
		return all
	}
	shape := []int{g.height, g.width}
	lat, lon := g.positions()
	return append(all,
		coordinate("lat", []string{"y", "x"}, shape, lat, "standard_name", "latitude", "units", "degrees_north"),
		coordinate("lon", []string{"y", "x"}, shape, lon, "standard_name", "longitude", "units", "degrees_east"))
}

// latest are the positions of the grid that was asked for last: all files of a record
// have one grid.
var latest struct {
	sync.Mutex
	key      string
	lat, lon []float64
}

// positions returns the latitude and longitude of every cell.
func (g *geometry) positions() (lat, lon []float64) {
	key := fmt.Sprint(g.definition, g.height, g.width, g.x[0], g.x[g.width-1], g.y[0], g.y[g.height-1])
	latest.Lock()
	defer latest.Unlock()
	if latest.key == key {
		return latest.lat, latest.lon
	}
	lat, lon = make([]float64, g.height*g.width), make([]float64, g.height*g.width)
	for i, y := range g.y {
		for j, x := range g.x {
			lat[i*g.width+j], lon[i*g.width+j] = g.p.inverse(x, y)
		}
	}
	latest.key, latest.lat, latest.lon = key, lat, lon
	return lat, lon
}
