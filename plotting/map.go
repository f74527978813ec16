package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// MapOptions are the options of [Map]. The default width is 12 cm; the height follows
// from the shape of the grid.
type MapOptions struct {
	Style
	Scale Scale

	// Label and Unit of the values are written beside the colour bar.
	Label, Unit string

	// X and Y label the axes, and have neither Log nor Limits.
	X, Y Axis

	// Stretch fills the picture; otherwise a unit of X is as long as one of Y,
	// and without coordinates cells are square.
	Stretch bool

	// NoAxes leaves out the ticks and labels of the axes, NoBar the colour bar.
	NoAxes, NoBar bool
}

// Validate reports the first option that is out of range.
func (o MapOptions) Validate() error {
	for _, a := range []Axis{o.X, o.Y} {
		if a.Log || a.Limits != [2]float64{} {
			return fmt.Errorf("plotting: axis %q of a map has Log or Limits set, want neither: a map shows its whole grid", a.Label)
		}
	}
	return validate(o.Style, o.Scale)
}

// Map draws a field with a colour bar. Without coordinates row 0 is at the
// bottom; with them the axes ascend upwards and to the right whichever way the
// coordinates run. Missing cells are hatched grey.
func Map(field Field2D, opt MapOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if err := field.Validate(); err != nil {
		return nil, err
	}
	data := emptyRange()
	for _, v := range field.Data {
		data.add(v)
	}
	colors, err := opt.Scale.settle(data)
	if err != nil {
		return nil, err
	}
	f := &mapFigure{opt: opt, bar: colorBar{colors: colors, label: withUnit(opt.Label, opt.Unit), style: opt.Style}}
	xe, flipX := edges(field.X, field.Width)
	ye, flipY := edges(field.Y, field.Height)
	f.xmin, f.xmax, f.ymin, f.ymax = xe[0], xe[field.Width], ye[0], ye[field.Height]
	for _, e := range []struct {
		name   string
		lo, hi float64
	}{{"X", f.xmin, f.xmax}, {"Y", f.ymin, f.ymax}} {
		if d := e.hi - e.lo; !(d > 1e-12*math.Max(math.Abs(e.lo), math.Abs(e.hi))) || math.IsInf(d, 0) {
			return nil, fmt.Errorf("plotting: field has coordinates %s from %g to %g, which double precision cannot divide into cells", e.name, e.lo, e.hi)
		}
	}
	// Rows count from the bottom of the picture, so that the painter's v is up.
	f.cells = gridPainter{
		at:    func(row, col int) float64 { return field.Data[row*field.Width+col] },
		width: field.Width, height: field.Height, colors: colors, flipX: flipX, flipY: flipY,
	}
	if field.X != nil {
		f.cells.xedges = fractions(xe)
	}
	if field.Y != nil {
		f.cells.yedges = fractions(ye)
	}
	if f.ratio = float64(field.Height) / float64(field.Width); field.X != nil && field.Y != nil {
		f.ratio = (f.ymax - f.ymin) / (f.xmax - f.xmin)
	}
	if !opt.Stretch && !(f.ratio >= 0.02 && f.ratio <= 50) {
		return nil, fmt.Errorf("plotting: a map %.3g times as high as wide cannot be read; set Stretch to fill the picture", f.ratio)
	}
	// Beside a low map an upright bar would have no room for its labels.
	f.bar.vertical = opt.Stretch || f.ratio >= 0.5
	w, h := opt.size(12, 9)
	if opt.Height == 0 && !opt.Stretch {
		h = f.naturalHeight(w)
	}
	return newPicture(f, w, h, opt.dpi())
}

// mapFigure is one field with axes and colour bar.
type mapFigure struct {
	opt                    MapOptions
	cells                  gridPainter
	bar                    colorBar
	xmin, xmax, ymin, ymax float64
	ratio                  float64 // ratio of the data's height to their width
}

type mapLayout struct {
	plot           *plot.Plot
	axes, data     draw.Canvas
	title          label
	xlabel, ylabel label
	bar            vg.Rectangle
}

func (f *mapFigure) layout(c draw.Canvas) mapLayout {
	l := f.place(c, 0)
	if f.opt.NoBar {
		return l
	}
	// The room for the bar depends on its length, which is the map's.
	var room vg.Length
	for range 3 {
		need := f.bar.breadth(f.bar.length(l.data.Rectangle)) + barGap
		if need <= room {
			break
		}
		room = need
		l = f.place(c, room)
	}
	return l
}

