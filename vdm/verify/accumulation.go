package verify

import (
	"fmt"
	"math"
	"slices"
)

// durations is what scores of accumulated amounts share: a window of frames whose values,
// rates per hour, are summed to amounts.
type durations struct {
	frames, cells, window int
	hours                 float64 // of one frame
}

func newDurations(who string, frames, cells, window int, hours float64) (durations, error) {
	if err := clipSize(who, frames, cells); err != nil {
		return durations{}, err
	}
	if window < 1 || window > frames {
		return durations{}, fmt.Errorf("%s: windows of %d frames; want 1 to %d, which clips have", who, window, frames)
	}
	if !(hours > 0) || math.IsInf(hours, 0) {
		return durations{}, fmt.Errorf("%s: frames of %v hours; want a positive number", who, hours)
	}
	return durations{frames, cells, window, hours}, nil
}

// amount returns what falls in a cell in the window from frame t on; NaN where a value
// is missing.
func (d durations) amount(clip []float32, cell, t int) float64 {
	sum := 0.0
	for i := t; i < t+d.window; i++ {
		sum += float64(clip[i*d.cells+cell])
	}
	return sum * d.hours
}

// Maxima collects the largest amounts that fall within a window of frames: in the
// wettest hour, the wettest day. Windows lie anywhere in the clip. With a window of a
// day it is Rx1day of the ETCCDI (Zhang et al. 2011, WIREs Climate Change 2, 851), with
// the clip in place of the month. Make it with [NewMaxima].
type Maxima struct {
	Missing int64 // number of cells of clips in which no window is without a missing value

	durations
	sum    float64
	n      int64
	blocks []float64 // largest amount of each clip
}

// MaximaValue is the result of Maxima, in the units of the data times hours (mm for
// rates in mm/h). Both values are NaN where nothing was added.
type MaximaValue struct {
	Mean    float64   // mean over cells and clips of the largest amount of a cell in a clip
	Wettest float64   // largest amount of all
	Blocks  []float64 // largest amount of any cell, for each clip: block maxima for [ReturnLevels]
}

// NewMaxima returns empty maxima of amounts over a window of frames, for clips of a
// number of frames of some hours each and of cells a frame.
func NewMaxima(frames, cells, window int, hours float64) (*Maxima, error) {
	d, err := newDurations("maxima", frames, cells, window, hours)
	return &Maxima{durations: d}, err
}

// Add adds the maxima of a clip of rates.
func (m *Maxima) Add(clip []float32) error {
	if err := ofSize("maxima", clip, m.frames, m.cells); err != nil {
		return err
	}
	largest := math.NaN()
	for cell := range m.cells {
		most := math.NaN()
		for t := range m.frames - m.window + 1 {
			if a := m.amount(clip, cell, t); !(a <= most) && a == a {
				most = a
			}
		}
		if most != most {
			m.Missing++
			continue
		}
		m.sum += most
		m.n++
		if !(most <= largest) {
			largest = most
		}
	}
	if largest == largest {
		m.blocks = append(m.blocks, largest)
	}
	return nil
}

// Merge adds the maxima of o, which must have the same settings.
func (m *Maxima) Merge(o *Maxima) error {
	if m.durations != o.durations {
		return fmt.Errorf("maxima: merging %+v with %+v; want equal settings", m.durations, o.durations)
	}
	m.Missing += o.Missing
	m.sum += o.sum
	m.n += o.n
	m.blocks = append(m.blocks, o.blocks...)
	return nil
}

// Value returns the maxima.
func (m *Maxima) Value() MaximaValue {
	v := MaximaValue{Mean: m.sum / float64(m.n), Wettest: math.NaN(), Blocks: slices.Clone(m.blocks)}
	if len(m.blocks) > 0 {
		v.Wettest = slices.Max(m.blocks)
	}
	return v
}

// WetIntensity is the mean amount of the intervals with at least a threshold: wet hours,
// wet days. With an interval of a day and 1 mm it is the simple daily intensity index
// SDII of the ETCCDI (Zhang et al. 2011). Intervals follow each other from the first
// frame of the clip on; what is left over at its end is left out. Make it with
// [NewWetIntensity].
type WetIntensity struct {
	Missing int64 // number of intervals with a missing value

	durations
	threshold float64
	sum       float64
	wet, all  int64
}

// WetIntensityValue is the result of WetIntensity.
type WetIntensityValue struct {
	Intensity float64 // mean amount of wet intervals, in the units of the data times hours; NaN where none is wet
	Share     float64 // share of intervals that are wet; NaN where there is none
	Intervals int64
}

// NewWetIntensity returns an empty score of intervals of a number of frames of some hours
// each, which are wet from an amount on: the threshold, in the units of the data times
// hours.
func NewWetIntensity(frames, cells, interval int, hours, threshold float64) (*WetIntensity, error) {
	d, err := newDurations("wet intensity", frames, cells, interval, hours)
	if err == nil && (!(threshold > 0) || math.IsInf(threshold, 0)) {
		err = fmt.Errorf("wet intensity: the threshold is %v; want a positive amount", threshold)
	}
	return &WetIntensity{durations: d, threshold: threshold}, err
}

// Add adds the intervals of a clip of rates.
func (w *WetIntensity) Add(clip []float32) error {
	if err := ofSize("wet intensity", clip, w.frames, w.cells); err != nil {
		return err
	}
	// Rates have 24 bits: 0.1 mm/h for an hour should reach 0.1 mm.
	least := w.threshold * (1 - 1e-6)
	for t := 0; t+w.window <= w.frames; t += w.window {
		for cell := range w.cells {
			switch a := w.amount(clip, cell, t); {
			case a != a:
				w.Missing++
			case a >= least:
				w.sum += a
				w.wet++
				fallthrough
			default:
				w.all++
			}
		}
	}
	return nil
}

// Merge adds the intervals of o, which must have the same settings.
func (w *WetIntensity) Merge(o *WetIntensity) error {
	if w.durations != o.durations || w.threshold != o.threshold {
		return fmt.Errorf("wet intensity: merging %+v from %v on with %+v from %v on; want equal settings", w.durations, w.threshold, o.durations, o.threshold)
	}
	w.Missing += o.Missing
	w.sum += o.sum
	w.wet += o.wet
	w.all += o.all
	return nil
}

// Value returns the intensity and the share of wet intervals.
func (w *WetIntensity) Value() WetIntensityValue {
	return WetIntensityValue{Intensity: w.sum / float64(w.wet), Share: float64(w.wet) / float64(w.all), Intervals: w.all}
}
