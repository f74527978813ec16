package climate

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
)

// SameCell is the share of the grid's spacing by which the centres of one cell may
// differ between two files: far more than the rounding of float32, far less than the
// shift of another grid.
const SameCell = 0.02

// Find returns the row and the column of g for each row and column of part, so that cell
// (i, j) of part is cell (rows[i], cols[j]) of g. Centres are compared on the earth, to
// a small part of the spacing: longitudes may differ by 360 degrees, distances may be in
// km or m, coordinates of single or double precision, rows and columns in another order.
// For grids that are coarser, finer, shifted or longer the error says so. Where one side
// has no coordinates, the grids match if their sizes are equal.
func (g *Grid) Find(part *Grid) (rows, cols []int, err error) {
	if g.equals(part) { // as in nearly all files of one archive
		return counted(g.Height), counted(g.Width), nil
	}
	if part.Y != nil && part.X != nil && g.Y != nil && g.X != nil && sameAxisKind(part, g) {
		if rows, err = findAxis("rows", part.Y, g.Y, metres(part.YUnits), metres(g.YUnits), false); err != nil {
			return nil, nil, err
		}
		if cols, err = findAxis("columns", part.X, g.X, metres(part.XUnits), metres(g.XUnits), isAngle(part) || isAngle(g)); err != nil {
			return nil, nil, err
		}
		if why := mappingDifference(part, g); why != "" {
			return nil, nil, fmt.Errorf("the grid mappings differ: %s", why)
		}
		if part.Lat == nil || part.Lon == nil || g.Lat == nil || g.Lon == nil {
			return rows, cols, nil
		}
		return rows, cols, samePlaces(part, g, rows, cols)
	}
	a, hasA := part.places()
	b, hasB := g.places()
	if hasA && hasB {
		return findPlaces(a, b)
	}
	rows, cols = counted(g.Height), counted(g.Width)
	if part.Y != nil && g.Y != nil {
		if rows, err = findAxis("rows", part.Y, g.Y, metres(part.YUnits), metres(g.YUnits), false); err != nil {
			return nil, nil, err
		}
	}
	if part.X != nil && g.X != nil {
		if cols, err = findAxis("columns", part.X, g.X, metres(part.XUnits), metres(g.XUnits), isAngle(part) || isAngle(g)); err != nil {
			return nil, nil, err
		}
	}
	if len(rows) != part.Height || len(cols) != part.Width {
		return nil, nil, fmt.Errorf("%d×%d cells against %d×%d, and no coordinates of both to find one in the other by",
			part.Height, part.Width, g.Height, g.Width)
	}
	return rows, cols, nil
}

// Difference returns a description of how two grids differ, "" if they do not: cell by
// cell in the same order, as [Grid.Find] compares them.
func (g *Grid) Difference(o *Grid) string {
	if g.Height != o.Height || g.Width != o.Width {
		return fmt.Sprintf("%d×%d cells against %d×%d", g.Height, g.Width, o.Height, o.Width)
	}
	rows, cols, err := o.Find(g)
	switch {
	case err != nil:
		return err.Error()
	case !inOrder(rows) || !inOrder(cols):
		return "its rows or columns are in another order"
	}
	return ""
}

