package plotting

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Band is the area between two curves over X.
type Band struct {
	Name         string // in the legend; empty means not listed
	X, Low, High []float64
	Color        color.Color // nil means the next of the package's colours, made light
}

// pathWidth is thinner than a curve, so that many paths stay apart.
const pathWidth = 0.55 * vg.Length(1)

// Bands draws areas, and over them paths as thin lines (marks, with Points):
// trajectories of a random process with the range of its distribution. Later bands lie
// over earlier ones. Axes must be linear. The default size is 14×9 cm.
func Bands(bands []Band, paths []Series, opt CurveOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	traces := make([]trace, 0, 2*len(bands)+len(paths))
	f := &bandsFigure{}
	for i, b := range bands {
		for _, edge := range [][]float64{b.Low, b.High} {
			if err := (Series{Name: b.Name, X: b.X, Y: edge}).check(i); err != nil {
				return nil, err
			}
		}
		if b.Color == nil {
			b.Color = light(LineColor(i))
		}
		f.bands = append(f.bands, b)
		// The legend shows a band as a thick line; the edges give the range.
		swatch := draw.LineStyle{Color: b.Color, Width: 7}
		traces = append(traces, trace{name: b.Name, line: swatch, color: b.Color},
			trace{x: b.X, y: b.Low, ranged: true}, trace{x: b.X, y: b.High, ranged: true})
	}
	at := places(paths, nameOfSeries)
	for i, s := range paths {
		if err := s.check(i); err != nil {
			return nil, err
		}
		t := lineTrace(at[i], s)
		if t.line.Width > 0 && !s.Dashed {
			t.line.Width = pathWidth
		}
		traces = append(traces, t)
	}
	guides := guideTraces(opt.Guides)
	fig, err := newAxes(opt.Style, opt.X, opt.Y, append(traces, guides...), opt.Legend, 0, 0.05)
	if err != nil {
		return nil, err
	}
	fig.spanGuides(opt.Guides, len(traces))
	f.axesFigure = *fig
	w, h := opt.size(14, 9)
	return newPicture(f, w, h, opt.dpi())
}

// light returns a colour mixed with white.
func light(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	mix := func(v uint32) uint8 { return uint8((float64(v>>8) + 2.2*255) / 3.2) }
	return color.RGBA{mix(r), mix(g), mix(b), 0xff}
}

// bandsFigure is a pair of axes with areas below the traces.
type bandsFigure struct {
	axesFigure
	bands []Band
}

func (f *bandsFigure) draw(c draw.Canvas) {
	l := f.layout(c)
	for _, b := range f.bands {
		var outline []vg.Point
		at := func(x, y float64) vg.Point {
			return vg.Point{X: l.data.X(bounded(l.plot.X.Norm(x))), Y: l.data.Y(bounded(l.plot.Y.Norm(y)))}
		}
		for i := range b.X {
			outline = append(outline, at(b.X[i], b.High[i]))
		}
		for i := len(b.X) - 1; i >= 0; i-- {
			outline = append(outline, at(b.X[i], b.Low[i]))
		}
		l.data.FillPolygon(b.Color, l.data.ClipPolygonXY(outline))
	}
	f.axesFigure.draw(c)
}
