package cf

import (
	"regexp"
	"slices"
	"strings"
)

// role is the meaning of a dimension or coordinate.
type role int

const (
	roleNone      role = iota
	roleTime           // T
	roleY              // latitude, rotated latitude, projection y
	roleX              // longitude, rotated longitude, projection x
	roleReference      // the time at which a forecast starts
	rolePeriod         // the time since the start of a forecast
	roleOther          // height, member and the like
)

var (
	timeName = regexp.MustCompile(`^(time|t|xtime|times|valid_?time|elapsed_?time|datetime|date)[0-9]*$`)
	yName    = regexp.MustCompile(`^(y|lat|lats|latitude|rlat|grid_latitude|nlat|south_north|ny|j|nj|row|rows|nrow|nrows|northing|yc|projection_y_coordinate|yt|grid_yt|yaxis_1|yh|y0|(g[0-9]_)?lat_[0-9])[0-9]?$`)
	xName    = regexp.MustCompile(`^(x|lon|lons|longitude|rlon|grid_longitude|nlon|west_east|nx|i|ni|col|cols|ncol|ncols|column|columns|easting|xc|projection_x_coordinate|xt|grid_xt|xaxis_1|xh|x0|(g[0-9]_)?lon_[0-9])[0-9]?$`)

	referenceName = regexp.MustCompile(`^(forecast_reference_time|reference_time|reftime|ref_time|init_?time|initial_time|analysis_time|run_?time|basetime|base_time)[0-9]*$`)
	periodName    = regexp.MustCompile(`^(forecast_period|step|lead|lead_?time|forecast_?hour|fhour|forecast_lead_time|prediction_timedelta)[0-9]*$`)
)

// nameRole returns the role that a name suggests, the weakest sign.
func nameRole(name string) role {
	n := strings.ToLower(name)
	switch {
	case timeName.MatchString(n):
		return roleTime
	case yName.MatchString(n):
		return roleY
	case xName.MatchString(n):
		return roleX
	case referenceName.MatchString(n):
		return roleReference
	case periodName.MatchString(n):
		return rolePeriod
	}
	return roleNone
}

// isLatitude and isLongitude decide by the units that CF reserves for them and by
// standard names.
func isLatitude(v *variable) bool {
	switch strings.ToLower(v.text("units")) {
	case "degrees_north", "degree_north", "degree_n", "degrees_n", "degreen", "degreesn", "degrees_south", "degree_south":
		return true
	}
	return v.text("standard_name") == "latitude" || angleNamed(v, "lat", "latitude", "xlat", "nav_lat", "clat")
}

func isLongitude(v *variable) bool {
	switch strings.ToLower(v.text("units")) {
	case "degrees_east", "degree_east", "degree_e", "degrees_e", "degreee", "degreese", "degrees_west", "degree_west":
		return true
	}
	return v.text("standard_name") == "longitude" || angleNamed(v, "lon", "longitude", "xlong", "xlon", "nav_lon", "clon")
}

// angleNamed reports whether a variable in plain degrees, or without units, has one of
// the names.
func angleNamed(v *variable, names ...string) bool {
	switch strings.ToLower(v.text("units")) {
	case "", "degrees", "degree", "deg":
		return knownRole(v.text("standard_name")) == roleNone && slices.Contains(names, strings.ToLower(v.base()))
	}
	return false
}

// knownRole returns the role of one of CF's standard names for coordinates. Other words
// give none.
func knownRole(standardName string) role {
	switch standardName {
	case "time":
		return roleTime
	case "latitude", "grid_latitude", "projection_y_coordinate", "projection_y_angular_coordinate":
		return roleY
	case "longitude", "grid_longitude", "projection_x_coordinate", "projection_x_angular_coordinate":
		return roleX
	case "forecast_reference_time":
		return roleReference
	case "forecast_period":
		return rolePeriod
	case "height", "depth", "altitude", "air_pressure", "realization", "model_level_number", "region", "surface_altitude",
		"height_above_mean_sea_level", "radiation_wavelength", "air_potential_temperature":
		return roleOther
	}
	if strings.HasPrefix(standardName, "atmosphere_") || strings.HasPrefix(standardName, "ocean_") {
		return roleOther // parametric vertical coordinates
	}
	return roleNone
}

// coordinateRole returns the role of a coordinate variable by its attributes (CF-1.8,
// chapter 4): a standard_name that CF lists, then units, then axis, then its name.
func coordinateRole(v *variable) role {
	if r := strongRole(v); r != roleNone {
		return r
	}
	switch strings.ToUpper(v.text("axis")) {
	case "T":
		return roleTime
	case "Y":
		return roleY
	case "X":
		return roleX
	case "Z", "E":
		return roleOther
	}
	return nameRole(v.base())
}

// strongRole returns the role by standard_name and units alone.
func strongRole(v *variable) role {
	if r := knownRole(v.text("standard_name")); r != roleNone {
		return r
	}
	units := strings.ToLower(v.text("units"))
	switch {
	case isLatitude(v):
		return roleY
	case isLongitude(v):
		return roleX
	case strings.Contains(units, " since ") || strings.HasPrefix(units, "day as "):
		if referenceName.MatchString(strings.ToLower(v.base())) {
			return roleReference
		}
		return roleTime
	}
	return roleNone
}

// layout says which dimension of a variable has which role. It is −1 where the variable
// has no such dimension.
type layout struct {
	t, y, x    int
	fixed      []int // index chosen along each other dimension; 0 for t, y and x
	merged     int   // dimension whose places complete each other; -1 means none
	timeVar    *variable
	period     *variable // added to timeVar; nil means none
	yVar, xVar *variable
	lat, lon   *variable // over two horizontal dimensions, and perhaps time; or nil
	start      *variable // when the forecast started to which all frames belong; or nil
	told       bool      // whether the options say which dimensions are rows and columns
	notes      []string
}

// isLength reports whether units are lengths, such as those of distances on a map.
func isLength(units string) bool {
	switch strings.ToLower(units) {
	case "m", "km", "metre", "meter", "metres", "meters", "kilometre", "kilometer", "kilometres", "kilometers", "degrees", "degree", "radian", "radians", "rad":
		return true
	}
	return false
}

// boundsName matches names of bounds to which no variable need refer.
var boundsName = regexp.MustCompile(`(?i)_(bnds?|bounds|vertices|edges)$`)
