package vdm

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// Observation is what is known of a clip: measurements y = A·x + noise, whose noise is
// Gaussian and independent from value to value. It is in the units of the denoiser.
type Observation []Measurement

// Measurement is one measurement y = A·x + noise of an [Observation].
type Measurement struct {
	Of Operator // the operator A; the zero value observes the clip itself

	// Y contains the observed values, shaped as A·x, [frame, row, column, channel]: once
	// for all samples, or once for each sample. NaN means that a value was not observed:
	// a region, gauges at points and known frames are written as masks of NaN.
	Y []float32
	// Std is the standard deviation of the noise; 0 means exact.
	Std float64
	// StdOf, if not nil, contains the standard deviation of each value of Y (for one
	// sample) and takes the place of Std.
	StdOf []float32
}

// KnownCells returns the exact measurement of the cells of a clip x that known marks. It
// has one mark for each value of x.
func KnownCells(x []float32, known []bool) (Measurement, error) {
	if len(x) != len(known) {
		return Measurement{}, fmt.Errorf("known cells: %d values and %d marks of what is known, want as many", len(x), len(known))
	}
	y := slices.Clone(x)
	for i, k := range known {
		if !k {
			y[i] = float32(math.NaN())
		}
	}
	return Measurement{Y: y}, nil
}

// Replaceable reports whether known parts of z can be replaced by forward
// samples: the observation is one exact measurement whose rows are orthogonal,
// such as known cells or block means.
func (o Observation) Replaceable() bool {
	return len(o) == 1 && o[0].exact() && o[0].Of.orthogonal()
}

var errNothingKnown = errors.New("no cell is known: use Sample")

// validate checks the measurement and returns the number of observed values.
func (m Measurement) validate(clip [4]int, samples int) (observed int, err error) {
	shape, err := m.Of.Shape(clip)
	if err != nil {
		return 0, err
	}
	n := shape[0] * shape[1] * shape[2] * shape[3]
	if len(m.Y) != n && len(m.Y) != samples*n {
		return 0, fmt.Errorf("%d values, want %d (%d frames × %d × %d × %d channels), or as many for each of %d samples", len(m.Y), n, shape[0], shape[1], shape[2], shape[3], samples)
	}
	if m.StdOf != nil && len(m.StdOf) != n {
		return 0, fmt.Errorf("standard deviations of %d values, want %d", len(m.StdOf), n)
	}
	if !(m.Std >= 0) || math.IsInf(m.Std, 1) {
		return 0, fmt.Errorf("standard deviation of the noise is %v, want a finite number of at least 0", m.Std)
	}
	for i, s := range m.StdOf {
		if !(s >= 0) || math.IsInf(float64(s), 1) {
			return 0, fmt.Errorf("standard deviation of value %d is %v, want a finite number of at least 0", i, s)
		}
	}
	for i, y := range m.Y {
		switch {
		case math.IsInf(float64(y), 0):
			return 0, fmt.Errorf("value %d is infinite", i)
		case !math.IsNaN(float64(y)):
			observed++
		}
	}
	return observed, nil
}

// variance returns the variance of the noise of value i of a sample.
func (m Measurement) variance(i int) float64 {
	if m.StdOf != nil {
		return float64(m.StdOf[i]) * float64(m.StdOf[i])
	}
	return m.Std * m.Std
}

// exact reports whether no value has noise.
func (m Measurement) exact() bool {
	if m.StdOf == nil {
		return m.Std == 0
	}
	return !slices.ContainsFunc(m.StdOf, func(s float32) bool { return s != 0 })
}
