package run

import (
	"fmt"
	"slices"
)

// roundingSlack is the ratio by which the step of rounding may exceed the smallest gap
// of the data. A record may write its own step with few digits: multiples of 1/16 as
// 0.06, 0.13, 0.19, 0.25 have gaps of 0.06 and 0.07. The probabilities can then add up
// to 1.05 at most, an error of 0.07 bits a value.
const roundingSlack = 1.05

// distinct contains the values that occur in one channel, sorted, each once.
type distinct []float32

// add inserts the values of one channel of a clip with a number of channels.
func (d *distinct) add(clip []float32, channel, channels int) {
	for i := channel; i < len(clip); i += channels {
		*d = append(*d, clip[i])
	}
	slices.Sort(*d)
	*d = slices.Compact(*d)
}

// checkRounding returns an error where the step of rounding is larger than the smallest
// gap between two distinct values of a channel. The bins [x, x + step) of such values
// overlap, and the probabilities of the rounded values would add up to more than 1.
func checkRounding(step float64, channel string, values distinct) error {
	if len(values) < 2 {
		return nil
	}
	at := 1
	gap := func(i int) float64 { return float64(values[i]) - float64(values[i-1]) }
	for i := range values[1:] {
		if gap(i+1) < gap(at) {
			at = i + 1
		}
	}
	if step <= roundingSlack*gap(at) {
		return nil
	}
	return fmt.Errorf("channel %q: dequantise is %v, larger than %.4g, the smallest gap between distinct values of the clips (%v and %v): the steps of rounding overlap, and what they hold are no probabilities; give the step to which the data were rounded, or round the data to %v first",
		channel, step, gap(at), values[at-1], values[at], step)
}
