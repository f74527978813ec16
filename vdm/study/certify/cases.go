package certify

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// process returns a process of clips of mean 0 and variance 1, whose correlation falls with
// distance as exp(−d/length) along frames, and along rows and columns.
func process(frames, rows, columns int, time, space float64) (*exact.GaussianProcess, error) {
	return exact.NewGaussianProcess(nil, exact.Exponential(frames, time, 1), exact.Exponential(rows, space, 1), exact.Exponential(columns, space, 1))
}

// given is an observation with a name.
type given struct {
	name        string
	observation vdm.Observation
}

// known returns the observation of the values of a clip for which is is true, with errors of
// a standard deviation.
func known(x []float32, is func(i int) bool, std float64) vdm.Observation {
	y := make([]float32, len(x))
	for i, v := range x {
		if y[i] = float32(math.NaN()); is(i) {
			y[i] = v
		}
	}
	return vdm.Observation{{Y: y, Std: std}}
}