// place gives the data their shape within the room that labels and bar leave.
func (f *mapFigure) place(c draw.Canvas, barRoom vg.Length) mapLayout {
	var l mapLayout
	c = inner(c)
	l.title = label{text: f.opt.Title, size: f.opt.titleSize()}.wrapped(c.Size().X)
	c.Max.Y -= titleRoom(l.title)
	whole := c
	if f.bar.vertical {
		c.Max.X -= barRoom
	} else {
		c.Min.Y += barRoom
	}
	below := c.Min.Y
	if f.opt.NoAxes {
		l.axes, l.data = c, c
	} else {
		l.xlabel, l.ylabel, c = labelRoom(f.opt.Style, f.opt.X, f.opt.Y, c)
		ax := axesFigure{style: f.opt.Style, xmin: f.xmin, xmax: f.xmax, ymin: f.ymin, ymax: f.ymax}
		nx, ny := ax.tickCounts(c)
		l.plot = f.axes(ax, nx, ny)
		nx, ny = ax.tickCounts(f.shaped(l.plot.DataCanvas(c)))
		l.plot, l.axes = f.axes(ax, nx, ny), c
		l.data = l.plot.DataCanvas(c)
	}
	want := f.shaped(l.data)
	in := insetsOf(l.data.Rectangle, want.Rectangle)
	l.axes = draw.Crop(l.axes, in.left, -in.right, in.bottom, -in.top)
	l.data = want
	if f.bar.vertical {
		l.bar.Min = vg.Point{X: l.axes.Max.X + barGap, Y: l.data.Min.Y}
		l.bar.Max = vg.Point{X: whole.Max.X, Y: l.data.Max.Y}
	} else {
		l.bar.Min = vg.Point{X: l.data.Min.X, Y: whole.Min.Y}
		l.bar.Max = vg.Point{X: l.data.Max.X, Y: below + in.bottom - barGap}
	}
	return l
}

func (f *mapFigure) axes(ax axesFigure, nx, ny int) *plot.Plot {
	return ax.axes(nx, ny)
}

// shaped returns the largest part in the middle of c with the shape of the data.
func (f *mapFigure) shaped(c draw.Canvas) draw.Canvas {
	if f.opt.Stretch {
		return c
	}
	size := c.Size()
	dx := max(0, size.X-size.Y/vg.Length(f.ratio)) / 2
	dy := max(0, size.Y-size.X*vg.Length(f.ratio)) / 2
	return draw.Crop(c, dx, -dx, dy, -dy)
}

// naturalHeight returns the height at which the data fill the width. The room for labels
// depends on the height a little, so it is found in a few rounds.
func (f *mapFigure) naturalHeight(w vg.Length) vg.Length {
	h := w * vg.Length(f.ratio)
	for range 4 {
		c := draw.NewCanvas(nil, w, max(h, 3*vg.Centimeter))
		// This is the height without the data's shape: everything but the data.
		in, _ := (&mapFigure{opt: stretched(f.opt), cells: f.cells, bar: f.bar, xmin: f.xmin, xmax: f.xmax, ymin: f.ymin, ymax: f.ymax, ratio: f.ratio}).insets(c)
		h = (w-in.left-in.right)*vg.Length(f.ratio) + in.bottom + in.top
	}
	return min(max(h, 3*vg.Centimeter), 3*w)
}

func stretched(o MapOptions) MapOptions {
	o.Stretch = true
	return o
}

func (f *mapFigure) insets(c draw.Canvas) (insets, bool) {
	return insetsOf(c.Rectangle, f.layout(c).data.Rectangle), true
}

func (f *mapFigure) draw(c draw.Canvas) {
	l := f.layout(c)
	drawCells(c, l.data.Rectangle, f.cells)
	if l.plot != nil {
		l.plot.Draw(l.axes)
		drawAxisLabels(l.axes, l.data, l.xlabel, l.ylabel)
	}
	drawFrame(l.data, frameWidth, color.Black)
	drawTitle(c, l.title, l.data.Center().X)
	if !f.opt.NoBar {
		f.bar.draw(c, l.bar)
	}
}
