package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Arrow is a vector at a place of a map, both in the map's coordinates.
type Arrow struct{ X, Y, DX, DY float64 }

// Overlay is drawn over a map. Arrows begin at their place; arrows and points that lie
// outside the map are left out.
type Overlay struct {
	Arrows     []Arrow
	ArrowColor color.Color // nil means black

	Points []Series // marks, or lines without Points
	Lines  []Line   // in columns and rows of the field's cells
}

const (
	arrowWidth = 0.7 * vg.Length(1)
	arrowHead  = 3.2 * vg.Length(1)
	dotRadius  = 1.3 * vg.Length(1)

	overlayWidth = 0.8 * vg.Length(1) // of lines, so thin that the field stays visible between them
	overlayRim   = 0.5 * vg.Length(1) // of the dark edge that sets marks and lines off from every colour of the field
)

var overlayEdge = color.RGBA{0x20, 0x20, 0x20, 0xff}

// MapWith draws a field as [Map] does, with arrows, points and lines over it. The
// field must have coordinates.
func MapWith(field Field2D, over Overlay, opt MapOptions) (*Picture, error) {
	if field.X == nil || field.Y == nil {
		return nil, fmt.Errorf("plotting: a map with an overlay needs the field's X and Y")
	}
	for i, s := range over.Points {
		if err := s.check(i); err != nil {
			return nil, err
		}
	}
	under, err := Map(field, opt)
	if err != nil {
		return nil, err
	}
	if over.ArrowColor == nil {
		over.ArrowColor = color.Black
	}
	return newPicture(&overlayFigure{mapFigure: *under.fig.(*mapFigure), over: over}, under.w, under.h, under.dpi)
}

type overlayFigure struct {
	mapFigure
	over Overlay
}

func (f *overlayFigure) draw(c draw.Canvas) {
	f.mapFigure.draw(c)
	data := f.layout(c).data
	drawLines(data, data.Rectangle, f.over.Lines, f.cells.height, f.cells.width)
	at := func(x, y float64) vg.Point {
		return vg.Point{
			X: data.X(bounded((x - f.xmin) / (f.xmax - f.xmin))),
			Y: data.Y(bounded((y - f.ymin) / (f.ymax - f.ymin))),
		}
	}
	for _, a := range f.over.Arrows {
		if from, to := at(a.X, a.Y), at(a.X+a.DX, a.Y+a.DY); data.Contains(from) && data.Contains(to) {
			drawArrow(data, from, to, f.over.ArrowColor)
		}
	}
	for i, s := range f.over.Points {
		t := lineTrace(i, s)
		var run []vg.Point
		for j := range s.X {
			if visible(s.X[j], s.Y[j], false, false) {
				run = append(run, at(s.X[j], s.Y[j]))
			}
		}
		if t.line.Width > 0 {
			edge := draw.LineStyle{Color: overlayEdge, Width: overlayWidth + 2*overlayRim}
			data.StrokeLines(edge, data.ClipLinesXY(run)...)
			t.line.Width = overlayWidth
			data.StrokeLines(t.line, data.ClipLinesXY(run)...)
		}
		for _, pt := range run {
			if t.mark != noMark {
				drawMark(data, t.mark, dotRadius+overlayRim, overlayEdge, pt)
				drawMark(data, t.mark, dotRadius, t.color, pt)
			}
		}
	}
}

// drawArrow draws a line with a filled head; a short arrow is head only.
func drawArrow(c draw.Canvas, from, to vg.Point, clr color.Color) {
	d := to.Sub(from)
	length := vg.Length(math.Hypot(float64(d.X), float64(d.Y)))
	if length == 0 {
		return
	}
	head := min(arrowHead, length)
	u := vg.Point{X: d.X / length, Y: d.Y / length}
	base := vg.Point{X: to.X - head*u.X, Y: to.Y - head*u.Y}
	c.StrokeLine2(draw.LineStyle{Color: clr, Width: arrowWidth}, from.X, from.Y, base.X, base.Y)
	half := 0.38 * head
	var path vg.Path
	path.Move(to)
	path.Line(vg.Point{X: base.X - half*u.Y, Y: base.Y + half*u.X})
	path.Line(vg.Point{X: base.X + half*u.Y, Y: base.Y - half*u.X})
	path.Close()
	c.SetColor(clr)
	c.Fill(path)
}
