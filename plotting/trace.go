package plotting

import (
	"image/color"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// okabeIto are the colours of lines, in order: Okabe and Ito, "Color universal
// design", 2008. Yellow, which vanishes on white, is left out.
var okabeIto = []color.Color{
	color.RGBA{0x00, 0x72, 0xb2, 0xff}, // blue
	color.RGBA{0xd5, 0x5e, 0x00, 0xff}, // vermilion
	color.RGBA{0x00, 0x9e, 0x73, 0xff}, // bluish green
	color.RGBA{0xcc, 0x79, 0xa7, 0xff}, // reddish purple
	color.RGBA{0xe6, 0x9f, 0x00, 0xff}, // orange
	color.RGBA{0x56, 0xb4, 0xe9, 0xff}, // sky blue
	color.RGBA{0x00, 0x00, 0x00, 0xff}, // black
}

// LineColor returns the colour of the line with a number from 0, as a figure gives it to
// lines that have none of their own and are not of a method that looks the same in every
// figure.
func LineColor(i int) color.Color { return okabeIto[i%len(okabeIto)] }

var (
	gridGrey  = color.RGBA{0xe4, 0xe4, 0xe4, 0xff}
	guideGrey = color.RGBA{0x77, 0x77, 0x77, 0xff}
)

const (
	curveWidth = 1.5 * vg.Length(1)
	guideWidth = 1.0 * vg.Length(1)
	frameWidth = 0.6 * vg.Length(1)
	markRadius = 2.4 * vg.Length(1)
)

var dashes = []vg.Length{5, 3}

// strokes and patterns are the dashes of lines and of dashed lines, by their place. Places
// of nearly the same grey have different ones, so that lines differ in grey print, too;
// strokes have so narrow gaps that a line with them is no dashed one.
var (
	strokes = [lookCount][]vg.Length{
		1: {14, 1.6}, 5: {14, 1.6}, 2: {14, 1.6, 1.6, 1.6}, 3: {14, 1.6, 1.6, 1.6, 1.6, 1.6},
		7: {7, 1.6}, 8: {7, 1.6, 1.6, 1.6},
	}
	patterns = [lookCount][]vg.Length{
		{5, 3}, {5, 3, 1.5, 3}, {2, 2}, {5, 3, 1.5, 3, 1.5, 3}, {5, 3}, {5, 3, 1.5, 3}, {5, 3}, {3, 3}, {3, 3, 1, 3},
	}
)

// lookCount is how many places look differently: the two beyond the colours have the
// first colours again, with other dashes and marks.
const lookCount = 9

// trace is one line or one set of marks on a pair of axes: curves, histograms, quantile
// plots and spectra consist of traces.
type trace struct {
	name   string
	x, y   []float64
	line   draw.LineStyle // a zero width draws no line
	mark   markShape
	color  color.Color
	ranged bool // whether its values count for the range of the axes
}

// lineTrace styles a series by its place among the colours, dashes and marks. One with a
// colour of its own has the dashes and the mark of that colour, where it is one of lines; a
// line that no legend names has no dashes, since nothing has to tell it from others.
func lineTrace(i int, s Series) trace {
	t := trace{name: s.Name, x: s.X, y: s.Y, color: s.Color, ranged: true}
	place, listed := i%lookCount, true
	if t.color == nil {
		t.color = LineColor(place)
	} else if at := slices.IndexFunc(okabeIto, func(c color.Color) bool { return same(c, t.color) }); at >= 0 {
		place = at
	} else {
		listed = false
	}
	if s.Points {
		t.mark = markShape(1 + place)
	}
	if s.Points && !s.Dashed {
		return t
	}
	t.line = draw.LineStyle{Color: t.color, Width: curveWidth}
	switch {
	case s.Points, s.Dashed && !listed:
		t.line.Dashes = dashes
	case s.Dashed:
		t.line.Dashes = patterns[place]
	case s.Name != "" && listed:
		t.line.Dashes = strokes[place]
	}
	return t
}

// same says whether two colours look the same, whichever model of colours they are of.
func same(a, b color.Color) bool {
	r, g, bl, al := a.RGBA()
	r2, g2, bl2, al2 := b.RGBA()
	return r == r2 && g == g2 && bl == bl2 && al == al2
}

// visible reports whether a point can be shown on the axes' scales.
func visible(x, y float64, logX, logY bool) bool {
	ok := func(v float64, log bool) bool {
		return !math.IsNaN(v) && !math.IsInf(v, 0) && (!log || v > 0)
	}
	return ok(x, logX) && ok(y, logY)
}

// runs returns the trace's points on the canvas, as runs without gaps.
func (t trace) runs(c draw.Canvas, p *plot.Plot, logX, logY bool) [][]vg.Point {
	var out [][]vg.Point
	var run []vg.Point
	for i := range t.x {
		if !visible(t.x[i], t.y[i], logX, logY) {
			if len(run) > 0 {
				out = append(out, run)
			}
			run = nil
			continue
		}
		run = append(run, vg.Point{
			X: c.X(bounded(p.X.Norm(t.x[i]))),
			Y: c.Y(bounded(p.Y.Norm(t.y[i]))),
		})
	}
	if len(run) > 0 {
		out = append(out, run)
	}
	return out
}

// bounded returns normalised coordinates limited to the range in which the canvases'
// arithmetic works: points that far outside are clipped anyway.
func bounded(v float64) float64 { return clamp(v, -1e4, 1e4) }

func (t trace) draw(c draw.Canvas, runs [][]vg.Point) {
	if t.line.Width > 0 {
		for _, run := range runs {
			if len(run) == 1 {
				// A value between two gaps would be lost without a dot.
				drawMark(c, roundMark, t.line.Width, t.line.Color, run[0])
				continue
			}
			for _, piece := range c.ClipLinesXY(run) {
				c.SetLineStyle(t.line)
				var path vg.Path
				path.Move(piece[0])
				for _, pt := range piece[1:] {
					path.Line(pt)
				}
				c.Stroke(path)
			}
		}
	}
	if t.mark != noMark {
		for _, run := range runs {
			for _, pt := range run {
				drawMark(c, t.mark, markRadius, t.color, pt)
			}
		}
	}
}

type markShape int

const (
	noMark markShape = iota
	roundMark
	squareMark
	upMark
	diamondMark
	downMark
	plusMark
	crossMark
	leftMark
	rightMark
)

// drawMark fills a mark if its centre is on the canvas. Circles are four cubic curves,
// which all canvases draw alike.
func drawMark(c draw.Canvas, shape markShape, r vg.Length, clr color.Color, pt vg.Point) {
	const slack = 0.01
	if pt.X < c.Min.X-slack || pt.X > c.Max.X+slack || pt.Y < c.Min.Y-slack || pt.Y > c.Max.Y+slack {
		return
	}
	at := func(x, y vg.Length) vg.Point { return vg.Point{X: pt.X + r*x, Y: pt.Y + r*y} }
	var path vg.Path
	polygon := func(corners ...vg.Point) {
		path.Move(corners[0])
		for _, q := range corners[1:] {
			path.Line(q)
		}
	}
	switch shape {
	case roundMark:
		const k = 0.5522847498 // control length of a quarter circle
		path.Move(at(1, 0))
		path.CubeTo(at(1, k), at(k, 1), at(0, 1))
		path.CubeTo(at(-k, 1), at(-1, k), at(-1, 0))
		path.CubeTo(at(-1, -k), at(-k, -1), at(0, -1))
		path.CubeTo(at(k, -1), at(1, -k), at(1, 0))
	case squareMark:
		polygon(at(-0.9, -0.9), at(0.9, -0.9), at(0.9, 0.9), at(-0.9, 0.9))
	case upMark:
		polygon(at(-1.05, -0.75), at(1.05, -0.75), at(0, 1.15))
	case diamondMark:
		polygon(at(-1.2, 0), at(0, -1.2), at(1.2, 0), at(0, 1.2))
	case downMark:
		polygon(at(-1.05, 0.75), at(1.05, 0.75), at(0, -1.15))
	case plusMark:
		const a, b = 1.15, 0.38
		polygon(at(-b, -a), at(b, -a), at(b, -b), at(a, -b), at(a, b), at(b, b), at(b, a), at(-b, a), at(-b, b), at(-a, b), at(-a, -b), at(-b, -b))
	case crossMark:
		const a, b = 1.1, 0.5
		polygon(at(-a, -a+b), at(-a+b, -a), at(0, -b), at(a-b, -a), at(a, -a+b), at(b, 0), at(a, a-b), at(a-b, a), at(0, b), at(-a+b, a), at(-a, a-b), at(-b, 0))
	case leftMark:
		polygon(at(0.75, -1.05), at(0.75, 1.05), at(-1.15, 0))
	case rightMark:
		polygon(at(-0.75, -1.05), at(-0.75, 1.05), at(1.15, 0))
	}
	path.Close()
	c.SetColor(clr)
	c.Fill(path)
}
