package odim

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
)

// ellipsoids by PROJ's names: the semi-major axis and the reciprocal flattening, 0 for a
// sphere.
var ellipsoids = map[string][2]float64{
	"wgs84": {6378137, 298.257223563}, "grs80": {6378137, 298.257222101}, "wgs72": {6378135, 298.26}, "bessel": {6377397.155, 299.1528128},
	"airy": {6377563.396, 299.3249646}, "intl": {6378388, 297}, "clrk66": {6378206.4, 294.9786982}, "clrk80": {6378249.145, 293.4663},
	"krass": {6378245, 298.3}, "grs67": {6378160, 298.2471674270}, "sphere": {6370997, 0},
}

// datums are the ellipsoids of PROJ's datums. Positions stay those of the datum: other
// datums are some hundred metres away at most, less than a cell.
var datums = map[string]string{"wgs84": "wgs84", "nad83": "grs80", "potsdam": "bessel", "osgb36": "airy", "nad27": "clrk66", "hermannskogel": "bessel"}

// parseProjection reads a definition such as "+proj=laea +lat_0=55 +lon_0=10 …". What it
// does not know, and could change the places of cells, is an error.
func parseProjection(definition string) (*projection, error) {
	words, numbers := map[string]string{}, map[string]float64{}
	for word := range strings.FieldsSeq(definition) {
		key, value, _ := strings.Cut(strings.TrimPrefix(word, "+"), "=")
		key = strings.TrimSpace(key)
		words[key] = value
		switch key {
		case "proj", "ellps", "datum", "units", "type", "no_defs", "wktext", "over", "towgs84", "nadgrids", "title", "south", "":
		case "lat_0", "lon_0", "lat_1", "lat_2", "lat_ts", "k", "k_0", "x_0", "y_0", "a", "b", "R", "rf", "f", "zone":
			x, err := strconv.ParseFloat(value, 64)
			if err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
				return nil, fmt.Errorf("its projection %q has %s=%q, expected a number", definition, key, value)
			}
			numbers[key] = x
		default:
			return nil, fmt.Errorf("its projection %q has %q, which is not known here", definition, word)
		}
	}
	p := &projection{name: words["proj"], k0: 1, latTS: math.NaN(), unit: 1}
	for key, into := range map[string]*float64{"lat_0": &p.lat0, "lon_0": &p.lon0, "lat_1": &p.lat1, "lat_2": &p.lat2, "lat_ts": &p.latTS} {
		if x, ok := numbers[key]; ok {
			if math.Abs(x) > 360 || key != "lon_0" && math.Abs(x) > 90 {
				return nil, fmt.Errorf("its projection %q has %s=%g", definition, key, x)
			}
			*into = x * degree
		}
	}
	for key, into := range map[string]*float64{"k": &p.k0, "k_0": &p.k0, "x_0": &p.x0, "y_0": &p.y0} {
		if x, ok := numbers[key]; ok {
			*into = x
		}
	}
	switch words["units"] {
	case "", "m":
	case "km":
		p.unit = 1000
	default:
		return nil, fmt.Errorf("its projection %q has the units %q, expected m or km", definition, words["units"])
	}
	if err := p.ellipsoid(definition, words, numbers); err != nil {
		return nil, err
	}
	if _, two := numbers["lat_2"]; !two {
		p.lat2 = p.lat1
	}
	if p.name == "utm" {
		zone, ok := numbers["zone"]
		if !ok || zone < 1 || zone > 60 || zone != math.Trunc(zone) {
			return nil, fmt.Errorf("its projection %q has no zone from 1 to 60", definition)
		}
		p.lat0, p.lon0, p.k0, p.x0 = 0, (6*zone-183)*degree, 0.9996, 500000
		if _, south := words["south"]; south {
			p.y0 = 1e7
		}
	}
	make, ok := map[string]func(){"laea": p.equalArea, "stere": p.stereographic, "aeqd": p.equidistant, "lcc": p.conic, "merc": p.mercator,
		"tmerc": p.transverse, "etmerc": p.transverse, "utm": p.transverse, "somerc": p.swiss, "longlat": nil, "latlong": nil, "lonlat": nil, "latlon": nil}[p.name]
	switch {
	case !ok:
		return nil, fmt.Errorf("its projection %q is none of aeqd, laea, lcc, longlat, merc, somerc, stere, tmerc, utm", definition)
	case make != nil:
		make()
	}
	return p, nil
}

