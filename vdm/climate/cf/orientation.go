package cf

import (
	"fmt"
	"math"
	"slices"
)

// cellPlanes contains the latitudes and longitudes of the cells of a grid, as stored:
// cell (y, x) is at y·rowStride + x·colStride. Some may be missing (NaN).
type cellPlanes struct {
	lat, lon             []float64
	rowStride, colStride int
	height, width        int
}

// readCells reads the 2-D coordinates of a variable. Where they contradict its layout,
// rows and columns are exchanged. The result is nil where the coordinates move in time.
func (d *dataset) readCells(v *variable, l *layout, o *ordering) (*cellPlanes, error) {
	c := &cellPlanes{height: v.shape[l.y], width: v.shape[l.x]}
	var err error
	var why, whyLon string
	if c.lat, c.rowStride, c.colStride, why, err = l.readPlane(v, l.lat); err != nil {
		return nil, err
	}
	lonRow, lonCol := 0, 0
	if c.lon, lonRow, lonCol, whyLon, err = l.readPlane(v, l.lon); err != nil {
		return nil, err
	}
	if why == "" {
		why = whyLon
	}
	if why != "" {
		o.notes = append(o.notes, fmt.Sprintf("coordinates %s and %s %s and are left out", l.lat.name, l.lon.name, why))
		return nil, nil
	}
	if lonRow != c.rowStride || lonCol != c.colStride { // each in an order of its own
		c.lon = transposed(c.lon, lonRow, lonCol, c)
	}
	if c.exchanged(v, l) {
		l.y, l.x = l.x, l.y
		l.yVar, l.xVar = d.axisOf(v, v.dims[l.y], roleY), d.axisOf(v, v.dims[l.x], roleX)
		c.rowStride, c.colStride = c.colStride, c.rowStride
		c.height, c.width = c.width, c.height
		o.notes = append(o.notes, fmt.Sprintf("by %s and %s rows lie along %s and columns along %s", l.lat.name, l.lon.name, v.dims[l.y], v.dims[l.x]))
	}
	return c, nil
}

// transposed returns a plane in the order of the planes of c.
func transposed(plane []float64, rowStride, colStride int, c *cellPlanes) []float64 {
	out := make([]float64, len(plane))
	for y := range c.height {
		for x := range c.width {
			out[y*c.rowStride+x*c.colStride] = plane[y*rowStride+x*colStride]
		}
	}
	return out
}

// exchanged reports whether latitude runs along what the layout has as columns, and
// longitude along its rows: where the names of the dimensions say otherwise, only if
// hardly any doubt is left, since on maps of the poles either may run anywhere. A
// coordinate that gives positions, and the options, are believed.
func (c *cellPlanes) exchanged(v *variable, l *layout) bool {
	if l.told || c.height < 2 || c.width < 2 || givesPositions(l.yVar) || givesPositions(l.xVar) {
		return false
	}
	times := 1.0
	if nameRole(v.dims[l.y]) == roleY || nameRole(v.dims[l.x]) == roleX {
		times = 10
	}
	const slack = 1e-9
	north, northAcross := c.steps(c.lat)
	eastDown, east := c.steps(c.lon)
	return math.Abs(northAcross) > times*math.Abs(north)+slack && math.Abs(eastDown) > times*math.Abs(east)+slack
}

// givesPositions reports whether a coordinate does more than to count cells.
func givesPositions(c *variable) bool {
	return c != nil && (strongRole(c) != roleNone || isLength(c.text("units")))
}

// steps returns the mean step of a plane of angles from row to row and from column to
// column, of the cells that have one.
func (c *cellPlanes) steps(plane []float64) (down, across float64) {
	var sum, count [2]float64
	for y := range c.height {
		for x := range c.width {
			at := y*c.rowStride + x*c.colStride
			for k, to := range [2]int{at + c.rowStride, at + c.colStride} {
				if k == 0 && y == c.height-1 || k == 1 && x == c.width-1 {
					continue
				}
				if step := math.Remainder(plane[to]-plane[at], 360); !math.IsNaN(step) {
					sum[k] += step
					count[k]++
				}
			}
		}
	}
	return sum[0] / math.Max(1, count[0]), sum[1] / math.Max(1, count[1])
}

