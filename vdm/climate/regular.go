package climate

import (
	"math"
	"slices"
)

// Regular returns ascending times, in hours, that are all within resolution of the given
// ones and lie on a regular axis of a round step, and that step: the times that a file
// meant but stores coarsely, such as hours in days of single precision. Times may be
// left out. ok is false where no round step fits every time.
func Regular(times []float64, resolution float64) (exact []float64, step float64, ok bool) {
	n := len(times)
	if n < 3 || !(resolution > 0) {
		return nil, 0, false
	}
	usual := MedianStep(times)
	// The mean of a step that occurs often is more accurate than a single one.
	sum, count := 0.0, 0
	for i := 1; i < n; i++ {
		if d := times[i] - times[i-1]; math.Abs(d-usual) <= 2*resolution {
			sum, count = sum+d, count+1
		}
	}
	if count == 0 {
		return nil, 0, false
	}
	usual = sum / float64(count)
	for _, unit := range []float64{24, 12, 6, 3, 1, 1. / 2, 1. / 4, 1. / 6, 1. / 12, 1. / 60, 1. / 120, 1. / 360, 1. / 3600} {
		step := math.Round(usual/unit) * unit
		if step <= 0 || math.Abs(step-usual) > resolution || resolution > step/2 {
			continue
		}
		if start, places, fits := onAxis(times, step, resolution); fits {
			exact = make([]float64, n)
			for i, k := range places {
				exact[i] = start + float64(k)*step
			}
			return exact, step, true
		}
	}
	return nil, 0, false
}

// onAxis returns the roundest start of an axis of a step on which all times lie to
// within resolution.
func onAxis(times []float64, step, resolution float64) (start float64, places []int, ok bool) {
	low, high := math.Inf(-1), math.Inf(1)
	places = make([]int, len(times))
	for i, t := range times {
		places[i] = int(math.Round((t - times[0]) / step))
		if i > 0 && places[i] <= places[i-1] {
			return 0, nil, false
		}
		at := t - float64(places[i])*step
		low, high = math.Max(low, at-resolution), math.Min(high, at+resolution)
	}
	if low > high {
		return 0, nil, false
	}
	for _, unit := range []float64{24, 12, 6, 3, 1, 1. / 2, 1. / 4, 1. / 6, 1. / 12, 1. / 60, 1. / 120, 1. / 360, 1. / 3600} {
		if start = math.Round((low+high)/2/unit) * unit; start >= low && start <= high {
			return start, places, true
		}
	}
	return (low + high) / 2, places, true
}

// RoundedTo returns the distance between the decimals to which values were rounded, such
// as 0.001, or 0 where they are whole or were not rounded.
func RoundedTo(values []float64) float64 {
	if len(values) < 3 || !slices.ContainsFunc(values, func(v float64) bool { return v != math.Round(v) }) {
		return 0
	}
	for digits, scale := 1, 10.0; digits <= 8; digits, scale = digits+1, scale*10 {
		if !slices.ContainsFunc(values, func(v float64) bool {
			return math.Abs(v*scale-math.Round(v*scale)) > 1e-9*math.Max(1, math.Abs(v*scale)/1e6)
		}) {
			if digits < 2 {
				return 0 // these are tenths of something else
			}
			return 1 / scale
		}
	}
	return 0
}
