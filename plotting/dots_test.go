package plotting

import (
	"math"
	"path/filepath"
	"strings"
	"testing"
)

func TestDotsGolden(t *testing.T) {
	nan := math.NaN()
	left, err := Dots([]Dot{
		{Name: "network", Value: 0.2, Low: 0.17, High: 0.24}, {Name: "STEPS", Value: 0.21, Low: 0.18, High: 0.26}, {Name: "persistence", Value: 0.41, Low: nan, High: nan},
	}, DotOptions{Style: Style{DPI: goldenDPI, Title: "CRPS"}, X: Axis{Label: "CRPS", Unit: "mm h^{-1}"}})
	if err != nil {
		t.Fatal(err)
	}
	right, err := Dots([]Dot{{Name: "beyond", Value: 1, Low: -0.5, High: 3}, {Value: -0.2, Low: -0.2, High: -0.2, Color: okabeIto[4]}},
		DotOptions{Style: Style{DPI: goldenDPI, Width: 7}, X: Axis{Label: "Difference", Limits: [2]float64{-1, 2}}, Guides: []float64{0}})
	if err != nil {
		t.Fatal(err)
	}
	both, err := Grid([][]*Picture{{left, right}}, GridOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if *gallery != "" {
		if err := both.SavePNG(filepath.Join(*gallery, "dots.png")); err != nil {
			t.Fatal(err)
		}
	}
	file, err := both.PNG()
	if err != nil {
		t.Fatal(err)
	}
	compareGolden(t, filepath.Join("testdata", "dots.png"), file)
}

func TestDotsRefuse(t *testing.T) {
	for _, c := range []struct {
		dots []Dot
		opt  DotOptions
		says string
	}{
		{nil, DotOptions{}, "no dot given"},
		{[]Dot{{Name: "a", Value: math.NaN()}}, DotOptions{}, `dot 0 ("a") is NaN`},
		{[]Dot{{Name: "a", Value: 1, Low: 2, High: 3}}, DotOptions{}, "in order"},
		{[]Dot{{Name: "a", Value: 1, Low: 0, High: math.Inf(1)}}, DotOptions{}, "finite"},
		{[]Dot{{Name: "a", Value: 1}}, DotOptions{X: Axis{Log: true}}, "logarithmic"},
		{[]Dot{{Name: "a", Value: 1}}, DotOptions{Guides: []float64{math.NaN()}}, "guide"},
	} {
		if _, err := Dots(c.dots, c.opt); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, want one that says %q", err, c.says)
		}
	}
}