// everyLineFalls reports whether an angle falls along each of n lines of cells, from the
// first place at which it is known to the last.
func everyLineFalls(plane []float64, lines, length, lineStride, stride int, order []int) bool {
	known := false
	for i := range lines {
		sum, last := 0.0, math.NaN()
		for k := range length {
			value := plane[i*lineStride+placed(order, k)*stride]
			if math.IsNaN(value) {
				continue
			}
			if !math.IsNaN(last) {
				sum += math.Remainder(value-last, 360)
				known = true
			}
			last = value
		}
		if !math.IsNaN(last) && sum > 0 {
			return false
		}
	}
	return known
}

// orient decides by the places of the cells whether rows and columns are reversed, where
// no coordinate along them gives their positions, or where one contradicts the places of
// every cell, and adds the places to the grid.
func (c *cellPlanes) orient(l *layout, o *ordering) {
	g := &o.grid
	counting := func(v *variable) bool { return v != nil && !givesPositions(v) }
	north, _ := c.steps(c.lat)
	_, east := c.steps(c.lon)
	switch {
	case g.Height < 2:
	case l.yVar == nil && north < 0:
		o.rows = descending(g.Height)
		o.note(l.lat.name, "rows reversed to run northwards")
	case counting(l.yVar) && north != 0 && (north < 0) != (o.rows != nil): // rows in the order of the count run southwards
		o.turn(&o.rows, &g.Y, g.Height)
		o.note(l.yVar.name, "it only counts rows, from the north, and is left out; rows run northwards")
	case givesPositions(l.yVar) && g.Y != nil && everyLineFalls(c.lat, g.Width, g.Height, c.colStride, c.rowStride, o.rows):
		o.turn(&o.rows, &g.Y, g.Height)
		o.note(l.yVar.name, "it grows southwards and is left out; rows run northwards")
	}
	switch {
	case g.Width < 2:
	case l.xVar == nil && east < 0:
		o.cols = descending(g.Width)
		o.note(l.lon.name, "columns reversed to run eastwards")
	case counting(l.xVar) && east != 0 && (east < 0) != (o.cols != nil):
		o.turn(&o.cols, &g.X, g.Width)
		o.note(l.xVar.name, "it only counts columns, from the east, and is left out; columns run eastwards")
	case givesPositions(l.xVar) && g.X != nil && everyLineFalls(c.lon, g.Height, g.Width, c.rowStride, c.colStride, o.cols):
		o.turn(&o.cols, &g.X, g.Width)
		o.note(l.xVar.name, "it grows westwards and is left out; columns run eastwards")
	}
	if slices.ContainsFunc(c.lat, math.IsNaN) || slices.ContainsFunc(c.lon, math.IsNaN) {
		o.notes = append(o.notes, fmt.Sprintf("2-D coordinates %s and %s hold missing values and are left out", l.lat.name, l.lon.name))
		return
	}
	if slices.Max(c.lon) > 360 {
		all := slices.Min(c.lon) >= 180
		for i := range c.lon {
			if all || c.lon[i] > 360 {
				c.lon[i] -= 360
			}
		}
		o.note(l.lon.name, "360 subtracted")
	}
	g.Lat, g.Lon = c.ordered(c.lat, o), c.ordered(c.lon, o)
}

// ordered returns a plane in the order of the grid.
func (c *cellPlanes) ordered(stored []float64, o *ordering) []float64 {
	out := make([]float64, 0, c.height*c.width)
	for y := range c.height {
		for x := range c.width {
			out = append(out, stored[placed(o.rows, y)*c.rowStride+placed(o.cols, x)*c.colStride])
		}
	}
	return out
}
