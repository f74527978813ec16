package verification

import (
	"fmt"
	"math"
)

// step returns the hours between the frames of a case, if all lead times were there: of
// lead times of 5, 10 and 30 minutes the smallest distance, unless only the data's step
// divides all distances.
func (k *forecastCase) step(o *Options) float64 {
	data := o.Data.Fields[0].Step()
	switch smallest, alike := k.distances(); {
	case len(k.clip.Times) < 2:
		return data
	case alike:
		return k.clip.Step()
	default:
		if _, even := k.even(smallest); !even {
			if _, even := k.even(data); even {
				return data
			}
		}
		return smallest
	}
}

// distances returns the smallest distance between neighbouring frames in hours, and
// whether the others are about as large, as those of months are.
func (k *forecastCase) distances() (smallest float64, alike bool) {
	times, largest := k.clip.Times, 0.0
	smallest = math.Inf(1)
	for i := 1; i < len(times); i++ {
		d := times[i] - times[i-1]
		smallest, largest = min(smallest, d), max(largest, d)
	}
	return smallest, largest < 1.2*smallest
}

// even returns the number of steps from the first frame to each frame, and whether these
// are whole numbers.
func (k *forecastCase) even(step float64) (at []int, even bool) {
	even = step > 0
	for _, t := range k.clip.Times {
		n := math.Round((t - k.clip.Times[0]) / step)
		at, even = append(at, int(n)), even && math.Abs(k.clip.Times[0]+n*step-t) < timesDiffer
	}
	return at, even
}

// mostSteps is the largest number of steps between the first and the last frame of a
// case that forecasters without learning make for its sake.
const mostSteps = 1000

// places returns the place of each frame of a case among frames that are equally far
// apart. Times that have no common step are an error.
func (k *forecastCase) places(o *Options) (at []int, err error) {
	if _, alike := k.distances(); alike || len(k.clip.Times) < 2 {
		for i := range k.clip.Times {
			at = append(at, i)
		}
		return at, nil
	}
	at, even := k.even(k.step(o))
	if !even || at[len(at)-1] > mostSteps {
		return nil, fmt.Errorf("its frames lie at %s: a forecaster without learning needs times with a common step", inMinutes(k.since()))
	}
	return at, nil
}

// since returns the hours from the first frame to each frame.
func (k *forecastCase) since() (all []float64) {
	for _, t := range k.clip.Times {
		all = append(all, t-k.clip.Times[0])
	}
	return all
}

// minutes returns the minutes from the first frame to each frame where these are not
// equally far apart, else nil.
func (k *forecastCase) minutes() (all []float64) {
	if _, alike := k.distances(); alike || len(k.clip.Times) < 2 {
		return nil
	}
	for _, t := range k.since() {
		all = append(all, 60*t)
	}
	return all
}
