package plotting

import (
	"bytes"
	"image"
	"image/color"
	"image/png"
	"testing"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// rowsOf returns the first and last pixel row, from the top, that have a colour
// in the vertical strip [u0, u1] of the picture; -1 if none has.
func rowsOf(img image.Image, clr color.RGBA, u0, u1 float64) (first, last int) {
	first, last = -1, -1
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := int(u0 * float64(b.Dx())); x < int(u1*float64(b.Dx())); x++ {
			if color.RGBAModel.Convert(img.At(x, y)).(color.RGBA) == clr {
				if last = y; first < 0 {
					first = y
				}
			}
		}
	}
	return first, last
}

// A bin without counts falls to the floor of a logarithmic axis, and only it.
func TestEmptyBinFallsToTheFloor(t *testing.T) {
	p, err := Histogram([]Counts{{"", []float64{0, 1, 2, 3}, []float64{1, 0, 0.01}}}, HistogramOptions{Y: Axis{Log: true}})
	if err != nil {
		t.Fatal(err)
	}
	f := p.fig.(*axesFigure)
	data := f.layout(draw.NewCanvas(nil, p.w, p.h)).data
	floor := p.img.Rect.Dy() - dots(data.Min.Y, float64(p.dpi))
	u := func(x float64) float64 { return float64((data.Min.X + vg.Length(x/3)*data.Size().X) / p.w) }
	blue := okabeIto[0].(color.RGBA)
	// The frame of the axes hides part of the line on the floor.
	if first, _ := rowsOf(p.Image(), blue, u(1.2), u(1.8)); first >= 0 && first < floor-4 {
		t.Errorf("the empty bin is drawn from row %d, want only on the axis at %d", first, floor)
	}
	if _, last := rowsOf(p.Image(), blue, u(0.9), u(1.1)); last < floor-4 {
		t.Errorf("the outline falls to row %d beside the empty bin, want the axis at %d", last, floor)
	}
	if _, last := rowsOf(p.Image(), blue, u(2.2), u(2.8)); last < 0 || last > floor-4 {
		t.Errorf("the smallest filled bin is drawn at row %d, want above the axis at %d", last, floor)
	}
}