// ellipsoid reads the shape of the earth. An earth of some thousand is in kilometres, as
// are then the coordinates.
func (p *projection) ellipsoid(definition string, words map[string]string, numbers map[string]float64) error {
	name := strings.ToLower(words["ellps"])
	if name == "" {
		name = datums[strings.ToLower(words["datum"])]
	}
	if name == "" {
		name = "wgs84" // PROJ's default is GRS80, a tenth of a millimetre away
	}
	shape, known := ellipsoids[name]
	if !known {
		return fmt.Errorf("its projection %q has the ellipsoid %q, which is not known here", definition, name)
	}
	p.a = shape[0]
	flattening := 0.0
	if shape[1] > 0 {
		flattening = 1 / shape[1]
	}
	if a, ok := numbers["a"]; ok {
		p.a = a
		if words["ellps"] == "" && words["datum"] == "" {
			flattening = 0
		}
	}
	if rf, ok := numbers["rf"]; ok && rf != 0 {
		flattening = 1 / rf
	}
	if f, ok := numbers["f"]; ok {
		flattening = f
	}
	if b, ok := numbers["b"]; ok {
		flattening = 1 - b/p.a
	}
	if r, ok := numbers["R"]; ok {
		p.a, flattening = r, 0
	}
	p.e2 = flattening * (2 - flattening)
	if p.a > 6300 && p.a < 6500 && p.unit == 1 {
		p.a, p.x0, p.y0, p.unit = p.a*1000, p.x0*1000, p.y0*1000, 1000
	}
	if !(p.a > 6.3e6 && p.a < 6.5e6 && p.e2 >= 0 && p.e2 < 0.01 && p.k0 > 0) {
		return fmt.Errorf("its projection %q has an earth of radius %g and eccentricity² %g", definition, p.a, p.e2)
	}
	return nil
}

// mapping returns the attributes of CF's grid mapping (appendix F); those of a projection
// that CF does not have only repeat the definition.
func (p *projection) mapping(definition string) map[string]cf.Attribute {
	all := map[string]cf.Attribute{"proj4": {Type: cf.Char, Text: definition}}
	number := func(name string, values ...float64) {
		all[name] = cf.Attribute{Type: cf.Double, Numbers: values}
	}
	name := ""
	switch {
	case p.isAngular():
		name = "latitude_longitude"
	case p.name == "laea":
		name = "lambert_azimuthal_equal_area"
	case p.name == "aeqd":
		name = "azimuthal_equidistant"
	case p.name == "stere" && p.isPolar():
		name = "polar_stereographic"
		number("straight_vertical_longitude_from_pole", p.lon0/degree)
		if !math.IsNaN(p.latTS) {
			number("standard_parallel", p.latTS/degree)
		} else {
			number("scale_factor_at_projection_origin", p.k0)
		}
	case p.name == "stere":
		name = "stereographic"
		number("scale_factor_at_projection_origin", p.k0)
	case p.name == "lcc":
		name = "lambert_conformal_conic"
		number("standard_parallel", p.lat1/degree, p.lat2/degree)
		number("longitude_of_central_meridian", p.lon0/degree)
	case p.name == "merc":
		name = "mercator"
		if !math.IsNaN(p.latTS) {
			number("standard_parallel", p.latTS/degree)
		} else {
			number("scale_factor_at_projection_origin", p.k0)
		}
	case p.name == "tmerc" || p.name == "etmerc" || p.name == "utm":
		name = "transverse_mercator"
		number("longitude_of_central_meridian", p.lon0/degree)
		number("scale_factor_at_central_meridian", p.k0)
	}
	if name == "" {
		return all
	}
	all["grid_mapping_name"] = cf.Attribute{Type: cf.Char, Text: name}
	number("semi_major_axis", p.a)
	number("semi_minor_axis", p.a*math.Sqrt(1-p.e2))
	if p.isAngular() {
		return all
	}
	if name != "mercator" {
		number("latitude_of_projection_origin", p.lat0/degree)
	}
	if name != "polar_stereographic" && name != "lambert_conformal_conic" && name != "transverse_mercator" {
		number("longitude_of_projection_origin", p.lon0/degree)
	}
	number("false_easting", p.x0/p.unit)
	number("false_northing", p.y0/p.unit)
	return all
}
