package verify

import (
	"math"
	"slices"
	"testing"
)

// wave adds frames of a sinusoid with its maximum at peak, from an hour on with a step.
func wave(t *testing.T, d *DiurnalCycle, mean, amplitude, peak, from, step float64, frames int) {
	t.Helper()
	var clip []float32
	var hours []float64
	for f := range frames {
		hour := math.Mod(from+step*float64(f), 24)
		v := float32(mean + amplitude*math.Cos(2*math.Pi*(hour-peak)/24))
		clip, hours = append(clip, v, v+1, v-1), append(hours, hour)
	}
	check(t, d.Add(clip, hours))
}

// A sinusoid is found again from hourly values at half hours, and from 3-hourly ones
// with a gap, which are not spread evenly over the day.
func TestDiurnalCycleOfASinusoid(t *testing.T) {
	hourly := must(NewDiurnalCycle(3))
	wave(t, hourly, 5, 2, 15.25, 0.5, 1, 72)
	v := hourly.Value()
	if !near(v.Amplitude, 2, 1e-6) || !near(v.Peak, 15.25, 1e-6) || !near(v.Hours[7], 7.5, 1e-12) || !near(v.Mean[15], 5+2*math.Cos(2*math.Pi*0.25/24), 1e-6) {
		t.Errorf("amplitude %v at %v, hours %v, means %v", v.Amplitude, v.Peak, v.Hours, v.Mean)
	}
	sparse := must(NewDiurnalCycle(3))
	wave(t, sparse, 0.5, 0.25, 23.5, 0, 3, 5)
	if v := sparse.Value(); !near(v.Amplitude, 0.25, 1e-6) || !near(v.Peak, 23.5, 1e-6) || !math.IsNaN(v.Mean[1]) || !math.IsNaN(v.Mean[15]) {
		t.Errorf("3-hourly: amplitude %v at %v, means %v", v.Amplitude, v.Peak, v.Mean)
	}
}

func TestDiurnalCycleOfLittle(t *testing.T) {
	dry := must(NewDiurnalCycle(3))
	check(t, dry.Add(make([]float32, 3*24), slices.Collect(func(yield func(float64) bool) {
		for h := range 24 {
			if !yield(float64(h)) {
				return
			}
		}
	})))
	if v := dry.Value(); v.Amplitude != 0 || !math.IsNaN(v.Peak) {
		t.Errorf("all dry: amplitude %v at %v, want 0 and none", v.Amplitude, v.Peak)
	}
	twice := must(NewDiurnalCycle(3))
	wave(t, twice, 1, 1, 0, 0, 12, 6)
	if v := twice.Value(); !math.IsNaN(v.Amplitude) || v.Mean[0] != 2 || v.Mean[12] != 0 {
		t.Errorf("two hours a day have a harmonic: %+v", v)
	}
	one := must(NewDiurnalCycle(1))
	check(t, one.Add([]float32{missing, 3}, []float64{1, 23.9}))
	if v := one.Value(); one.Missing != 1 || v.Mean[23] != 3 || !math.IsNaN(v.Mean[1]) {
		t.Errorf("%+v with %d missing", v, one.Missing)
	}
	for _, hours := range [][]float64{{24}, {-1}, {math.NaN()}, {1, 2}} {
		if one.Add([]float32{1}, hours) == nil {
			t.Errorf("hours %v are no error", hours)
		}
	}
	if _, err := NewDiurnalCycle(0); err == nil || one.Merge(dry) == nil {
		t.Error("no cells, or another number of cells, is no error")
	}
}

func TestMergeDiurnalCycle(t *testing.T) {
	laws(t, 1e-12, func() *DiurnalCycle { return must(NewDiurnalCycle(25)) },
		func(d *DiurnalCycle, part int) {
			check(t, d.Add(rain(uint32(part), 100), []float64{float64(part), 6.5, 12, 19}))
		}, (*DiurnalCycle).Merge, func(d *DiurnalCycle) []float64 {
			v := d.Value()
			return []float64{v.Amplitude, v.Peak, v.Mean[0], v.Mean[6]}
		})
}
