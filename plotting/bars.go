package plotting

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Bar is one row of [Bars].
type Bar struct {
	Name  string  // at the left of the bar
	Value float64 // finite and not negative
	Text  string  // at the end of the bar; empty means the value to three digits
}

// BarOptions are the options of [Bars]. The default size is 14 cm wide, and as high as
// the rows need. The axis is linear and starts at 0.
type BarOptions struct {
	Style
	X     Axis        // its Log must be false, and its lower limit 0
	Color color.Color // nil means the first of the package's colours
}

// Validate reports the first option that is out of range.
func (o BarOptions) Validate() error {
	if o.X.Log || o.X.Limits[0] != 0 {
		return fmt.Errorf("plotting: bars on a logarithmic axis or one that starts at %g: their length would say nothing", o.X.Limits[0])
	}
	return validate(o.Style, o.X)
}

// Bars draws named values as horizontal bars, the first at the top.
func Bars(bars []Bar, opt BarOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if len(bars) == 0 {
		return nil, fmt.Errorf("plotting: no bar given, want at least one")
	}
	f := &barsFigure{bars: make([]Bar, len(bars)), opt: opt}
	for i, b := range bars {
		if !(b.Value >= 0) || math.IsInf(b.Value, 0) {
			return nil, fmt.Errorf("plotting: bar %s has the value %g, want a finite one of at least 0", seriesName(i, b.Name), b.Value)
		}
		if b.Text == "" {
			b.Text = strconv.FormatFloat(b.Value, 'g', 3, 64)
		}
		f.bars[i], f.max = b, math.Max(f.max, b.Value)
	}
	if hi := opt.X.Limits[1]; hi != 0 {
		f.max = hi
	} else if f.max == 0 {
		f.max = 1
	}
	if f.opt.Color == nil {
		f.opt.Color = okabeIto[0]
	}
	w, h := opt.size(14, rowsHeight(len(bars), opt.Style))
	return newPicture(f, w, h, opt.dpi())
}

type barsFigure struct {
	bars []Bar
	opt  BarOptions
	max  float64 // the longest bar, or the end of the axis
}

const barTextGap = 3 * vg.Length(1) // between a bar and its text

func (f *barsFigure) draw(c draw.Canvas) {
	c0 := c
	c = inner(c)
	title := label{text: f.opt.Title, size: f.opt.titleSize()}.wrapped(c.Size().X)
	c.Max.Y -= titleRoom(title)
	xlabel, _, axes := labelRoom(f.opt.Style, f.opt.X, Axis{}, c)
	p, data := f.axes(axes)
	drawGrid(data, p)
	p.Draw(axes)
	row := data.Size().Y / vg.Length(len(f.bars))
	for i, b := range f.bars {
		y := data.Max.Y - row*(vg.Length(i)+0.5)
		end := min(data.X(p.X.Norm(b.Value)), data.Max.X)
		corners := []vg.Point{{X: data.Min.X, Y: y - 0.36*row}, {X: end, Y: y - 0.36*row}, {X: end, Y: y + 0.36*row}, {X: data.Min.X, Y: y + 0.36*row}}
		c.FillPolygon(f.opt.Color, corners)
		label{text: b.Text, size: 0.9 * f.opt.tickSize()}.draw(c, vg.Point{X: end + barTextGap, Y: y}, leftMiddle, 0)
	}
	drawFrame(data, frameWidth, color.Black)
	drawAxisLabels(axes, data, xlabel, label{})
	drawTitle(c0, title, data.Center().X)
}

// axes makes the axes, wide enough for the text at the end of each bar.
func (f *barsFigure) axes(c draw.Canvas) (*plot.Plot, draw.Canvas) {
	p := newPlot(f.opt.Style)
	n := len(f.bars)
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, f.max, -0.5, float64(n)-0.5
	names := make([]plot.Tick, n)
	for i, b := range f.bars {
		names[i] = plot.Tick{Value: float64(n - 1 - i), Label: b.Name}
	}
	p.Y.Tick.Marker, p.Y.Tick.Length = plot.ConstantTicks(names), 0
	p.X.Tick.Marker = plot.ConstantTicks(linearTicks(0, f.max, 5))
	data := p.DataCanvas(c)
	if f.opt.X.Limits[1] == 0 {
		for _, b := range f.bars {
			text := label{text: b.Text, size: 0.9 * f.opt.tickSize()}.width() + 2*barTextGap
			if room := data.Size().X - text; room > 0 {
				p.X.Max = math.Max(p.X.Max, b.Value*float64(data.Size().X/room))
			}
		}
		p.X.Tick.Marker = plot.ConstantTicks(linearTicks(0, p.X.Max, 5))
		data = p.DataCanvas(c)
	}
	return p, data
}

func (f *barsFigure) insets(c draw.Canvas) (insets, bool) {
	in := inner(c)
	title := label{text: f.opt.Title, size: f.opt.titleSize()}.wrapped(in.Size().X)
	in.Max.Y -= titleRoom(title)
	_, _, axes := labelRoom(f.opt.Style, f.opt.X, Axis{}, in)
	_, data := f.axes(axes)
	return insetsOf(c.Rectangle, data.Rectangle), true
}

// rowsHeight returns the height in cm of a figure of n named rows.
func rowsHeight(n int, s Style) float64 {
	return 2 + 0.65*float64(n)*float64(s.tickSize())/10
}
