package plotting

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// axesFigure is a pair of axes with traces and a legend.
type axesFigure struct {
	style      Style
	x, y       Axis
	xmin, xmax float64
	ymin, ymax float64
	traces     []trace
	place      LegendPlace
	square     bool // the data rectangle is a square
}

const outerPad = 4 * vg.Length(1)

// newAxes returns a figure with the ranges of the axes. Points that cannot be shown on
// the axes do not count; y ranges over the points within the limits of x.
func newAxes(style Style, x, y Axis, traces []trace, place LegendPlace, padX, padY float64) (*axesFigure, error) {
	f := &axesFigure{style: style, x: x, y: y, traces: traces, place: place}
	xlo, xhi := math.Inf(1), math.Inf(-1)
	f.each(func(px, _ float64) { xlo, xhi = math.Min(xlo, px), math.Max(xhi, px) })
	var err error
	if f.xmin, f.xmax, err = x.extent(xlo, xhi, padX); err != nil {
		return nil, err
	}
	ylo, yhi := math.Inf(1), math.Inf(-1)
	f.each(func(px, py float64) {
		if px >= f.xmin && px <= f.xmax {
			ylo, yhi = math.Min(ylo, py), math.Max(yhi, py)
		}
	})
	if f.ymin, f.ymax, err = y.extent(ylo, yhi, padY); err != nil {
		return nil, err
	}
	return f, nil
}

func (f *axesFigure) each(visit func(x, y float64)) {
	for _, t := range f.traces {
		if !t.ranged {
			continue
		}
		for i := range t.x {
			if visible(t.x[i], t.y[i], f.x.Log, f.y.Log) {
				visit(t.x[i], t.y[i])
			}
		}
	}
}

// axesLayout says where the parts of the figure lie on a canvas.
type axesLayout struct {
	plot    *plot.Plot
	canvas  draw.Canvas // of the axes with their tick labels
	data    draw.Canvas // of the data
	title   label
	xlabel  label
	ylabel  label
	legend  legend
	at      vg.Point // upper left corner of the legend
	columns int
	width   vg.Length // of the legend
}

func (f *axesFigure) layout(c draw.Canvas) axesLayout {
	l := axesLayout{legend: newLegend(f.traces, f.style.tickSize())}
	c = inner(c)
	l.title = label{text: f.style.Title, size: f.style.titleSize()}.wrapped(c.Size().X)
	c.Max.Y -= titleRoom(l.title)
	place := f.place
	if len(l.legend.entries) == 0 {
		place = LegendNone
	}
	if place == LegendAuto {
		l.fit(f, c)
		w, h := l.legend.block(1)
		var runs [][]vg.Point
		for _, t := range f.traces {
			runs = append(runs, t.runs(l.data, l.plot, f.x.Log, f.y.Log)...)
		}
		if at, ok := corner(l.data.Rectangle, w, h, runs); ok {
			l.at, l.columns, l.width = at, 1, w
			return l
		}
		place = LegendBelow
	}
	switch place {
	case LegendNone:
		l.legend.entries = nil
		l.fit(f, c)
	case LegendRight:
		w, h := l.legend.block(1)
		w = min(w, 0.5*c.Size().X)
		l.fit(f, draw.Crop(c, 0, -w-columnGap, 0, 0))
		l.at = vg.Point{X: c.Max.X - w, Y: min(l.data.Max.Y, l.data.Max.Y-(l.data.Size().Y-h)/2)}
		l.columns, l.width = 1, w
	case LegendBelow:
		columns := l.legend.columns(c.Size().X)
		w, h := l.legend.block(columns)
		w = min(w, c.Size().X)
		l.fit(f, draw.Crop(c, 0, 0, h+legendPad, 0))
		x := clampLength(l.data.Center().X-w/2, c.Min.X, c.Max.X-w)
		l.at, l.columns, l.width = vg.Point{X: x, Y: c.Min.Y + h}, columns, w
	}
	return l
}

