package odim

import (
	"math"
)

// projection is a map projection by the definition of a file (projdef), in PROJ's words.
// Positions are in degrees, coordinates in the units of the definition.
type projection struct {
	name         string
	lat0, lon0   float64 // radians
	lat1, lat2   float64 // radians
	latTS        float64 // radians; NaN where it is not given
	k0           float64
	x0, y0       float64                                   // metres
	a, e2        float64                                   // of the ellipsoid: metres, eccentricity squared
	unit         float64                                   // metres
	toMap, onMap func(lat, lon float64) (float64, float64) // radians and metres, without x0 and y0
}

const degree = math.Pi / 180

// isAngular reports whether coordinates are longitudes and latitudes in degrees.
func (p *projection) isAngular() bool { return p.toMap == nil }

// forward returns the coordinates of a position in degrees.
func (p *projection) forward(lat, lon float64) (x, y float64) {
	if p.isAngular() {
		return lon, lat
	}
	x, y = p.toMap(lat*degree, math.Remainder(lon*degree-p.lon0, 2*math.Pi))
	return (x + p.x0) / p.unit, (y + p.y0) / p.unit
}

// inverse returns the position in degrees, longitude in [−180, 180], of coordinates; NaN
// where there is none.
func (p *projection) inverse(x, y float64) (lat, lon float64) {
	if p.isAngular() {
		return y, x
	}
	lat, lon = p.onMap(x*p.unit-p.x0, y*p.unit-p.y0)
	return lat / degree, math.Remainder(lon+p.lon0, 2*math.Pi) / degree
}

// units are the units of the coordinates.
func (p *projection) units() string {
	if p.unit == 1000 {
		return "km"
	}
	return "m"
}

// isPolar reports whether the centre is a pole.
func (p *projection) isPolar() bool { return math.Abs(math.Abs(p.lat0)-math.Pi/2) < 1e-10 }

// conformal returns the latitude with a t (7-9), by iteration.
func (p *projection) conformal(t float64) float64 {
	e := math.Sqrt(p.e2)
	lat := math.Pi/2 - 2*math.Atan(t)
	for range 12 {
		s := e * math.Sin(lat)
		next := math.Pi/2 - 2*math.Atan(t*math.Pow((1-s)/(1+s), e/2))
		if math.Abs(next-lat) < 1e-13 {
			return next
		}
		lat = next
	}
	return lat
}

// isometric is the isometric latitude, which conformal projections of the ellipsoid build
// on: ln tan(π/4 + φ/2) less the part of the eccentricity.
func (p *projection) isometric(lat float64) float64 {
	e := math.Sqrt(p.e2)
	s := math.Sin(lat)
	return math.Atanh(s) - e*math.Atanh(e*s)
}
