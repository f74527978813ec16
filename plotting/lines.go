package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Line is a line over a field, such as a coast, in columns and rows of its cells: 0 is the
// middle of the first. What lies beyond the field is left out.
type Line struct{ X, Y []float64 }

// FrameAxes are the coordinates of the columns and rows of clips, ascending, and how they
// are called. The first frame of the last row carries them.
type FrameAxes struct {
	X, Y           []float64
	XLabel, YLabel string // with their units, as "km"
}

// checkPlaced refuses lines and axes that do not fit frames of height×width cells.
func checkPlaced(lines []Line, axes *FrameAxes, height, width int) error {
	for i, l := range lines {
		if len(l.X) != len(l.Y) {
			return fmt.Errorf("plotting: line %d has %d columns and %d rows, want as many", i, len(l.X), len(l.Y))
		}
	}
	if axes == nil {
		return nil
	}
	return Field2D{Data: make([]float64, height*width), Height: height, Width: width, X: axes.X, Y: axes.Y}.Validate()
}

// lineStyles returns how a line over a field of a size is drawn: twice, since a light one
// below a dark one is seen on every colour, and thinner over small fields.
func lineStyles(size vg.Point) [2]draw.LineStyle {
	width := min(max(min(size.X, size.Y)/400, 0.2), 0.5)
	return [2]draw.LineStyle{
		{Color: color.NRGBA{0xff, 0xff, 0xff, 0xa0}, Width: 2.2 * width},
		{Color: color.Gray{0x30}, Width: width},
	}
}

// drawLines draws lines over a field of height×width cells that fills the rectangle.
func drawLines(c draw.Canvas, r vg.Rectangle, lines []Line, height, width int) {
	inside := draw.Canvas{Canvas: c.Canvas, Rectangle: r}
	for _, style := range lineStyles(r.Size()) {
		for _, l := range lines {
			run := make([]vg.Point, 0, len(l.X))
			for i := range l.X {
				run = append(run, vg.Point{
					X: inside.X(bounded((l.X[i] + 0.5) / float64(width))),
					Y: inside.Y(bounded((l.Y[i] + 0.5) / float64(height))),
				})
			}
			inside.StrokeLines(style, inside.ClipLinesXY(run)...)
		}
	}
}

// frameTick is a tick at a share of the side of a frame.
type frameTick struct {
	at   float64
	text label
}

// frameTicks returns the ticks with labels of a side of a frame, at most about three.
func frameTicks(coords []float64, size vg.Length) (out []frameTick) {
	e, _ := edges(coords, len(coords))
	lo, hi := e[0], e[len(e)-1]
	for _, t := range linearTicks(lo, hi, 3) {
		if t.Label != "" {
			out = append(out, frameTick{(t.Value - lo) / (hi - lo), label{text: t.Label, size: size}})
		}
	}
	return out
}

const frameTickLength = 2.5 * vg.Length(1)

// rooms returns the room that axes take to the left of a frame and below it.
func (a *FrameAxes) rooms(size vg.Length) (left, below vg.Length) {
	if a == nil {
		return 0, 0
	}
	for _, t := range frameTicks(a.Y, size) {
		left = max(left, t.text.width())
	}
	left += frameTickLength + 0.3*size
	if a.YLabel != "" {
		left += 1.2 * size
	}
	below = frameTickLength + 1.2*size
	if a.XLabel != "" {
		below += 1.1 * size
	}
	return left, below
}

// draw draws the axes of the frame in the rectangle.
func (a *FrameAxes) draw(c draw.Canvas, r vg.Rectangle, size vg.Length) {
	style := draw.LineStyle{Color: color.Black, Width: frameWidth}
	widest := vg.Length(0)
	for _, t := range frameTicks(a.Y, size) {
		y := r.Min.Y + vg.Length(t.at)*r.Size().Y
		c.StrokeLine2(style, r.Min.X-frameTickLength, y, r.Min.X, y)
		// Labels at the ends stay beside the frame.
		at := clampLength(y, r.Min.Y+0.4*size, r.Max.Y-0.4*size)
		t.text.draw(c, vg.Point{X: r.Min.X - frameTickLength - 0.2*size, Y: at}, rightMiddle, 0)
		widest = max(widest, t.text.width())
	}
	label{text: a.YLabel, size: size}.draw(c, vg.Point{X: r.Min.X - frameTickLength - 0.5*size - widest, Y: middle(r).Y}, centerBottom, math.Pi/2)
	last := r.Min.X - size
	for _, t := range frameTicks(a.X, size) {
		x := r.Min.X + vg.Length(t.at)*r.Size().X
		c.StrokeLine2(style, x, r.Min.Y-frameTickLength, x, r.Min.Y)
		half := t.text.width() / 2
		at := clampLength(x, r.Min.X+half-0.3*size, r.Max.X-half+0.3*size)
		if at-half < last+0.3*size {
			continue // it would touch the label before
		}
		t.text.draw(c, vg.Point{X: at, Y: r.Min.Y - frameTickLength - 0.1*size}, centerTop, 0)
		last = at + half
	}
	label{text: a.XLabel, size: size}.draw(c, vg.Point{X: middle(r).X, Y: r.Min.Y - frameTickLength - 1.15*size}, centerTop, 0)
}
