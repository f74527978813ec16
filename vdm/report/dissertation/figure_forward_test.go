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

func TestFigureScores(t *testing.T) {
	m := Isotropic{Weights: []float64{1}, Means: [][]float64{{0.5, 0}}, Std: []float64{1}}
	p := ScorePlane{
		Plane: Plane{Name: "one", Density: func(x []float64) float64 { return m.LogDensity(x) + 20 }},
		Score: func(x []float64) []float64 { return []float64{0.5 - x[0], -x[1]} },
	}
	without, err := FigureScores(2, p)
	if err != nil {
		t.Fatal(err)
	}
	p.Points = [][]float64{{1, 1}, {-1, 0.5}}
	with, err := FigureScores(2, p)
	if err != nil {
		t.Fatal(err)
	}
	if same(t, without, with) {
		t.Error("the points were not drawn")
	}
	if _, err := FigureScores(0, p); err == nil {
		t.Error("a square of no size was drawn")
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
