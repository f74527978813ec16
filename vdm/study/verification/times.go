package verification

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// timesDiffer is the smallest difference in hours between two distinct instants: far
// less than a radar's step, more than the rounding of hours.
const timesDiffer = 1.0 / 600

// mostSteps is the largest number of steps between the first and the last frame of a
// case that forecasters without learning make for its sake.
const mostSteps = 1000

// stepOf returns the hours between frames at the given hours, if none were left out: of
// lead times of 5, 10 and 30 minutes the smallest distance, unless only the step of the
// data divides all distances.
func stepOf(hours []float64, data float64) float64 {
	smallest, alike := distances(hours)
	if len(hours) < 2 {
		return data
	}
	if alike {
		return climate.MedianStep(hours)
	}
	if _, even := evenly(hours, smallest); !even {
		if _, even := evenly(hours, data); even {
			return data
		}
	}
	return smallest
}

// distances returns the smallest distance between neighbouring frames in hours, and
// whether all are about as large, as the lengths of months are.
func distances(hours []float64) (smallest float64, alike bool) {
	largest := 0.0
	smallest = math.Inf(1)
	for i := 1; i < len(hours); i++ {
		d := hours[i] - hours[i-1]
		smallest, largest = min(smallest, d), max(largest, d)
	}
	return smallest, largest < 1.2*smallest
}

// evenly returns the number of steps from the first frame to each frame, and whether these
// are whole numbers.
func evenly(hours []float64, step float64) (at []int, even bool) {
	even = step > 0
	for _, t := range hours {
		n := math.Round((t - hours[0]) / step)
		at, even = append(at, int(n)), even && math.Abs(hours[0]+n*step-t) < timesDiffer
	}
	return at, even
}

// places returns the place of each frame among frames that are equally far apart. Times
// that have no common step are an error.
func places(hours []float64, data float64) (at []int, err error) {
	if _, alike := distances(hours); alike || len(hours) < 2 {
		for i := range hours {
			at = append(at, i)
		}
		return at, nil
	}
	at, even := evenly(hours, stepOf(hours, data))
	if !even || at[len(at)-1] > mostSteps {
		return nil, fmt.Errorf("its frames lie at %s: a forecaster without learning needs times with a common step", inMinutes(since(hours)))
	}
	return at, nil
}

// since returns the hours from the first frame to each frame.
func since(hours []float64) (all []float64) {
	for _, t := range hours {
		all = append(all, t-hours[0])
	}
	return all
}

// unequal returns the minutes from the first frame to each frame where these are not
// equally far apart, else nil.
func unequal(hours []float64) (minutes []float64) {
	if _, alike := distances(hours); alike || len(hours) < 2 {
		return nil
	}
	for _, t := range since(hours) {
		minutes = append(minutes, 60*t)
	}
	return minutes
}

func inMinutes(hours []float64) string {
	text := ""
	for i, h := range hours {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%+.4g", 60*h)
	}
	return text + " min"
}
