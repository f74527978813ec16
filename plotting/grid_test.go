package plotting

import "testing"

// A row whose panels have the same legend below them has it once, and is as much lower.
func TestGridDrawsACommonLegendOnce(t *testing.T) {
	panel := func(name string, place LegendPlace) *Picture {
		p, err := Curves([]Series{{Name: "one", X: []float64{0, 1}, Y: []float64{0, 1}}, {Name: name, X: []float64{0, 1}, Y: []float64{1, 0}}},
			CurveOptions{Legend: place, Style: Style{Width: 8, Height: 6, DPI: goldenDPI}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	for _, c := range []struct {
		name string
		row  []*Picture
		want int // legends below the row
	}{
		{"the same", []*Picture{panel("two", LegendBelow), panel("two", LegendBelow)}, 1},
		{"the same, with a gap", []*Picture{panel("two", LegendBelow), nil, panel("two", LegendBelow)}, 1},
		{"another name", []*Picture{panel("two", LegendBelow), panel("three", LegendBelow)}, 0},
		{"another place", []*Picture{panel("two", LegendBelow), panel("two", LegendRight)}, 0},
		{"one panel", []*Picture{panel("two", LegendBelow)}, 0},
	} {
		grid, err := Grid([][]*Picture{c.row}, GridOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f := grid.fig.(*gridFigure)
		if got := len(f.legends[0].entries) / 2; got != c.want {
			t.Errorf("%s: %d legends below the row, want %d", c.name, got, c.want)
		}
		for i, p := range c.row {
			if p == nil {
				continue
			}
			drawn := f.rows[0][i].fig.(*axesFigure).place
			if kept := drawn != LegendNone; kept == (c.want == 1) {
				t.Errorf("%s: panel %d has its legend at place %d", c.name, i, drawn)
			}
			if p.fig.(*axesFigure).place == LegendNone {
				t.Errorf("%s: the panel itself has lost its legend", c.name)
			}
		}
		if _, height := grid.Size(); height > 6.01 || height < 5.9 {
			t.Errorf("%s: the grid is %.2f cm high, where a panel is 6", c.name, height)
		}
	}
}
