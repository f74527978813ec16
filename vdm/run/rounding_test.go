package run

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// sixteenths are clips of multiples of 1/16 mm/h written with two digits, as Stage
// IV's rain is: 0.06, 0.13, 0.19, 0.25 and so on, and dry cells.
func sixteenths() *vdm.Samples {
	s := vdm.NewSamples(2, 2, 4, 4, 1)
	for i := range s.Data {
		k := max(0, i*i%97-20)
		s.Data[i] = float32(math.Round(100*float64(k)/16) / 100)
	}
	return s
}

// A step larger than the smallest gap of the data is refused, and the error names
// both; their own step is taken, although it is written with two digits only.
func TestLikelihoodRefusesTooLargeAStep(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	o := vdm.LikelihoodOptions{Levels: 1, Steps: 1}
	for _, step := range []float64{0.1, 0.07, 1} {
		o.Dequantise = step
		_, err := m.ELBO(t.Context(), sixteenths(), o)
		enginetest.WantError(t, "bound", err, `channel "rain": dequantise is `, "larger than 0.06, the smallest gap", "first")
		_, err = m.FlowLikelihood(t.Context(), sixteenths(), o)
		enginetest.WantError(t, "flow", err, "larger than 0.06")
	}
	for _, step := range []float64{1. / 16, 0.05, 0.01} {
		o.Dequantise = step
		if _, err := m.ELBO(t.Context(), sixteenths(), o); err != nil {
			t.Errorf("a step of %v: %v", step, err)
		}
	}
}

// Each channel has gaps of its own: values of two channels that lie near each other
// are no reason to refuse, and a fine channel is named.
func TestGapsAreOfOneChannel(t *testing.T) {
	clip := []float32{0, 0.1, 1, 1.1, 2, 2.1} // two channels, each in steps of 1
	var first, second distinct
	first.add(clip, 0, 2)
	second.add(clip, 1, 2)
	if err := checkRounding(1, "rain", first); err != nil {
		t.Error(err)
	}
	if err := checkRounding(1, "wind", second); err != nil {
		t.Error(err)
	}
	second.add([]float32{9, 2.35}, 1, 2)
	enginetest.WantError(t, "fine", checkRounding(1, "wind", second), `channel "wind": dequantise is 1, larger than 0.25`, "(2.1 and 2.35)")
	if checkRounding(3, "constant", distinct{5}) != nil || checkRounding(3, "empty", nil) != nil {
		t.Error("values without a gap are refused")
	}
}
