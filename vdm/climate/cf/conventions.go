package cf

import (
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// fittingStandardName is the standard_name of a variable as CF knows it, whose canonical
// units the variable's convert to: a rate of rain in mm/h has neither the name of a flux nor
// the name of an amount of mass. A rate of rain without a name gets precipitation's.
func fittingStandardName(c climate.Signs) string {
	name := climate.StandardNameOf(c.StandardName)
	scale, err := climate.ParseRainUnits(c.Units)
	if err != nil || scale.Amount || !climate.PerDepth(c.Units) {
		if climate.RateStandardName(name) != "" && err != nil {
			return "" // precipitation in units that are none of it
		}
		return name
	}
	if rate := climate.RateStandardName(name); rate != "" {
		return rate
	}
	if c.StandardName = ""; name == "" && climate.Recognise(c).Kind == climate.KindRain {
		return "lwe_precipitation_rate"
	}
	return name
}

// longNameOf is the long_name of a variable. CF wants one where there is no
// standard_name.
func longNameOf(name, long, standard string) string {
	if long == "" && standard == "" {
		return strings.ReplaceAll(name, "_", " ")
	}
	return long
}

// methods are what CF says that values can be over the time of a frame.
var methods = []string{"point", "sum", "maximum", "maximum_absolute_value", "median", "mid_range", "minimum", "minimum_absolute_value", "mean",
	"mean_absolute_value", "mean_of_upper_decile", "mode", "range", "root_mean_square", "standard_deviation", "sum_of_squares", "variance"}

// validMethods is what cell_methods say about time, "" where CF knows no such method.
func validMethods(text string) string {
	method, found := strings.CutPrefix(text, "time: ")
	if method == "instantaneous" {
		method = "point"
	}
	if !found || !slices.Contains(methods, method) {
		return ""
	}
	return "time: " + method
}

// axisName returns the standard_name of a coordinate of rows or columns: the grid's own,
// or, for distances without a name, the name of a projection's coordinate.
func axisName(standard, units, projection string) string {
	if standard == "" && isLength(units) && !strings.HasPrefix(units, "deg") && !strings.HasPrefix(units, "rad") {
		return projection
	}
	return standard
}

// axisUnits are the units of a coordinate of rows or columns; those of geographic ones
// are prescribed.
func axisUnits(standard, units string) string {
	switch standard {
	case "latitude":
		return "degrees_north"
	case "longitude":
		return "degrees_east"
	case "grid_latitude", "grid_longitude":
		return "degrees"
	case "":
		if units == "" {
			return "1" // it counts
		}
	}
	return units
}

// clock is the unit in which times are written: the longest in which they are all
// round, so that five minutes are not 0.08333333 h.
type clock struct {
	unit  string
	parts float64 // of an hour
}

// clockOf finds the unit of times.
func clockOf(all []float64) clock {
	for _, c := range []clock{{"hours", 1}, {"minutes", 60}, {"seconds", 3600}} {
		if !slices.ContainsFunc(all, func(t float64) bool { return !c.isRound(t) }) {
			return c
		}
	}
	return clock{"hours", 1} // no unit fits: as they are
}

// round is a time in hours in the unit of the clock, to its quarter.
func (c clock) round(hours float64) float64 { return math.Round(4*hours*c.parts) / 4 }

// isRound says whether a time is one in the unit of the clock, but for what adding up
// steps of so and so many parts of an hour leaves.
func (c clock) isRound(hours float64) bool {
	const slack = 1e-7 // hours: a third of a millisecond
	return math.Abs(c.round(hours)-hours*c.parts) <= slack*c.parts
}

// of returns times in the unit of the clock, counted from a reference.
func (c clock) of(hours []float64, reference float64) []float64 {
	out := make([]float64, len(hours))
	for i, t := range hours {
		out[i] = t*c.parts - reference*c.parts
		if c.isRound(t) && c.isRound(reference) {
			out[i] = c.round(t) - c.round(reference)
		}
	}
	return out
}

// completeMapping are the attributes of the grid mapping, nil where there is none, and
// whether they are all that CF requires. Some programs leave out at which pole a polar
// stereographic map is.
func completeMapping(g *climate.Grid) (mapping map[string]any, complete bool) {
	if g.MappingName == "" {
		return nil, false
	}
	mapping = maps.Clone(g.Mapping)
	name, _ := mapping["grid_mapping_name"].(string)
	if _, known := mapping["latitude_of_projection_origin"]; name == "polar_stereographic" && !known {
		pole := 90.0
		if parallel, ok := mapping["standard_parallel"].(float64); ok && parallel < 0 || len(g.Lat) > 0 && g.Lat[0] < 0 {
			pole = -90
		}
		mapping["latitude_of_projection_origin"] = pole
	}
	required, known := mappings[name]
	for word := range strings.FieldsSeq(required) {
		_, there := mapping[word]
		known = known && there
	}
	return mapping, known
}

// mappings are the grid mappings that CF knows, with the attributes that each needs
// (CF-1.8, appendix F).
var mappings = map[string]string{
	"albers_conical_equal_area":      "standard_parallel longitude_of_central_meridian latitude_of_projection_origin",
	"azimuthal_equidistant":          "longitude_of_projection_origin latitude_of_projection_origin",
	"geostationary":                  "longitude_of_projection_origin latitude_of_projection_origin perspective_point_height",
	"lambert_azimuthal_equal_area":   "longitude_of_projection_origin latitude_of_projection_origin",
	"lambert_conformal_conic":        "standard_parallel longitude_of_central_meridian latitude_of_projection_origin",
	"lambert_cylindrical_equal_area": "longitude_of_central_meridian",
	"latitude_longitude":             "",
	"mercator":                       "longitude_of_projection_origin",
	"orthographic":                   "longitude_of_projection_origin latitude_of_projection_origin",
	"polar_stereographic":            "straight_vertical_longitude_from_pole latitude_of_projection_origin",
	"rotated_latitude_longitude":     "grid_north_pole_latitude grid_north_pole_longitude",
	"sinusoidal":                     "longitude_of_projection_origin",
	"stereographic":                  "longitude_of_projection_origin latitude_of_projection_origin scale_factor_at_projection_origin",
	"transverse_mercator":            "scale_factor_at_central_meridian longitude_of_central_meridian latitude_of_projection_origin",
	"vertical_perspective":           "longitude_of_projection_origin latitude_of_projection_origin perspective_point_height",
}

// ownMapping is the attribute that names a grid mapping which lacks what CF requires, so
// that it comes back all the same.
const ownMapping = "vdm_grid_mapping"
