package cf

import (
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// place are where and when fields lie, for the header of a file.
type place struct {
	grid            *climate.Grid
	y, x            string // names of the horizontal dimensions
	times, from, to []float64
	calendar, epoch string
	reference       *float64 // from when on they are a forecast; nil where they are none
}

// dated says whether times count from a date.
func (p *place) dated() bool { return p.epoch == climate.Epoch }

// timeName is the name of the dimension along which frames follow one another. Elapsed
// time is no time axis of CF: neither its name nor axis nor standard_name may say so.
func (p *place) timeName() string {
	if p.dated() {
		return "time"
	}
	return "elapsed_time"
}

// clock is the unit in which the times of the place are written.
func (p *place) clock() clock {
	all := slices.Concat(p.times, p.from, p.to)
	if p.reference != nil {
		all = append(all, *p.reference)
	}
	return clockOf(all)
}

// SampleChannel is one variable of the samples.
type SampleChannel struct {
	Name, LongName, StandardName, Units string
	CellMethods                         string // "time: mean" and the like; "" for none

	// Data is (member, time, y, x) row by row, as in the file; NaN is missing.
	Data []float32
}
