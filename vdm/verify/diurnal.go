package verify

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/mat"
)

// DiurnalCycle is the mean over cells and days by the hour of the day, and the sinusoid
// with a period of 24 h that fits it best. Make it with [NewDiurnalCycle]. It needs
// frames whose hours are known; generated clips that belong to no date have none.
type DiurnalCycle struct {
	Missing int64 // number of NaN

	cells            int
	sum, hours, days [24]float64 // sums of values and of hours, and number of values, by the whole hour
}

// DiurnalValue is the result of DiurnalCycle.
type DiurnalValue struct {
	Hours []float64 // mean hour of the day of the values of each whole hour, NaN where it has none
	Mean  []float64 // mean value at each whole hour, NaN where it has none

	// Amplitude, in the units of the data, and Peak, the hour of the maximum in [0, 24),
	// are those of the first harmonic (as in Dai, Giorgi and Trenberth 1999, JGR 104,
	// 6377), by least squares over the hours with values. They are NaN with values at
	// fewer than three hours; Peak is also NaN where the amplitude is 0.
	Amplitude, Peak float64
}

// NewDiurnalCycle returns an empty cycle of frames with a number of cells.
func NewDiurnalCycle(cells int) (*DiurnalCycle, error) {
	if err := clipSize("diurnal cycle", 1, cells); err != nil {
		return nil, err
	}
	return &DiurnalCycle{cells: cells}, nil
}

// Add adds a clip whose frames have the given hours of the day, in [0, 24), in the time
// that the result should have: UTC, or local solar time.
func (d *DiurnalCycle) Add(clip []float32, hours []float64) error {
	if err := ofSize("diurnal cycle", clip, len(hours), d.cells); err != nil {
		return err
	}
	for t, hour := range hours {
		if !(hour >= 0 && hour < 24) {
			return fmt.Errorf("diurnal cycle: frame %d is at hour %v of the day; want 0 to 24", t, hour)
		}
	}
	for t, hour := range hours {
		at := int(hour)
		for _, v := range clip[t*d.cells : (t+1)*d.cells] {
			if v != v {
				d.Missing++
				continue
			}
			d.sum[at] += float64(v)
			d.hours[at] += hour
			d.days[at]++
		}
	}
	return nil
}

// Merge adds the data of o, which must have as many cells.
func (d *DiurnalCycle) Merge(o *DiurnalCycle) error {
	if d.cells != o.cells {
		return fmt.Errorf("diurnal cycle: merging %d cells with %d; want equal sizes", d.cells, o.cells)
	}
	d.Missing += o.Missing
	for h := range d.sum {
		d.sum[h] += o.sum[h]
		d.hours[h] += o.hours[h]
		d.days[h] += o.days[h]
	}
	return nil
}

// Value returns the cycle and its first harmonic.
func (d *DiurnalCycle) Value() DiurnalValue {
	v := DiurnalValue{Amplitude: math.NaN(), Peak: math.NaN()}
	var rows, values []float64
	for h := range d.sum {
		hour, mean := d.hours[h]/d.days[h], d.sum[h]/d.days[h] // NaN without values
		v.Hours, v.Mean = append(v.Hours, hour), append(v.Mean, mean)
		if d.days[h] > 0 {
			angle := 2 * math.Pi * hour / 24
			rows, values = append(rows, 1, math.Cos(angle), math.Sin(angle)), append(values, mean)
		}
	}
	if len(values) < 3 {
		return v
	}
	var fit mat.VecDense
	if err := fit.SolveVec(mat.NewDense(len(values), 3, rows), mat.NewVecDense(len(values), values)); err != nil {
		return v // three hours so close together that they do not determine a sinusoid
	}
	c, s := fit.AtVec(1), fit.AtVec(2)
	v.Amplitude = math.Hypot(c, s)
	if v.Amplitude > 1e-12*math.Abs(fit.AtVec(0)) { // else rounding
		v.Peak = math.Mod(24+math.Atan2(s, c)/(2*math.Pi)*24, 24)
	}
	return v
}
