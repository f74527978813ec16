package plotting

import (
	"fmt"
	"math"
)

// Counts is a histogram: Density[i] over the bin from Edges[i] to Edges[i+1].
type Counts struct {
	Name    string
	Edges   []float64 // ascending, one more than Density
	Density []float64 // not negative
}

func (c Counts) check(i int) error {
	name := seriesName(i, c.Name)
	if len(c.Density) == 0 || len(c.Edges) != len(c.Density)+1 {
		return fmt.Errorf("plotting: histogram %s has %d edges and %d densities, want one edge more than densities and at least one bin", name, len(c.Edges), len(c.Density))
	}
	for j, e := range c.Edges {
		if math.IsNaN(e) || math.IsInf(e, 0) || (j > 0 && e <= c.Edges[j-1]) {
			return fmt.Errorf("plotting: histogram %s has edge %d at %g, want finite and ascending edges", name, j, e)
		}
	}
	for j, d := range c.Density {
		if d < 0 || math.IsNaN(d) || math.IsInf(d, 0) {
			return fmt.Errorf("plotting: histogram %s has the density %g in bin %d, want finite and not negative", name, d, j)
		}
	}
	return nil
}

// HistogramOptions are the options of [Histogram]. Y.Log makes the axis of density
// logarithmic. The default size is 14×9 cm.
type HistogramOptions struct {
	Style
	X, Y   Axis // Y.Label is "Density" if empty
	Legend LegendPlace
}

// Validate reports the first option that is out of range.
func (o HistogramOptions) Validate() error { return validate(o.Style, o.X, o.Y, o.Legend) }

// Histogram draws the outlines of histograms as steps, the first one solid and the
// others dashed in turn, so that outlines which coincide stay visible. On a logarithmic
// axis of density an empty bin is drawn at the floor of the axis, which lies below the
// smallest positive density. On a logarithmic X axis the first bin may start at zero: it
// is cut at the edge of the axis.
func Histogram(series []Counts, opt HistogramOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if len(series) == 0 {
		return nil, fmt.Errorf("plotting: no histogram given, want at least one")
	}
	if opt.Y.Label == "" {
		opt.Y.Label = "Density"
	}
	traces, at := make([]trace, len(series)), places(series, func(c Counts) string { return c.Name })
	for i, s := range series {
		if err := s.check(i); err != nil {
			return nil, err
		}
		t := lineTrace(at[i], Series{Name: s.Name})
		// Edges without the vertical strokes are enough to find the ranges.
		t.x, t.y = binPoints(s, opt.X.Log)
		traces[i] = t
	}
	opt.X.Limits = edgeLimits(series, opt.X)
	fig, err := newAxes(opt.Style, opt.X, opt.Y, traces, opt.Legend, 0, 0.05)
	if err != nil {
		return nil, err
	}
	if lo, _ := opt.Y.fixed(); !lo && !opt.Y.Log {
		fig.ymin = 0
	}
	for i, s := range series {
		traces[i].x, traces[i].y = steps(s, fig.xmin, fig.ymin, opt.X.Log, opt.Y.Log)
	}
	w, h := opt.size(14, 9)
	return newPicture(fig, w, h, opt.dpi())
}

// edgeLimits returns the outermost edges on ends that are not fixed: empty bins keep
// their place on the axis, although a logarithmic axis of density cannot show them.
func edgeLimits(series []Counts, x Axis) [2]float64 {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, s := range series {
		for _, e := range s.Edges {
			if !x.Log || e > 0 {
				lo, hi = math.Min(lo, e), math.Max(hi, e)
			}
		}
	}
	fixLo, fixHi := x.fixed()
	if fixLo {
		lo = x.Limits[0]
	}
	if fixHi {
		hi = x.Limits[1]
	}
	if !(lo < hi) {
		return x.Limits
	}
	return [2]float64{lo, hi}
}

// binPoints returns both ends of each bin at its density.
func binPoints(s Counts, logX bool) (x, y []float64) {
	for i, d := range s.Density {
		for _, e := range s.Edges[i : i+2] {
			if logX && e <= 0 {
				continue
			}
			x, y = append(x, e), append(y, d)
		}
	}
	return x, y
}

// steps returns the outline of the histogram, from the floor up and down to it.
func steps(s Counts, xmin, ymin float64, logX, logY bool) (x, y []float64) {
	floor := 0.0
	if logY {
		floor = ymin
	}
	edge := func(i int) float64 {
		if logX {
			return math.Max(s.Edges[i], xmin)
		}
		return s.Edges[i]
	}
	x, y = append(x, edge(0)), append(y, floor)
	for i, d := range s.Density {
		d = math.Max(d, floor)
		x = append(x, edge(i), edge(i+1))
		y = append(y, d, d)
	}
	return append(x, edge(len(s.Density))), append(y, floor)
}
