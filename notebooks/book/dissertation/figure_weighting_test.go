package dissertation

import (
	"bytes"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestFigureWeighting(t *testing.T) {
	paint := func(o WeightingOptions) []byte {
		t.Helper()
		p, err := FigureWeighting(o)
		if err != nil {
			t.Fatal(err)
		}
		b, err := p.PNG()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	drawn := paint(WeightingOptions{})
	if !bytes.Equal(drawn, paint(WeightingOptions{Schedule: vdm.Cosine{}, Weighting: vdm.VelocityWeighting{Schedule: vdm.Cosine{}}})) {
		t.Error("the zero value is not the v weighting of the dissertation's schedule")
	}
	for name, o := range map[string]WeightingOptions{
		"bounds":    {Schedule: vdm.Cosine{Min: -20, Max: 20}},
		"weighting": {Weighting: vdm.Sigmoid{Bias: 2}},
	} {
		if bytes.Equal(drawn, paint(o)) {
			t.Errorf("another %s gives the same picture", name)
		}
	}
	if _, err := FigureWeighting(WeightingOptions{Points: 1}); err == nil || !strings.Contains(err.Error(), "at least 2") {
		t.Errorf("one point: error %v", err)
	}
}
