package cf

import (
	"math"
	"strings"
)

// inRadians reports whether a latitude or longitude is given in radians.
func inRadians(c *variable) bool {
	switch strings.ToLower(c.text("units")) {
	case "radian", "radians", "rad":
		return c.text("standard_name") == "latitude" || c.text("standard_name") == "longitude"
	}
	return false
}

// countsBackwards reports whether a latitude counts southwards or a longitude westwards.
func countsBackwards(c *variable) bool {
	units := strings.ToLower(c.text("units"))
	return strings.HasSuffix(units, "_south") || strings.HasSuffix(units, "_west")
}

// toDegrees converts radians, and degrees that count southwards or westwards.
func (v *variable) toDegrees(values []float64) {
	factor := 1.0
	switch {
	case inRadians(v):
		factor = 180 / math.Pi
	case countsBackwards(v):
		factor = -1
	default:
		return
	}
	for i := range values {
		values[i] *= factor
	}
}
