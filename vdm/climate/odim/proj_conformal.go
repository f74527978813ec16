package odim

import (
	"math"
)

// conic is Lambert's conformal conic projection (Snyder, 15-1 to 15-11).
func (p *projection) conic() {
	m := func(lat float64) float64 {
		s := math.Sin(lat)
		return math.Cos(lat) / math.Sqrt(1-p.e2*s*s)
	}
	n := math.Sin(p.lat1)
	if math.Abs(p.lat1-p.lat2) > 1e-10 {
		n = math.Log(m(p.lat1)/m(p.lat2)) / (p.isometric(p.lat2) - p.isometric(p.lat1))
	}
	radius := func(lat float64) float64 {
		return p.a * p.k0 * m(p.lat1) / n * math.Exp(n*(p.isometric(p.lat1)-p.isometric(lat)))
	}
	centre := 0.0
	if math.Abs(p.lat0-math.Copysign(math.Pi/2, n)) > 1e-10 {
		centre = radius(p.lat0)
	}
	p.toMap = func(lat, lon float64) (float64, float64) {
		s, c := math.Sincos(n * lon)
		r := radius(lat)
		return r * s, centre - r*c
	}
	p.onMap = func(x, y float64) (float64, float64) {
		y = centre - y
		sign := math.Copysign(1, n)
		r := sign * math.Hypot(x, y)
		psi := p.isometric(p.lat1) - math.Log(r*n/(p.a*p.k0*m(p.lat1)))/n
		return p.conformal(math.Exp(-psi)), math.Atan2(sign*x, sign*y) / n
	}
}

// mercator is Mercator's projection (Snyder, 7-6 to 7-12).
func (p *projection) mercator() {
	k := p.k0
	if !math.IsNaN(p.latTS) {
		s := math.Sin(p.latTS)
		k = math.Cos(p.latTS) / math.Sqrt(1-p.e2*s*s)
	}
	k *= p.a
	p.toMap = func(lat, lon float64) (float64, float64) { return k * lon, k * p.isometric(lat) }
	p.onMap = func(x, y float64) (float64, float64) { return p.conformal(math.Exp(-y / k)), x / k }
}

// transverse is the transverse Mercator projection by Krüger's series to the fourth order
// of the third flattening, which within 4000 km of the meridian is right to a micrometre
// (Karney, Journal of Geodesy 85, 475-485, 2011, equations 35 and 36).
func (p *projection) transverse() {
	b := p.a * math.Sqrt(1-p.e2)
	n := (p.a - b) / (p.a + b)
	n2, n3, n4 := n*n, n*n*n, n*n*n*n
	radius := p.k0 * p.a / (1 + n) * (1 + n2/4 + n4/64)
	alpha := [4]float64{n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180, 13*n2/48 - 3*n3/5 + 557*n4/1440, 61*n3/240 - 103*n4/140, 49561 * n4 / 161280}
	beta := [4]float64{n/2 - 2*n2/3 + 37*n3/96 - n4/360, n2/48 + n3/15 - 437*n4/1440, 17*n3/480 - 37*n4/840, 4397 * n4 / 161280}
	along := func(lat, lon float64) (xi, eta float64) {
		tau := math.Sinh(p.isometric(lat))
		s, c := math.Sincos(lon)
		x, e := math.Atan2(tau, c), math.Asinh(s/math.Hypot(tau, c))
		xi, eta = x, e
		for j, a := range alpha {
			k := 2 * float64(j+1)
			xi += a * math.Sin(k*x) * math.Cosh(k*e)
			eta += a * math.Cos(k*x) * math.Sinh(k*e)
		}
		return xi, eta
	}
	origin, _ := along(p.lat0, 0)
	p.toMap = func(lat, lon float64) (float64, float64) {
		xi, eta := along(lat, lon)
		return radius * eta, radius * (xi - origin)
	}
	p.onMap = func(x, y float64) (float64, float64) {
		xi, eta := y/radius+origin, x/radius
		at, out := xi, eta
		for j, b := range beta {
			k := 2 * float64(j+1)
			at -= b * math.Sin(k*xi) * math.Cosh(k*eta)
			out -= b * math.Cos(k*xi) * math.Sinh(k*eta)
		}
		s, c := math.Sincos(at)
		psi := math.Asinh(s / math.Hypot(math.Sinh(out), c))
		return p.conformal(math.Exp(-psi)), math.Atan2(math.Sinh(out), c)
	}
}

// swiss is Switzerland's oblique conformal cylindrical projection (Swisstopo, Formulas and
// constants for the calculation of the Swiss conformal cylindrical projection, 2016).
func (p *projection) swiss() {
	s0, c0 := math.Sincos(p.lat0)
	stretch := math.Sqrt(1 + p.e2*c0*c0*c0*c0/(1-p.e2))
	sin0 := s0 / stretch
	lat0 := math.Asin(sin0)
	cos0 := math.Cos(lat0)
	shift := math.Atanh(sin0) - stretch*p.isometric(p.lat0)
	radius := p.k0 * p.a * math.Sqrt(1-p.e2) / (1 - p.e2*s0*s0)
	p.toMap = func(lat, lon float64) (float64, float64) {
		s, c := math.Sincos(2*math.Atan(math.Exp(stretch*p.isometric(lat)+shift)) - math.Pi/2)
		sl, cl := math.Sincos(stretch * lon)
		at := math.Asin(cos0*s - sin0*c*cl)
		return radius * math.Asin(c*sl/math.Cos(at)), radius * math.Atanh(math.Sin(at))
	}
	p.onMap = func(x, y float64) (float64, float64) {
		s, c := math.Sincos(2*math.Atan(math.Exp(y/radius)) - math.Pi/2)
		sl, cl := math.Sincos(x / radius)
		at := math.Asin(cos0*s + sin0*c*cl)
		lon := math.Asin(c*sl/math.Cos(at)) / stretch
		return p.conformal(math.Exp(-(math.Atanh(math.Sin(at)) - shift) / stretch)), lon
	}
}
