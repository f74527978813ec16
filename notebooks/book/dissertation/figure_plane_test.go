package dissertation

import (
	"math"
	"testing"
)

func TestCountCells(t *testing.T) {
	got := countCells([][]float64{{-0.9, -0.9}, {0.9, -0.1}, {0.1, -0.1}, {5, 0}, {math.NaN(), 0}}, 1, 2)
	if want := []float64{0.2, 0.4, 0, 0}; math.Abs(got[0]-want[0]) > 1e-15 || math.Abs(got[1]-want[1]) > 1e-15 || got[2] != 0 || got[3] != 0 {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestFigurePlanes(t *testing.T) {
	flat := Plane{Name: "flat", Points: [][]float64{{0, 0}, {0.5, 0.1}}, Density: func([]float64) float64 { return 0.25 }}
	other := flat
	other.Density = func(x []float64) float64 { return 0.25 + x[0]/8 }
	for _, c := range []struct {
		planes      []Plane
		width, most float64 // the density of equal planes stands once, at the right
	}{{[]Plane{flat, flat, other}, 12, 12}, {[]Plane{flat, flat, flat}, 16, 6}} {
		p, err := FigurePlanes(1, 4, c.planes...)
		if err != nil {
			t.Fatal(err)
		}
		if w, h := p.Size(); math.Abs(w-c.width) > 1e-9 || h > c.most || h < c.most-4 {
			t.Errorf("three planes are %v × %v cm, want a width of %v and a height of up to %v", w, h, c.width, c.most)
		}
	}
	for _, bad := range []func() error{
		func() error { _, err := FigurePlanes(0, 4, flat); return err },
		func() error { _, err := FigurePlanes(1, 4); return err },
		func() error { _, err := FigurePlanes(1, 4, Plane{Name: "empty", Density: flat.Density}); return err },
	} {
		if bad() == nil {
			t.Error("a figure of nothing was drawn")
		}
	}
}