func counted(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

func inOrder(places []int) bool {
	for i, p := range places {
		if p != i {
			return false
		}
	}
	return true
}

// sameAxisKind returns an error where the 1-D coordinates of two grids cannot be
// compared, such as latitudes with distances.
func sameAxisKind(a, b *Grid) bool {
	kind := func(standard, units string) string {
		switch {
		case standard != "":
			return standard
		case strings.HasPrefix(units, "degree"):
			return "degrees"
		}
		return ""
	}
	same := func(s, u, t, v string) bool {
		p, q := kind(s, u), kind(t, v)
		geographic := p == "latitude" && q == "degrees" || q == "latitude" && p == "degrees" ||
			p == "longitude" && q == "degrees" || q == "longitude" && p == "degrees"
		return p == q || p == "" || q == "" || geographic
	}
	return same(a.YStandardName, a.YUnits, b.YStandardName, b.YUnits) && same(a.XStandardName, a.XUnits, b.XStandardName, b.XUnits)
}

// isAngle reports whether columns are longitudes, which repeat after 360 degrees.
func isAngle(g *Grid) bool {
	return g.XStandardName == "longitude" || g.XStandardName == "grid_longitude" || strings.HasPrefix(g.XUnits, "degree")
}

// metres returns the number of metres in a unit of distance; 1 for every other unit.
func metres(units string) float64 {
	switch strings.ToLower(strings.TrimSpace(units)) {
	case "km", "kilometer", "kilometre", "kilometers", "kilometres":
		return 1000
	case "1000 m", "1e3 m":
		return 1000
	}
	return 1
}

// findAxis returns the place on an axis of each value of part; both may run either way.
// The scales convert both to the same unit.
func findAxis(what string, part, axis []float64, partScale, axisScale float64, angle bool) ([]int, error) {
	const turn = 360
	at := func(i int) float64 { return part[i] * partScale }
	on := func(k int) float64 { return axis[k] * axisScale }
	spacing := func(n int, v func(int) float64) float64 { // the smallest distance between neighbours
		least := math.Inf(1)
		for i := 1; i < n; i++ {
			least = math.Min(least, math.Abs(v(i)-v(i-1)))
		}
		return least
	}
	unit := math.Min(spacing(len(part), at), spacing(len(axis), on))
	mine, theirs := math.Abs(usual(part))*partScale, math.Abs(usual(axis))*axisScale
	if math.IsInf(unit, 1) { // single values: no spacing but the rounding of float32
		unit = 1e-5 * math.Max(math.Abs(on(0)), 1) / SameCell
	}
	low, high := math.Min(on(0), on(len(axis)-1)), math.Max(on(0), on(len(axis)-1))
	off := func(v, w float64) float64 {
		if angle {
			return math.Remainder(v-w, turn)
		}
		return v - w
	}
	places := make([]int, len(part))
	for i := range part {
		best := 0
		for k := range axis {
			if math.Abs(off(at(i), on(k))) < math.Abs(off(at(i), on(best))) {
				best = k
			}
		}
		d := off(at(i), on(best))
		if math.Abs(d) <= SameCell*unit {
			if i > 0 && best == places[i-1] {
				return nil, fmt.Errorf("%s: %g and %g are one place", what, part[i-1], part[i])
			}
			places[i] = best
			continue
		}
		inside := at(i) >= low-SameCell*unit && at(i) <= high+SameCell*unit || angle && math.Abs(d) < theirs
		switch {
		case len(part) > 1 && len(axis) > 1 && math.Abs(mine-theirs)*float64(len(part)-1) > SameCell*unit && mine > theirs:
			return nil, fmt.Errorf("%s are coarser: %.6g apart against %.6g", what, mine, theirs)
		case len(part) > 1 && len(axis) > 1 && math.Abs(mine-theirs)*float64(len(part)-1) > SameCell*unit:
			return nil, fmt.Errorf("%s are finer: %.6g apart against %.6g", what, mine, theirs)
		case !inside && math.Abs(math.Remainder(d, math.Max(theirs, unit))) <= SameCell*unit:
			return nil, fmt.Errorf("%s reach beyond: %.8g is not within %.8g to %.8g", what, at(i), low, high)
		}
		return nil, fmt.Errorf("%s are shifted: %.8g lies %.3g from the nearest, %.8g, where cells are %.6g apart", what, at(i), math.Abs(d), on(best), unit)
	}
	for i := 1; i < len(places); i++ {
		step := places[i] - places[i-1]
		if angle && abs(step) == len(axis)-1 && len(axis) > 2 { // across the seam of a globe
			step = -step / abs(step)
		}
		switch {
		case abs(step) != 1:
			return nil, fmt.Errorf("%s are coarser: %.6g apart against %.6g, so that between %.8g and %.8g lie others", what, mine, theirs, at(i-1), at(i))
		case i > 1 && (places[i] > places[i-1]) != (places[1] > places[0]) && !angle:
			return nil, fmt.Errorf("%s turn round at %.8g", what, at(i-1))
		}
	}
	return places, nil
}

// usual returns the median distance between neighbours.
func usual(axis []float64) float64 {
	if len(axis) > 1 && axis[0] > axis[len(axis)-1] {
		axis = slices.Clone(axis)
		slices.Reverse(axis)
	}
	return MedianStep(axis)
}

func abs(n int) int { return max(n, -n) }

// mappingDifference returns how the grid mappings of two grids differ in the attributes
// that place their cells; "" where one has no mapping.
func mappingDifference(a, b *Grid) string {
	kind, _ := a.Mapping["grid_mapping_name"].(string)
	other, _ := b.Mapping["grid_mapping_name"].(string)
	if kind == "" || other == "" {
		return ""
	}
	if kind != other {
		return fmt.Sprintf("%s against %s", kind, other)
	}
	for name, value := range a.Mapping {
		x, isNumber := value.(float64)
		y, both := b.Mapping[name].(float64)
		radius := strings.Contains(name, "axis") || strings.Contains(name, "radius") || strings.Contains(name, "flattening")
		if isNumber && both && !radius && math.Abs(x-y) > 1e-5*math.Max(1, math.Abs(x)) {
			return fmt.Sprintf("%s is %g against %g", name, x, y)
		}
	}
	return ""
}

// places returns the latitudes and longitudes of all cells, made of 1-D coordinates
// where these are latitude and longitude.
func (g *Grid) places() (*Grid, bool) {
	if g.Lat != nil && g.Lon != nil {
		return g, true
	}
	if g.Y == nil || g.X == nil || g.YStandardName != "latitude" || g.XStandardName != "longitude" {
		return nil, false
	}
	p := &Grid{Height: g.Height, Width: g.Width}
	for _, lat := range g.Y {
		for _, lon := range g.X {
			p.Lat, p.Lon = append(p.Lat, lat), append(p.Lon, lon)
		}
	}
	return p, true
}

// Geographic returns the latitude and longitude of every cell in degrees, Height·Width row
// by row; ok is false where the grid does not say them.
func (g *Grid) Geographic() (lat, lon []float64, ok bool) {
	p, ok := g.places()
	if !ok {
		return nil, nil, false
	}
	return p.Lat, p.Lon, true
}

// findPlaces does what Find does, by the latitudes and longitudes of all cells: two
// corners of the part give its position, then every cell is compared.
func findPlaces(part, whole *Grid) (rows, cols []int, err error) {
	row, col := whole.nearestCell(part.Lat[0], part.Lon[0])
	down, right := 1, 1
	if part.Height > 1 {
		r, c := whole.nearestCell(part.Lat[part.Width], part.Lon[part.Width])
		if down = r - row; c != col || abs(down) != 1 {
			return nil, nil, fmt.Errorf("its rows are not rows of the other: %s", placeOff(part, whole, part.Width, r, c))
		}
	}
	if part.Width > 1 {
		r, c := whole.nearestCell(part.Lat[1], part.Lon[1])
		if right = c - col; r != row || abs(right) != 1 {
			return nil, nil, fmt.Errorf("its columns are not columns of the other: %s", placeOff(part, whole, 1, r, c))
		}
	}
	for i := range part.Height {
		rows = append(rows, row+down*i)
	}
	for j := range part.Width {
		cols = append(cols, col+right*j)
	}
	if last := rows[len(rows)-1]; last < 0 || last >= whole.Height {
		return nil, nil, fmt.Errorf("it reaches beyond: %d rows from row %d of %d", part.Height, row, whole.Height)
	}
	if last := cols[len(cols)-1]; last < 0 || last >= whole.Width {
		return nil, nil, fmt.Errorf("it reaches beyond: %d columns from column %d of %d", part.Width, col, whole.Width)
	}
	return rows, cols, samePlaces(part, whole, rows, cols)
}

// samePlaces compares the latitudes and longitudes of all cells.
func samePlaces(part, whole *Grid, rows, cols []int) error {
	for i, r := range rows {
		for j, c := range cols {
			k := i*part.Width + j
			if at := r*whole.Width + c; part.Lat[k] == whole.Lat[at] && part.Lon[k] == whole.Lon[at] {
				continue
			}
			if d, spacing := arc(part.Lat[k], part.Lon[k], whole.Lat[r*whole.Width+c], whole.Lon[r*whole.Width+c]), part.spacingAt(i, j); d > SameCell*spacing {
				return fmt.Errorf("cells lie elsewhere: %s", placeOff(part, whole, k, r, c))
			}
		}
	}
	return nil
}

func placeOff(part, whole *Grid, k, r, c int) string {
	at := r*whole.Width + c
	return fmt.Sprintf("latitude %.6f, longitude %.6f lies %.4g degrees from the nearest cell, where cells are %.4g degrees apart", part.Lat[k], part.Lon[k],
		arc(part.Lat[k], part.Lon[k], whole.Lat[at], whole.Lon[at]), whole.spacingAt(r, c))
}

// spacingAt returns the distance in degrees from a cell to its nearest neighbour.
func (g *Grid) spacingAt(row, col int) float64 {
	least := math.Inf(1)
	k := row*g.Width + col
	for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
		if r, c := row+d[0], col+d[1]; r >= 0 && r < g.Height && c >= 0 && c < g.Width {
			least = math.Min(least, arc(g.Lat[k], g.Lon[k], g.Lat[r*g.Width+c], g.Lon[r*g.Width+c]))
		}
	}
	if math.IsInf(least, 1) {
		return 1e-3
	}
	return least
}

// nearestCell returns the cell whose centre is nearest on the sphere.
func (g *Grid) nearestCell(lat, lon float64) (row, col int) {
	best, least := 0, math.Inf(1)
	for i := range g.Lat {
		if math.Abs(g.Lat[i]-lat) > least {
			continue
		}
		if d := arc(lat, lon, g.Lat[i], g.Lon[i]); d < least {
			best, least = i, d
		}
	}
	return best / g.Width, best % g.Width
}

// equals reports whether both grids have the same numbers and words.
func (g *Grid) equals(o *Grid) bool {
	return g.Height == o.Height && g.Width == o.Width && slices.Equal(g.Y, o.Y) && slices.Equal(g.X, o.X) &&
		slices.Equal(g.Lat, o.Lat) && slices.Equal(g.Lon, o.Lon) && g.YUnits == o.YUnits && g.XUnits == o.XUnits &&
		g.YStandardName == o.YStandardName && g.XStandardName == o.XStandardName && reflect.DeepEqual(g.Mapping, o.Mapping)
}
