package experiment

import (
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// One number has one meaning in weights and guidances: 0 is replacement, and a name
// without a weight has the guidance's own.
func TestWeightsOfMethods(t *testing.T) {
	methods, err := ConditionalOptions{Weights: []float64{0, 3}, Guidance: []string{"reconstruction", "reconstruction-mean:5"}}.methods()
	if err != nil {
		t.Fatal(err)
	}
	want := []vdm.Guidance{vdm.Replacement{}, vdm.Reconstruction{Weight: 3}, vdm.Reconstruction{Weight: 1}, vdm.Reconstruction{Weight: 5, Mean: true}}
	for i, m := range methods {
		if i >= len(want) || m.guidance != want[i] {
			t.Errorf("method %d, %s: %v, want one of %v", i, m.name, m.guidance, want)
		}
	}
	if len(methods) != len(want) {
		t.Errorf("%d methods, want %d", len(methods), len(want))
	}
	if _, err := (ConditionalOptions{Weights: []float64{0}, Guidance: []string{"reconstruction:0"}}).methods(); err == nil {
		t.Error("replacement is asked for as w_r = 0 and as reconstruction:0, without an error")
	}
	if _, err := (ConditionalOptions{Guidance: []string{"reconstruction:much"}}).methods(); err == nil {
		t.Error("a weight that is no number is taken")
	}
}
