package climate

import (
	"fmt"
	"strconv"
)

// RainUnits is the unit of every rain field.
const RainUnits = "mm/h"

// DryBelow is the rate in mm/h below which a cell is called dry in reports.
const DryBelow = 0.1

func (k Kind) String() string {
	switch k {
	case KindRain:
		return "rain"
	case KindOther:
		return "other"
	}
	return "auto"
}

// RainScale converts stored precipitation to mm/h (or an amount to mm, to be divided by
// the length of its interval in hours).
type RainScale struct {
	Factor float64
	Amount bool // whether it is an accumulation, not a rate
}

// AcceptedRainUnits is the list of units in the message of a refusal.
const AcceptedRainUnits = "rates in mm/h, mm/hour, mm/hr, mm h-1, mm/day, mm d-1, mm s-1, m s-1, kg m-2 s-1, kg m-2 h-1 " +
	"(and other spellings of a length or a mass per area, per time); amounts over a known interval in mm, cm, m, inch, kg m-2"

// ParseRainUnits returns the conversion from the units of a precipitation variable. A
// mass per area is taken as liquid water of 1000 kg m-3, for which 1 kg m-2 is 1 mm.
func ParseRainUnits(units string) (RainScale, error) {
	q, err := parseQuantity(units)
	if err != nil {
		return RainScale{}, fmt.Errorf("units %q are not units of rain (%w); accepted: %s", units, err, AcceptedRainUnits)
	}
	const squareMetre = 1e6 // in mm²: 1 kg m-2 of water is 1 mm deep
	switch q {
	case quantity{q.factor, 1, -1, 0}:
		return RainScale{Factor: snap(q.factor)}, nil
	case quantity{q.factor, -2, -1, 1}:
		return RainScale{Factor: snap(q.factor * squareMetre)}, nil
	case quantity{q.factor, 1, 0, 0}:
		return RainScale{Factor: snap(q.factor), Amount: true}, nil
	case quantity{q.factor, -2, 0, 1}:
		return RainScale{Factor: snap(q.factor * squareMetre), Amount: true}, nil
	}
	return RainScale{}, fmt.Errorf("units %q are neither a rate nor an amount of rain; accepted: %s", units, AcceptedRainUnits)
}

// snap removes the rounding of a product of factors, so that mm/h has exactly the factor
// 1.
func snap(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 13, 64), 64)
	return y
}

// PerDepth reports whether units of rain are a depth of water, per time or not, and not
// a mass per area.
func PerDepth(units string) bool {
	q, err := parseQuantity(units)
	return err == nil && q.length == 1 && q.mass == 0
}

// RatePeriod returns the hours in the units of a rate of rain: 24 of mm/day. It is 0
// where units are no rate, or where the period is none of second, minute, hour and day.
func RatePeriod(units string) float64 {
	scale, err := ParseRainUnits(units)
	if err != nil || scale.Amount {
		return 0
	}
	for _, hours := range []float64{1, 24, 1.0 / 3600, 1.0 / 60} {
		switch snap(scale.Factor * hours) {
		case 1, 10, 1000, 25.4: // mm or kg m-2, cm, m, inches
			return hours
		}
	}
	return 0
}
