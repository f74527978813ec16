package dissertation

import "testing"

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
