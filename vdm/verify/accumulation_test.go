package verify

import (
	"math"
	"testing"
)

// Two cells over four half hours, by hand: 1, 3, 2, 0 and 0, 0, 4, 1 mm/h.
func TestMaximaByHand(t *testing.T) {
	m := must(NewMaxima(4, 2, 2, 0.5))
	check(t, m.Add([]float32{1, 0, 3, 0, 2, 4, 0, 1}))
	check(t, m.Add(make([]float32, 8)))
	v := m.Value()
	if !near(v.Mean, (2.5+2.5+0+0)/4, 1e-12) || v.Wettest != 2.5 || !allNear(v.Blocks, []float64{2.5, 0}, 0) {
		t.Errorf("%+v", v)
	}
	// A missing value takes its windows with it, and only these.
	gap := must(NewMaxima(4, 2, 2, 1))
	check(t, gap.Add([]float32{1, missing, missing, 9, 2, missing, 1, 1}))
	if v := gap.Value(); v.Mean != 3 || v.Wettest != 3 || gap.Missing != 1 {
		t.Errorf("with a gap: %+v, %d cells missing", v, gap.Missing)
	}
	none := must(NewMaxima(1, 1, 1, 1))
	check(t, none.Add([]float32{missing}))
	if v := none.Value(); !math.IsNaN(v.Mean) || !math.IsNaN(v.Wettest) || len(v.Blocks) != 0 {
		t.Errorf("of nothing: %+v", v)
	}
}

// Exponential amounts at rate 1 have the mean maximum 1 + ½ + … + 1/n of n hours.
func TestMaximaOfExponentialRain(t *testing.T) {
	const frames, cells = 6, 20000
	m := must(NewMaxima(frames, cells, 1, 1))
	clip := rain(3, frames*cells)
	for i := range clip {
		u := (float64(i)*0.6180339887498949 + 0.5) // equidistributed
		u -= math.Floor(u)
		clip[i] = float32(-math.Log(1 - u))
	}
	// A cell's frames lie far apart in the sequence, so shuffle them by a stride.
	for i := range clip {
		j := i * 7919 % len(clip)
		clip[i], clip[j] = clip[j], clip[i]
	}
	check(t, m.Add(clip))
	if got, want := m.Value().Mean, 1+0.5+1.0/3+0.25+0.2+1.0/6; !near(got, want, 0.02) {
		t.Errorf("mean maximum %v, want %v", got, want)
	}
}

func TestWetIntensityByHand(t *testing.T) {
	// Two intervals of two half hours, and a frame that is left over.
	w := must(NewWetIntensity(5, 2, 2, 0.5, 1))
	check(t, w.Add([]float32{
		1, 0,
		1, 0.5,
		4, missing,
		2, 1,
		99, 99,
	}))
	if v := w.Value(); v.Intensity != 2 || !near(v.Share, 2.0/3, 1e-12) || v.Intervals != 3 || w.Missing != 1 {
		t.Errorf("%+v with %d missing; want 2 mm in 2 of 3 intervals", v, w.Missing)
	}
	// Six hours of 0.1 mm/h in float32 are 0.6 mm.
	day := must(NewWetIntensity(6, 1, 6, 1, 0.6))
	check(t, day.Add([]float32{0.1, 0.1, 0.1, 0.1, 0.1, 0.1}))
	if v := day.Value(); v.Share != 1 {
		t.Errorf("an amount at the threshold is not wet: %+v", v)
	}
	dry := must(NewWetIntensity(1, 2, 1, 1, 0.1))
	check(t, dry.Add([]float32{0, 0.05}))
	if v := dry.Value(); !math.IsNaN(v.Intensity) || v.Share != 0 {
		t.Errorf("all dry: %+v", v)
	}
}

func TestAccumulationsRefuse(t *testing.T) {
	for _, c := range []struct {
		frames, cells, window int
		hours                 float64
	}{{0, 1, 1, 1}, {1, 0, 1, 1}, {4, 1, 5, 1}, {4, 1, 0, 1}, {4, 1, 1, 0}, {4, 1, 1, math.NaN()}, {4, 1, 1, math.Inf(1)}} {
		if _, err := NewMaxima(c.frames, c.cells, c.window, c.hours); err == nil {
			t.Errorf("maxima of %+v: no error", c)
		}
		if _, err := NewWetIntensity(c.frames, c.cells, c.window, c.hours, 1); err == nil {
			t.Errorf("wet intensity of %+v: no error", c)
		}
	}
	for _, threshold := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if _, err := NewWetIntensity(4, 1, 1, 1, threshold); err == nil {
			t.Errorf("a threshold of %v: no error", threshold)
		}
	}
	m, w := must(NewMaxima(4, 1, 1, 1)), must(NewWetIntensity(4, 1, 1, 1, 1))
	if m.Add(make([]float32, 3)) == nil || w.Add(make([]float32, 5)) == nil {
		t.Error("a clip of another size: no error")
	}
	if m.Merge(must(NewMaxima(4, 1, 2, 1))) == nil || w.Merge(must(NewWetIntensity(4, 1, 1, 1, 2))) == nil {
		t.Error("merging other settings: no error")
	}
}

func TestMergeAccumulations(t *testing.T) {
	laws(t, 1e-12, func() *Maxima { return must(NewMaxima(5, 20, 2, 1)) },
		func(m *Maxima, part int) { check(t, m.Add(rain(uint32(part), 100))) },
		(*Maxima).Merge, func(m *Maxima) []float64 {
			v := m.Value()
			return []float64{v.Mean, v.Wettest, float64(len(v.Blocks))}
		})
	laws(t, 1e-12, func() *WetIntensity { return must(NewWetIntensity(5, 20, 2, 1, 0.1)) },
		func(w *WetIntensity, part int) { check(t, w.Add(rain(uint32(part), 100))) },
		(*WetIntensity).Merge, func(w *WetIntensity) []float64 {
			v := w.Value()
			return []float64{v.Intensity, v.Share, float64(v.Intervals)}
		})
}
