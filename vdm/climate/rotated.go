package climate

import (
	"fmt"
	"math"
)

// RotatedPole is the north pole of a rotated grid in degrees, as CF's grid mapping
// rotated_latitude_longitude gives it. The formulas are those of a sphere: geodetic
// latitudes, such as UKCP18's, are used without conversion, as PROJ does with an
// ellipsoid that is declared a sphere.
type RotatedPole struct {
	Lat, Lon float64 // grid_north_pole_latitude, grid_north_pole_longitude
	GridLon  float64 // north_pole_grid_longitude: longitude of the true pole on the rotated grid
}

// RotatedPole returns the pole of a grid whose mapping is a rotated pole.
func (g *Grid) RotatedPole() (pole RotatedPole, ok bool) {
	if name, _ := g.Mapping["grid_mapping_name"].(string); name != "rotated_latitude_longitude" {
		return pole, false
	}
	var hasLat, hasLon bool
	pole.Lat, hasLat = g.Mapping["grid_north_pole_latitude"].(float64)
	pole.Lon, hasLon = g.Mapping["grid_north_pole_longitude"].(float64)
	pole.GridLon, _ = g.Mapping["north_pole_grid_longitude"].(float64) // 0 where absent, as CF says
	return pole, hasLat && hasLon
}

// ToRotated returns the rotated coordinates of a position, longitude in [−180, 180). All
// angles are in degrees.
func (p RotatedPole) ToRotated(lat, lon float64) (gridLat, gridLon float64) {
	y, x := turnPole(lat, lon-p.Lon, p.Lat)
	return y, wrap180(x + p.GridLon)
}

// FromRotated returns the position with rotated coordinates, the inverse of ToRotated.
func (p RotatedPole) FromRotated(gridLat, gridLon float64) (lat, lon float64) {
	y, x := turnPole(gridLat, gridLon-p.GridLon, p.Lat)
	return y, wrap180(x + p.Lon)
}

// turnPole returns latitude and longitude with respect to a new pole at a latitude, on
// the meridian from which lon counts. The new longitude counts from the meridian that
// contains the old pole. Applied twice it returns to the first position.
func turnPole(lat, lon, pole float64) (newLat, newLon float64) {
	const degree = math.Pi / 180
	sinLat, cosLat := math.Sincos(lat * degree)
	sinLon, cosLon := math.Sincos(lon * degree)
	sinPole, cosPole := math.Sincos(pole * degree)
	// On the sphere: up along the new pole, out towards the old pole, across.
	up := sinLat*sinPole + cosLat*cosLon*cosPole
	out := sinLat*cosPole - cosLat*cosLon*sinPole
	across := -cosLat * sinLon
	return math.Atan2(up, math.Hypot(out, across)) / degree, math.Atan2(across, out) / degree
}

// wrap180 returns a longitude as one in [−180, 180).
func wrap180(lon float64) float64 {
	lon = math.Mod(lon+180, 360)
	if lon < 0 {
		lon += 360
	}
	return lon - 180
}

// Nearest returns the cell whose centre is nearest to a position in degrees: along each
// of the grid's own coordinates where they are latitude and longitude, rotated or not;
// else over the sphere, by 2-D latitudes and longitudes. A position more than half a
// cell beyond the outermost centres is an error.
func (g *Grid) Nearest(lat, lon float64) (row, column int, err error) {
	if !(math.Abs(lat) <= 90) || !(math.Abs(lon) <= 720) {
		return 0, 0, fmt.Errorf("latitude %v, longitude %v is not a place on earth", lat, lon)
	}
	y, x, what := lat, lon, ""
	pole, rotated := g.RotatedPole()
	switch {
	case rotated && g.Y != nil && g.X != nil:
		y, x = pole.ToRotated(lat, lon)
		what = fmt.Sprintf(" (%.4f, %.4f on the rotated grid)", y, x)
	case g.Y != nil && g.X != nil && g.YStandardName == "latitude" && g.XStandardName == "longitude":
	case g.Lat != nil && g.Lon != nil:
		return g.nearestOnSphere(lat, lon)
	default:
		return 0, 0, fmt.Errorf("the grid has neither latitudes and longitudes, nor a rotated pole to find latitude %v, longitude %v by", lat, lon)
	}
	x += 360 * math.Round((g.X[0]+g.X[g.Width-1])/2/360-x/360) // the nearest turn to the grid
	row, inRows := nearestOnAxis(g.Y, y)
	column, inColumns := nearestOnAxis(g.X, x)
	if !inRows || !inColumns {
		return 0, 0, fmt.Errorf("latitude %v, longitude %v%s lies outside the grid, which spans %g to %g and %g to %g", lat, lon, what,
			g.Y[0], g.Y[g.Height-1], g.X[0], g.X[g.Width-1])
	}
	return row, column, nil
}

// nearestOnAxis returns the place of the nearest value on an ascending axis, and whether
// the value lies within half a step of the axis. A value halfway belongs to the lower
// cell.
func nearestOnAxis(axis []float64, v float64) (at int, within bool) {
	for i, a := range axis {
		if math.Abs(a-v) < math.Abs(axis[at]-v) {
			at = i
		}
	}
	n := len(axis)
	if n == 1 {
		return 0, axis[0] == v
	}
	const slack = 0.5 + 1e-9
	return at, v >= axis[0]-slack*(axis[1]-axis[0]) && v <= axis[n-1]+slack*(axis[n-1]-axis[n-2])
}

func (g *Grid) nearestOnSphere(lat, lon float64) (row, column int, err error) {
	best, least := 0, math.Inf(1)
	for i := range g.Lat {
		if d := arc(lat, lon, g.Lat[i], g.Lon[i]); d < least {
			best, least = i, d
		}
	}
	row, column = best/g.Width, best%g.Width
	// Where the nearest cell lies at the edge, the position must not be farther from it
	// than its neighbours are.
	reach := 0.0
	for _, d := range [][2]int{{-1, 0}, {1, 0}, {0, -1}, {0, 1}} {
		if r, c := row+d[0], column+d[1]; r >= 0 && r < g.Height && c >= 0 && c < g.Width {
			reach = max(reach, arc(g.Lat[best], g.Lon[best], g.Lat[r*g.Width+c], g.Lon[r*g.Width+c]))
		}
	}
	if least > reach {
		return 0, 0, fmt.Errorf("latitude %v, longitude %v lies outside the grid: its nearest cell, at %.4f, %.4f, is %.2f degrees away",
			lat, lon, g.Lat[best], g.Lon[best], least)
	}
	return row, column, nil
}

// arc returns the angle between two positions in degrees (haversine formula).
func arc(lat1, lon1, lat2, lon2 float64) float64 {
	const degree = math.Pi / 180
	a, b := math.Sin((lat2-lat1)*degree/2), math.Sin((lon2-lon1)*degree/2)
	return 2 * math.Asin(math.Min(1, math.Sqrt(a*a+math.Cos(lat1*degree)*math.Cos(lat2*degree)*b*b))) / degree
}