// The legend must not cover a line: it goes to the one corner that is free, and
// below the axes where none is.
func TestLegendCoversNothing(t *testing.T) {
	x := linspace(0, 1, 50)
	for name, c := range map[string]struct {
		y            func(float64) float64
		right, upper bool
	}{
		"falling":   {func(x float64) float64 { return 1 / (0.02 + x) }, true, true},
		"rising":    {func(x float64) float64 { return x * x * x }, false, true},
		"saturated": {func(x float64) float64 { return x / (0.002 + x) }, true, false},
	} {
		p, err := Curves([]Series{{Name: "a name", X: x, Y: apply(x, c.y)}}, CurveOptions{})
		if err != nil {
			t.Fatal(err)
		}
		f := p.fig.(*axesFigure)
		l := f.layout(draw.NewCanvas(nil, p.w, p.h))
		if l.at.X > l.data.Center().X != c.right || l.at.Y > l.data.Center().Y != c.upper {
			t.Errorf("%s: the legend stands at %v of %v", name, l.at, l.data.Rectangle)
		}
	}
	zigzag := make([]float64, 50)
	for i := range zigzag {
		zigzag[i] = float64(i % 2)
	}
	p, err := Curves([]Series{{Name: "a name", X: x, Y: zigzag}}, CurveOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f := p.fig.(*axesFigure)
	if l := f.layout(draw.NewCanvas(nil, p.w, p.h)); l.at.Y >= l.data.Min.Y {
		t.Errorf("the legend at %v covers a line that is everywhere in %v", l.at, l.data.Rectangle)
	}
}

func TestCrosses(t *testing.T) {
	box := vg.Rectangle{Min: vg.Point{X: 1, Y: 1}, Max: vg.Point{X: 3, Y: 2}}
	for _, c := range []struct {
		p, q vg.Point
		want bool
	}{
		{vg.Point{X: 0, Y: 0}, vg.Point{X: 4, Y: 3}, true},
		{vg.Point{X: 0, Y: 1.5}, vg.Point{X: 4, Y: 1.5}, true},
		{vg.Point{X: 2, Y: 1.5}, vg.Point{X: 2, Y: 1.5}, true},
		{vg.Point{X: 0, Y: 2}, vg.Point{X: 1, Y: 4}, false},
		{vg.Point{X: 0, Y: 0.5}, vg.Point{X: 4, Y: 0.5}, false},
		{vg.Point{X: 0, Y: 1.5}, vg.Point{X: 0.9, Y: 1.5}, false},
	} {
		if got := crosses(box, c.p, c.q); got != c.want {
			t.Errorf("segment %v to %v crosses the box: %v, want %v", c.p, c.q, got, c.want)
		}
	}
}

// A fixed end of an axis is kept, the other follows the data in view.
func TestLimits(t *testing.T) {
	p, err := Curves([]Series{{X: []float64{0, 1, 2, 3}, Y: []float64{5, 6, 7, 1000}}}, CurveOptions{X: Axis{Limits: [2]float64{0, 2}}})
	if err != nil {
		t.Fatal(err)
	}
	if f := p.fig.(*axesFigure); f.xmin != 0 || f.xmax != 2 || f.ymin < 4.5 || f.ymax > 7.5 {
		t.Errorf("axes are [%g, %g] and [%g, %g], want [0, 2] and about [5, 7]", f.xmin, f.xmax, f.ymin, f.ymax)
	}
	p, err = Curves([]Series{{X: []float64{0, 1}, Y: []float64{5, 6}}}, CurveOptions{Guides: []Guide{{At: 9}}})
	if err != nil {
		t.Fatal(err)
	}
	if f := p.fig.(*axesFigure); f.ymax <= 9 || f.ymax > 9.5 {
		t.Errorf("the axis ends at %g, want just above the guide at 9", f.ymax)
	}
}

// Panels of a row must have their axes at the same height, and of a column at
// the same place, although their labels have other widths.
func TestGridAlignsAxes(t *testing.T) {
	panel := func(scale float64, label string) *Picture {
		p, err := Curves([]Series{{X: []float64{0, 1}, Y: []float64{0, scale}}}, CurveOptions{Style: Style{Width: 8, Height: 6}, X: Axis{Label: label}})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	grid, err := Grid([][]*Picture{{panel(1, ""), panel(20000, "x")}, {panel(1e-5, "t"), nil}}, GridOptions{Letters: true})
	if err != nil {
		t.Fatal(err)
	}
	f := grid.fig.(*gridFigure)
	cells := f.cells(draw.NewCanvas(nil, grid.w, grid.h))
	f.align(cells)
	at := func(i, j int) vg.Rectangle {
		return f.rows[i][j].fig.(*axesFigure).layout(cells[i][j]).data.Rectangle
	}
	a, b, c := at(0, 0), at(0, 1), at(1, 0)
	const close = 0.2 // points
	for name, d := range map[string]vg.Length{
		"bottom of the row": a.Min.Y - b.Min.Y, "top of the row": a.Max.Y - b.Max.Y,
		"left of the column": a.Min.X - c.Min.X, "right of the column": a.Max.X - c.Max.X,
	} {
		if d > close || d < -close {
			t.Errorf("%s: the axes are %.2f points apart", name, d)
		}
	}
	if w, h := grid.Size(); w < 15.9 || w > 16.1 || h < 12 {
		t.Errorf("the grid is %g×%g cm, want 16 wide and more than 12 high", w, h)
	}
}

// The PNG says how large it is on paper.
func TestPNGResolution(t *testing.T) {
	p, err := Curves([]Series{{X: []float64{0, 1}, Y: []float64{0, 1}}}, CurveOptions{Style: Style{Width: 12.7, Height: 7.62, DPI: 100}})
	if err != nil {
		t.Fatal(err)
	}
	b, err := p.PNG()
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b)) // checks every chunk's sum
	if err != nil {
		t.Fatal(err)
	}
	if img.Bounds() != image.Rect(0, 0, 500, 300) {
		t.Errorf("12.7×7.62 cm at 100 dpi has %v pixels, want 500×300", img.Bounds())
	}
	if want := []byte("pHYs\x00\x00\x0f\x61\x00\x00\x0f\x61\x01"); !bytes.Contains(b, want) {
		t.Error("the file does not say 3937 dots per metre")
	}
}