func clampLength(v, lo, hi vg.Length) vg.Length { return max(lo, min(v, hi)) }

// inner returns the canvas without a small margin.
func inner(c draw.Canvas) draw.Canvas {
	return draw.Crop(c, outerPad, -outerPad, outerPad, -outerPad)
}

// titleRoom returns the height that a title takes above what it names.
func titleRoom(t label) vg.Length {
	if t.text == "" {
		return 0
	}
	return t.height() + t.depth() + 0.45*t.size
}

// fit builds the axes for the canvas; their ticks depend on its size.
func (l *axesLayout) fit(f *axesFigure, c draw.Canvas) {
	l.xlabel, l.ylabel, c = labelRoom(f.style, f.x, f.y, c)
	build := func(nx, ny int) (*plot.Plot, draw.Canvas) {
		p := f.axes(nx, ny)
		return p, p.DataCanvas(c)
	}
	_, data := build(5, 5)
	nx, ny := f.tickCounts(data)
	p, data := build(nx, ny)
	if f.square {
		// Extra room goes to both sides in equal parts.
		size := data.Size()
		dx, dy := max(0, size.X-size.Y)/2, max(0, size.Y-size.X)/2
		c = draw.Crop(c, dx, -dx, dy, -dy)
		nx, ny = f.tickCounts(p.DataCanvas(c))
		p, data = build(min(nx, ny), min(nx, ny))
	}
	l.plot, l.canvas, l.data = p, c, data
}

// labelRoom returns the labels of the axes and the canvas without their room. They are
// not left to gonum's axes, which make room for the label of a logarithmic axis in the
// wrong place.
func labelRoom(s Style, x, y Axis, c draw.Canvas) (xlabel, ylabel label, rest draw.Canvas) {
	xlabel = label{text: x.text(), size: s.labelSize()}.shrunk(0.9 * c.Size().X)
	ylabel = label{text: y.text(), size: s.labelSize()}.shrunk(0.9 * c.Size().Y)
	return xlabel, ylabel, draw.Crop(c, axisLabelRoom(ylabel), 0, axisLabelRoom(xlabel), 0)
}

func axisLabelRoom(l label) vg.Length {
	if l.text == "" {
		return 0
	}
	return l.height() + l.depth() + 0.35*l.size
}

// drawAxisLabels centres the labels on the data, at the outer edge of their
// room beside the canvas of the axes.
func drawAxisLabels(axes, data draw.Canvas, xlabel, ylabel label) {
	xlabel.draw(axes, vg.Point{
		X: data.Center().X,
		Y: axes.Min.Y - axisLabelRoom(xlabel) + xlabel.depth(),
	}, centerBottom, 0)
	ylabel.draw(axes, vg.Point{
		X: axes.Min.X - axisLabelRoom(ylabel) + ylabel.height(),
		Y: data.Center().Y,
	}, centerBottom, math.Pi/2)
}

// tickCounts returns how many labels the axes have room for: along x as many as do not
// touch, along y one every three lines of text.
func (f *axesFigure) tickCounts(data draw.Canvas) (nx, ny int) {
	size := f.style.tickSize()
	ny = min(7, max(2, int(data.Size().Y/(2.6*size))))
	for nx = 7; nx > 2; nx-- {
		var total, widest vg.Length
		n := 0
		for _, t := range ticks(f.x, f.xmin, f.xmax, nx) {
			if t.Label != "" {
				w := label{text: t.Label, size: size}.width()
				total, widest, n = total+w, max(widest, w), n+1
			}
		}
		if vg.Length(n)*(widest+1.2*size) <= data.Size().X {
			break
		}
	}
	return nx, ny
}

func ticks(a Axis, lo, hi float64, n int) []plot.Tick {
	if a.Log {
		return logTicks(lo, hi, n)
	}
	return linearTicks(lo, hi, n)
}

