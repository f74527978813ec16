package odim

import (
	"math"
)

// The formulas are those of Snyder, Map Projections: A Working Manual (USGS Professional
// Paper 1395, 1987), whose numbers the comments give, and agree with PROJ to a millimetre.

// equalArea is Lambert's azimuthal equal-area projection (24-2 to 24-30).
func (p *projection) equalArea() {
	e, a := math.Sqrt(p.e2), p.a
	q := func(lat float64) float64 { // (3-12)
		s := math.Sin(lat)
		if e < 1e-9 {
			return 2 * s
		}
		return (1 - p.e2) * (s/(1-p.e2*s*s) + math.Atanh(e*s)/e)
	}
	pole := q(math.Pi / 2)
	latitude := func(from float64) float64 { // (3-16): the latitude with a q
		if math.Abs(from) >= pole {
			return math.Copysign(math.Pi/2, from)
		}
		lat := math.Asin(from / pole)
		for range 8 {
			s, c := math.Sincos(lat)
			if c < 1e-12 {
				break
			}
			w := 1 - p.e2*s*s
			step := w * w / (2 * c) * (from - q(lat)) / (1 - p.e2)
			lat += step
			if math.Abs(step) < 1e-13 {
				break
			}
		}
		return lat
	}
	if p.isPolar() {
		sign := math.Copysign(1, p.lat0)
		p.toMap = func(lat, lon float64) (float64, float64) {
			r := a * math.Sqrt(max(0, pole-sign*q(lat)))
			return r * math.Sin(lon), -sign * r * math.Cos(lon)
		}
		p.onMap = func(x, y float64) (float64, float64) {
			r := math.Hypot(x, y) / a
			return latitude(sign * (pole - r*r)), math.Atan2(x, -sign*y)
		}
		return
	}
	radius := a * math.Sqrt(pole/2)
	s1, c1 := math.Sincos(math.Asin(q(p.lat0) / pole))
	sin0 := math.Sin(p.lat0)
	d := a * math.Cos(p.lat0) / math.Sqrt(1-p.e2*sin0*sin0) / (radius * c1)
	p.toMap = func(lat, lon float64) (float64, float64) {
		s, c := math.Sincos(math.Asin(q(lat) / pole))
		sinLon, cosLon := math.Sincos(lon)
		b := radius * math.Sqrt(2/(1+s1*s+c1*c*cosLon))
		return b * d * c * sinLon, b / d * (c1*s - s1*c*cosLon)
	}
	p.onMap = func(x, y float64) (float64, float64) {
		x, y = x/d, y*d
		r := math.Hypot(x, y)
		if r == 0 {
			return p.lat0, 0
		}
		s, c := math.Sincos(2 * math.Asin(r/(2*radius))) // NaN beyond the globe
		return latitude(pole * (c*s1 + y*s*c1/r)), math.Atan2(x*s, r*c1*c-y*s1*s)
	}
}

// stereographic is the stereographic projection (21-24 to 21-40).
func (p *projection) stereographic() {
	e, a := math.Sqrt(p.e2), p.a
	small := func(lat float64) float64 { // t of (15-9)
		s := e * math.Sin(lat)
		return math.Tan(math.Pi/4-lat/2) / math.Pow((1-s)/(1+s), e/2)
	}
	if p.isPolar() {
		sign := math.Copysign(1, p.lat0)
		scale := 2 * a * p.k0 / math.Sqrt(math.Pow(1+e, 1+e)*math.Pow(1-e, 1-e))
		if at := sign * p.latTS; !math.IsNaN(at) && math.Abs(at-math.Pi/2) > 1e-10 {
			s := math.Sin(at)
			scale = a * p.k0 * math.Cos(at) / math.Sqrt(1-p.e2*s*s) / small(at)
		}
		p.toMap = func(lat, lon float64) (float64, float64) {
			r := scale * small(sign*lat)
			return r * math.Sin(lon), -sign * r * math.Cos(lon)
		}
		p.onMap = func(x, y float64) (float64, float64) {
			return sign * p.conformal(math.Hypot(x, y)/scale), math.Atan2(x, -sign*y)
		}
		return
	}
	chi := func(lat float64) float64 { return math.Pi/2 - 2*math.Atan(small(lat)) } // (3-1)
	s1, c1 := math.Sincos(chi(p.lat0))
	sin0 := math.Sin(p.lat0)
	scale := 2 * a * p.k0 * math.Cos(p.lat0) / math.Sqrt(1-p.e2*sin0*sin0) / c1
	p.toMap = func(lat, lon float64) (float64, float64) {
		s, c := math.Sincos(chi(lat))
		sinLon, cosLon := math.Sincos(lon)
		k := scale / (1 + s1*s + c1*c*cosLon)
		return k * c * sinLon, k * (c1*s - s1*c*cosLon)
	}
	p.onMap = func(x, y float64) (float64, float64) {
		r := math.Hypot(x, y)
		if r == 0 {
			return p.lat0, 0
		}
		s, c := math.Sincos(2 * math.Atan(r/scale))
		at := math.Asin(max(-1, min(1, c*s1+y*s*c1/r)))
		return p.conformal(math.Tan(math.Pi/4 - at/2)), math.Atan2(x*s, r*c1*c-y*s1*s)
	}
}

