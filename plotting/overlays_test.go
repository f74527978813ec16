package plotting

import (
	"math"
	"path/filepath"
	"testing"
)

var overlayCases = []goldenCase{
	{"bands_paths", func(s Style) (*Picture, error) {
		t := linspace(0, 1, 61)
		edge := func(k float64) []float64 {
			return apply(t, func(t float64) float64 { return math.Cos(1.5*t) + k*math.Sin(1.5*t) })
		}
		s.Title = "Marginals"
		return Bands([]Band{{Name: "2σ", X: t, Low: edge(-2), High: edge(2)}, {Name: "1σ", X: t, Low: edge(-1), High: edge(1)}},
			[]Series{
				{Name: "path", X: t, Y: apply(t, func(t float64) float64 { return math.Cos(1.5*t) + 0.3*math.Sin(40*t)*t })},
				{Name: "mean", X: t, Y: edge(0), Dashed: true},
			}, CurveOptions{Style: s, X: Axis{Label: "Time t"}, Y: Axis{Label: "z"}, Legend: LegendRight})
	}},
	{"map_arrows", func(s Style) (*Picture, error) {
		x, y := linspace(-2, 2, 41), linspace(-1.5, 1.5, 31)
		f := Field2D{Height: 31, Width: 41, X: x, Y: y}
		for _, v := range y {
			for _, u := range x {
				f.Data = append(f.Data, math.Exp(-u*u-v*v))
			}
		}
		var over Overlay
		for _, v := range linspace(-1.2, 1.2, 5) {
			for _, u := range linspace(-1.6, 1.6, 7) {
				over.Arrows = append(over.Arrows, Arrow{u, v, -0.2 * u, -0.2 * v})
			}
		}
		over.Points = []Series{{X: []float64{0, 0.3, -0.4, 9}, Y: []float64{0.2, -0.3, 0, 0}, Points: true}, {X: linspace(-3, 0, 9), Y: linspace(-1, 0, 9)}}
		return MapWith(f, over, MapOptions{Style: s, Label: "Density", X: Axis{Label: "x₁"}, Y: Axis{Label: "x₂"}})
	}},
}

func TestOverlayGolden(t *testing.T) {
	for _, g := range overlayCases {
		t.Run(g.name, func(t *testing.T) {
			if *gallery != "" {
				full, err := g.make(Style{})
				if err != nil {
					t.Fatal(err)
				}
				for _, save := range []func() error{
					func() error { return full.SavePNG(filepath.Join(*gallery, g.name+".png")) },
					func() error { return full.SavePDF(filepath.Join(*gallery, g.name+".pdf")) },
				} {
					if err := save(); err != nil {
						t.Fatal(err)
					}
				}
			}
			p, err := g.make(Style{DPI: goldenDPI})
			if err != nil {
				t.Fatal(err)
			}
			b, err := p.PNG()
			if err != nil {
				t.Fatal(err)
			}
			compareGolden(t, filepath.Join("testdata", g.name+".png"), b)
		})
	}
}

func TestOverlaysRefuse(t *testing.T) {
	x := []float64{0, 1}
	if _, err := Bands([]Band{{X: x, Low: x, High: x[:1]}}, nil, CurveOptions{}); err == nil {
		t.Error("a band with one value of High for two of X was taken")
	}
	if _, err := MapWith(NewField(x, 1, 2), Overlay{}, MapOptions{}); err == nil {
		t.Error("a field without coordinates was taken")
	}
}
