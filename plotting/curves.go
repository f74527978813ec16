package plotting

import (
	"fmt"
	"math"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

func (s Series) check(i int) error {
	if len(s.X) != len(s.Y) {
		return fmt.Errorf("plotting: series %s has %d values of X and %d of Y, want as many of each", seriesName(i, s.Name), len(s.X), len(s.Y))
	}
	if len(s.X) == 0 {
		return fmt.Errorf("plotting: series %s is empty", seriesName(i, s.Name))
	}
	return nil
}

func seriesName(i int, name string) string { return fmt.Sprintf("%d (%q)", i, name) }

// Guide is a thin grey line of reference across the axes, at one value.
type Guide struct {
	Name     string  // in the legend; empty means not listed
	At       float64 // the value of Y, or of X if Vertical
	Vertical bool
}

// CurveOptions are the options of [Curves]. The default size is 14×9 cm.
type CurveOptions struct {
	Style
	X, Y   Axis
	Legend LegendPlace
	Guides []Guide
}

// Validate reports the first option that is out of range.
func (o CurveOptions) Validate() error {
	if err := validate(o.Style, o.X, o.Y, o.Legend); err != nil {
		return err
	}
	for _, g := range o.Guides {
		axis := o.Y
		if g.Vertical {
			axis = o.X
		}
		if !visible(g.At, 1, axis.Log, false) {
			return fmt.Errorf("plotting: guide %q stands at %g, want a finite value, positive on a logarithmic axis", g.Name, g.At)
		}
	}
	return nil
}

type validator interface{ Validate() error }

func validate(vs ...validator) error {
	for _, v := range vs {
		if err := v.Validate(); err != nil {
			return err
		}
	}
	return nil
}

// Curves draws series on one pair of axes, linear or logarithmic. The guides' values
// count for the range of the axes.
func Curves(series []Series, opt CurveOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	traces, err := seriesTraces(series)
	if err != nil {
		return nil, err
	}
	padX := 0.0
	for _, s := range series {
		if s.Points {
			padX = 0.03 // or half of the outermost marks would be cut
		}
	}
	guides := guideTraces(opt.Guides)
	fig, err := newAxes(opt.Style, opt.X, opt.Y, append(traces, guides...), opt.Legend, padX, 0.05)
	if err != nil {
		return nil, err
	}
	fig.spanGuides(opt.Guides, len(traces))
	w, h := opt.size(14, 9)
	return newPicture(fig, w, h, opt.dpi())
}

func seriesTraces(series []Series) ([]trace, error) {
	if len(series) == 0 {
		return nil, fmt.Errorf("plotting: no series given, want at least one")
	}
	traces, at := make([]trace, len(series)), places(series, nameOfSeries)
	for i, s := range series {
		if err := s.check(i); err != nil {
			return nil, err
		}
		traces[i] = lineTrace(at[i], s)
	}
	return traces, nil
}

// guideTraces returns guides with a single coordinate; the other, which spans the whole
// axis, is filled in by spanGuides when the axes are known.
func guideTraces(guides []Guide) []trace {
	out := make([]trace, len(guides))
	for i, g := range guides {
		out[i] = guideTrace(g.Name, nil, nil)
		// Each further guide has another dash.
		out[i].line.Dashes = dotted[i%len(dotted)]
	}
	return out
}

func guideTrace(name string, x, y []float64) trace {
	return trace{name: name, x: x, y: y, color: guideGrey, line: draw.LineStyle{Color: guideGrey, Width: guideWidth}}
}

// spanGuides widens the axes to contain the guides and draws these across.
func (f *axesFigure) spanGuides(guides []Guide, first int) {
	for _, g := range guides {
		if g.Vertical {
			f.xmin, f.xmax = widen(f.x, f.xmin, f.xmax, g.At)
		} else {
			f.ymin, f.ymax = widen(f.y, f.ymin, f.ymax, g.At)
		}
	}
	for i, g := range guides {
		t := &f.traces[first+i]
		if g.Vertical {
			t.x, t.y = []float64{g.At, g.At}, []float64{f.ymin, f.ymax}
		} else {
			t.x, t.y = []float64{f.xmin, f.xmax}, []float64{g.At, g.At}
		}
	}
}

// widen moves ends that the user has not fixed so that v lies 3 % inside.
func widen(a Axis, lo, hi, v float64) (float64, float64) {
	fixLo, fixHi := a.fixed()
	to, from := func(v float64) float64 { return v }, func(v float64) float64 { return v }
	if a.Log {
		to, from = math.Log10, func(v float64) float64 { return math.Pow(10, v) }
	}
	l, h, m := to(lo), to(hi), to(v)
	if m < l && !fixLo {
		l = m - 0.03*(h-m)
	}
	if m > h && !fixHi {
		h = m + 0.03*(m-l)
	}
	return from(l), from(h)
}

// dotted are the dash patterns of guides.
var dotted = [][]vg.Length{{1.5, 2.5}, {6, 2.5}, {6, 2.5, 1.5, 2.5}}
