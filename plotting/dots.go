package plotting

import (
	"fmt"
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Dot is one row of [Dots].
type Dot struct {
	Name      string // at the left of the row
	Value     float64
	Low, High float64     // ends of the interval; NaN or equal to Value where there is none
	Color     color.Color // nil means the next of the package's colours
}

// DotOptions are the options of [Dots]. The default size is 14 cm wide, and as high as the
// rows need.
type DotOptions struct {
	Style
	X      Axis      // its Log must be false
	Guides []float64 // values of X at which a dashed line is drawn, such as 0 for differences
}

// Validate reports the first option that is out of range.
func (o DotOptions) Validate() error {
	if o.X.Log {
		return fmt.Errorf("plotting: dots on a logarithmic axis")
	}
	for _, g := range o.Guides {
		if math.IsNaN(g) || math.IsInf(g, 0) {
			return fmt.Errorf("plotting: a guide at %g, want a finite value", g)
		}
	}
	return validate(o.Style, o.X)
}

// Dots draws named values as dots with intervals, the first at the top: scores that are
// compared with each other.
func Dots(dots []Dot, opt DotOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if len(dots) == 0 {
		return nil, fmt.Errorf("plotting: no dot given, want at least one")
	}
	f := &dotsFigure{opt: opt, low: math.Inf(1), high: math.Inf(-1)}
	at := places(dots, func(d Dot) string { return d.Name })
	for i, d := range dots {
		if math.IsNaN(d.Value) || math.IsInf(d.Value, 0) || math.IsInf(d.Low, 0) || math.IsInf(d.High, 0) || d.Low > d.Value || d.High < d.Value {
			return nil, fmt.Errorf("plotting: dot %s is %g from %g to %g, want finite values in order", seriesName(i, d.Name), d.Value, d.Low, d.High)
		}
		if d.Color == nil {
			d.Color = LineColor(at[i])
		}
		f.dots = append(f.dots, d)
		f.include(d.Value)
		f.include(d.Low)
		f.include(d.High)
	}
	for _, g := range opt.Guides {
		f.include(g)
	}
	room := 0.06 * (f.high - f.low)
	if room == 0 {
		room = max(0.06*math.Abs(f.low), 0.06)
	}
	f.low, f.high = f.low-room, f.high+room
	if lo, hi := opt.X.Limits[0], opt.X.Limits[1]; lo != 0 || hi != 0 {
		if !math.IsNaN(lo) {
			f.low = lo
		}
		if !math.IsNaN(hi) {
			f.high = hi
		}
	}
	w, h := opt.size(14, rowsHeight(len(dots), opt.Style))
	return newPicture(f, w, h, opt.dpi())
}

type dotsFigure struct {
	dots      []Dot
	opt       DotOptions
	low, high float64 // the ends of the axis
}

// include widens the axis to a value that exists.
func (f *dotsFigure) include(v float64) {
	if !math.IsNaN(v) {
		f.low, f.high = min(f.low, v), max(f.high, v)
	}
}

func (f *dotsFigure) insets(c draw.Canvas) (insets, bool) {
	l := f.layout(c)
	return insetsOf(c.Rectangle, l.data.Rectangle), true
}

// dotsLayout is where the parts of the figure lie.
type dotsLayout struct {
	title, xlabel label
	plot          *plot.Plot
	axes, data    draw.Canvas
}

func (f *dotsFigure) layout(c draw.Canvas) (l dotsLayout) {
	c = inner(c)
	l.title = label{text: f.opt.Title, size: f.opt.titleSize()}.wrapped(c.Size().X)
	c.Max.Y -= titleRoom(l.title)
	l.xlabel, _, l.axes = labelRoom(f.opt.Style, f.opt.X, Axis{}, c)
	l.plot = newPlot(f.opt.Style)
	n := len(f.dots)
	l.plot.X.Min, l.plot.X.Max, l.plot.Y.Min, l.plot.Y.Max = f.low, f.high, -0.5, float64(n)-0.5
	names := make([]plot.Tick, n)
	for i, d := range f.dots {
		names[i] = plot.Tick{Value: float64(n - 1 - i), Label: d.Name}
	}
	l.plot.Y.Tick.Marker, l.plot.Y.Tick.Length = plot.ConstantTicks(names), 0
	l.plot.X.Tick.Marker = plot.ConstantTicks(linearTicks(f.low, f.high, 5))
	l.data = l.plot.DataCanvas(l.axes)
	return l
}

func (f *dotsFigure) draw(c draw.Canvas) {
	l := f.layout(c)
	drawGrid(l.data, l.plot)
	l.plot.Draw(l.axes)
	x := func(v float64) vg.Length { return l.data.X(bounded(l.plot.X.Norm(v))) }
	dashed := draw.LineStyle{Color: color.Gray{0x60}, Width: 0.8 * curveWidth, Dashes: dashes}
	for _, g := range f.opt.Guides {
		if g >= f.low && g <= f.high {
			l.data.StrokeLine2(dashed, x(g), l.data.Min.Y, x(g), l.data.Max.Y)
		}
	}
	row := l.data.Size().Y / vg.Length(len(f.dots))
	for i, d := range f.dots {
		y := l.data.Max.Y - row*(vg.Length(i)+0.5)
		if d.Low == d.Low && d.High == d.High {
			line := l.data.ClipLinesX([]vg.Point{{X: x(d.Low), Y: y}, {X: x(d.High), Y: y}})
			l.data.StrokeLines(draw.LineStyle{Color: d.Color, Width: 1.6 * curveWidth}, line...)
		}
		if d.Value >= f.low && d.Value <= f.high {
			drawMark(l.data, roundMark, min(4, row/4), d.Color, vg.Point{X: x(d.Value), Y: y})
		}
	}
	drawFrame(l.data, frameWidth, color.Black)
	drawAxisLabels(l.axes, l.data, l.xlabel, label{})
	drawTitle(c, l.title, l.data.Center().X)
}