// equidistant is the azimuthal equidistant projection: the distance from the centre and
// the azimuth, along geodesics of the ellipsoid by Vincenty's formulas (Survey Review 23,
// 88-93, 1975).
func (p *projection) equidistant() {
	a, b := p.a, p.a*math.Sqrt(1-p.e2)
	f := 1 - b/a
	s1, c1 := math.Sincos(math.Atan((1 - f) * math.Tan(p.lat0)))
	if p.isPolar() {
		s1, c1 = math.Copysign(1, p.lat0), 0
	}
	series := func(u2 float64) (float64, float64) {
		return 1 + u2/16384*(4096+u2*(-768+u2*(320-175*u2))), u2 / 1024 * (256 + u2*(-128+u2*(74-47*u2)))
	}
	change := func(B, s, c, c2 float64) float64 {
		return B * s * (c2 + B/4*(c*(-1+2*c2*c2)-B/6*c2*(-3+4*s*s)*(-3+4*c2*c2)))
	}
	longer := func(sinAlpha, sigma, s, c, c2 float64) float64 {
		cos2 := 1 - sinAlpha*sinAlpha
		C := f / 16 * cos2 * (4 + f*(4-3*cos2))
		return (1 - C) * f * sinAlpha * (sigma + C*s*(c2+C*c*(-1+2*c2*c2)))
	}
	p.toMap = func(lat, lon float64) (float64, float64) {
		s2, cs2 := math.Sincos(math.Atan((1 - f) * math.Tan(lat)))
		lambda := lon
		for range 50 {
			sl, cl := math.Sincos(lambda)
			across, along := cs2*sl, c1*s2-s1*cs2*cl
			s, c := math.Hypot(across, along), s1*s2+c1*cs2*cl
			if s == 0 {
				return 0, 0
			}
			sigma := math.Atan2(s, c)
			sinAlpha := c1 * cs2 * sl / s
			cos2 := 1 - sinAlpha*sinAlpha
			c2 := 0.0
			if cos2 > 1e-15 {
				c2 = c - 2*s1*s2/cos2
			}
			next := lon + longer(sinAlpha, sigma, s, c, c2)
			if math.Abs(next-lambda) < 1e-13 {
				A, B := series(cos2 * (a*a - b*b) / (b * b))
				r := b * A * (sigma - change(B, s, c, c2))
				azimuth := math.Atan2(across, along)
				return r * math.Sin(azimuth), r * math.Cos(azimuth)
			}
			lambda = next
		}
		return math.NaN(), math.NaN() // near the other side of the globe
	}
	p.onMap = func(x, y float64) (float64, float64) {
		r := math.Hypot(x, y)
		if r == 0 {
			return p.lat0, 0
		}
		sa, ca := x/r, y/r
		from := math.Atan2(s1, c1*ca)
		sinAlpha := c1 * sa
		cos2 := 1 - sinAlpha*sinAlpha
		A, B := series(cos2 * (a*a - b*b) / (b * b))
		sigma := r / (b * A)
		var s, c, c2 float64
		for range 50 {
			s, c = math.Sincos(sigma)
			c2 = math.Cos(2*from + sigma)
			next := r/(b*A) + change(B, s, c, c2)
			if math.Abs(next-sigma) < 1e-13 {
				break
			}
			sigma = next
		}
		lat := math.Atan2(s1*c+c1*s*ca, (1-f)*math.Hypot(sinAlpha, s1*s-c1*c*ca))
		lambda := math.Atan2(s*sa, c1*c-s1*s*ca)
		return lat, lambda - longer(sinAlpha, sigma, s, c, c2)
	}
}