// axes returns gonum's axes in this package's style.
func (f *axesFigure) axes(nx, ny int) *plot.Plot {
	p := newPlot(f.style)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = f.xmin, f.xmax, f.ymin, f.ymax
	p.X.Tick.Marker = plot.ConstantTicks(ticks(f.x, f.xmin, f.xmax, nx))
	p.Y.Tick.Marker = plot.ConstantTicks(ticks(f.y, f.ymin, f.ymax, ny))
	if f.x.Log {
		p.X.Scale = plot.LogScale{}
	}
	if f.y.Log {
		p.Y.Scale = plot.LogScale{}
	}
	return p
}

// newPlot returns a gonum plot with this package's letters, lines and paddings.
func newPlot(s Style) *plot.Plot {
	p := plot.New()
	p.TextHandler = newRichText()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle.Width = 0 // drawFrame draws all four sides
		a.Tick.LineStyle.Width = frameWidth
		a.Tick.Length = 0.45 * s.tickSize()
		a.Tick.Label.Font = sans(s.tickSize())
		a.Tick.Label.Handler = newRichText()
		a.Label.TextStyle.Handler = newRichText()
		a.Label.TextStyle.Font = sans(0.6 * s.tickSize()) // determines the gap of the tick labels
	}
	p.Y.Tick.Label.XAlign, p.Y.Tick.Label.YAlign = text.XRight, text.YCenter
	return p
}

func (f *axesFigure) draw(c draw.Canvas) {
	l := f.layout(c)
	drawGrid(l.data, l.plot)
	l.plot.Draw(l.canvas)
	for _, t := range f.traces {
		t.draw(l.data, t.runs(l.data, l.plot, f.x.Log, f.y.Log))
	}
	drawFrame(l.data, frameWidth, color.Black)
	drawAxisLabels(l.canvas, l.data, l.xlabel, l.ylabel)
	drawTitle(c, l.title, l.data.Center().X)
	if len(l.legend.entries) > 0 {
		l.legend.draw(c, l.at, l.columns, l.width)
	}
}

func (f *axesFigure) insets(c draw.Canvas) (insets, bool) {
	return insetsOf(c.Rectangle, f.layout(c).data.Rectangle), true
}

func insetsOf(outer, data vg.Rectangle) insets {
	return insets{
		left:   data.Min.X - outer.Min.X,
		right:  outer.Max.X - data.Max.X,
		bottom: data.Min.Y - outer.Min.Y,
		top:    outer.Max.Y - data.Max.Y,
	}
}

// drawGrid draws faint lines at the labelled ticks.
func drawGrid(data draw.Canvas, p *plot.Plot) {
	sty := draw.LineStyle{Color: gridGrey, Width: 0.5}
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if x := data.X(p.X.Norm(t.Value)); !t.IsMinor() {
			data.StrokeLine2(sty, x, data.Min.Y, x, data.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if y := data.Y(p.Y.Norm(t.Value)); !t.IsMinor() {
			data.StrokeLine2(sty, data.Min.X, y, data.Max.X, y)
		}
	}
}

func drawFrame(c draw.Canvas, width vg.Length, clr color.Color) {
	strokeRect(c, c.Rectangle, draw.LineStyle{Color: clr, Width: width})
}

func strokeRect(c draw.Canvas, r vg.Rectangle, sty draw.LineStyle) {
	c.SetLineStyle(sty)
	path := r.Path()
	path.Close()
	c.Stroke(path)
}

// drawTitle centres the title over x, or over the canvas where it would be cut.
func drawTitle(c draw.Canvas, t label, x vg.Length) {
	if t.text == "" {
		return
	}
	half := t.width() / 2
	lo, hi := c.Min.X+outerPad+half, c.Max.X-outerPad-half
	if lo > hi {
		lo, hi = c.Center().X, c.Center().X
	}
	t.draw(c, vg.Point{X: clampLength(x, lo, hi), Y: c.Max.Y - outerPad}, centerTop, 0)
}
