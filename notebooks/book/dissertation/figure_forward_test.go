package dissertation

import (
	"testing"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestFigureForwardDrawsThePaths(t *testing.T) {
	path := plotting.Series{X: []float64{0, 0.5, 1}, Y: []float64{1, -1.5, 0.5}}
	o := plotting.CurveOptions{Y: plotting.Axis{Limits: [2]float64{-3, 3}}}
	one, err := FigureForward(vdm.Cosine{}, 1, []plotting.Series{path}, o)
	if err != nil {
		t.Fatal(err)
	}
	far, err := FigureForward(vdm.Cosine{}, -1, []plotting.Series{path}, o)
	if err != nil {
		t.Fatal(err)
	}
	if same(t, one, far) {
		t.Error("the bands do not depend on x")
	}
	if path.Color != nil {
		t.Error("the caller's series was changed")
	}
	if _, err := FigureForward(vdm.Cosine{}, 1, nil, o); err == nil {
		t.Error("a figure without paths was drawn")
	}
}

// same says whether two pictures have the same pixels.
func same(t *testing.T, a, b *plotting.Picture) bool {
	t.Helper()
	x, err := a.PNG()
	if err != nil {
		t.Fatal(err)
	}
	y, err := b.PNG()
	if err != nil {
		t.Fatal(err)
	}
	return string(x) == string(y)
}
