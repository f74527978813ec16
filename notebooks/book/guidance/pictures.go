package guidance

import (
	"maps"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// Picture draws a case: the observed clip, the exact and the sampled conditional mean,
// one member, and the exact and the sampled standard deviation.
func Picture(c Case, want exact.Gaussian, members *vdm.Samples) (*plotting.Picture, error) {
	mean, variance := Moments(members)
	strip := func(label string, scale plotting.Scale, clips ...plotting.Clip) (*plotting.Picture, error) {
		return plotting.FilmStrip(clips, plotting.FilmStripOptions{Label: label, Scale: scale})
	}
	values, err := strip("value", plotting.Scale{Kind: plotting.Diverging, Limits: [2]float64{-3, 3}},
		clipOf(c, "the clip", c.Clip), clipOf(c, "mean, exact", want.Mean), clipOf(c, "mean, drawn", mean), clipOf(c, "a member", members.At(0)))
	if err != nil {
		return nil, err
	}
	exactly, drawn := make([]float64, len(mean)), make([]float64, len(mean))
	for i := range mean {
		exactly[i], drawn[i] = math.Sqrt(max(0, want.Cov.At(i, i))), math.Sqrt(variance[i])
	}
	spread, err := strip("standard deviation", plotting.Scale{Limits: [2]float64{0, 1}},
		clipOf(c, "spread, exact", exactly), clipOf(c, "spread, drawn", drawn))
	if err != nil {
		return nil, err
	}
	return plotting.Grid([][]*plotting.Picture{{values}, {spread}}, plotting.GridOptions{})
}

// clipOf returns a clip in which completely known frames are marked.
func clipOf[T ~float32 | ~float64](c Case, name string, data []T) plotting.Clip {
	shape := c.Process.Shape()
	out := plotting.Clip{Name: name, Frames: shape[0], Height: shape[1], Width: shape[2], Known: make([]bool, shape[0])}
	for _, v := range data {
		out.Data = append(out.Data, float32(v))
	}
	frame := shape[1] * shape[2]
	for f := range out.Known {
		y := c.Given[0].Y
		out.Known[f] = len(c.Given) == 1 && len(y) == len(c.Clip)
		for i := 0; out.Known[f] && i < frame; i++ {
			out.Known[f] = y[f*frame+i] == y[f*frame+i]
		}
	}
	return out
}

// SweepPicture draws the error of the mean, and of the spread, over w_r; weights at
// which the sampler diverges end the curves.
func SweepPicture(weights []float64, sweeps map[string][]Bias) (*plotting.Picture, error) {
	var means, spreads []plotting.Series
	for _, name := range sortedNames(sweeps) {
		m, s := plotting.Series{Name: name, Points: true, Dashed: true}, plotting.Series{Name: name, Points: true, Dashed: true}
		for i, b := range sweeps[name] {
			if b.Mean < 1e3 {
				m.X, m.Y = append(m.X, weights[i]), append(m.Y, 100*b.Mean)
			}
			if b.Spread < 1e3 {
				s.X, s.Y = append(s.X, weights[i]), append(s.Y, b.Spread)
			}
		}
		means, spreads = append(means, m), append(spreads, s)
	}
	x, style := plotting.Axis{Label: "Weight w_{r}", Log: true}, plotting.Style{Width: 11, Height: 9}
	left, err := plotting.Curves(means, plotting.CurveOptions{Style: style, Legend: plotting.LegendBelow, X: x, Y: plotting.Axis{Label: "Error of the mean", Unit: "%", Log: true}})
	if err != nil {
		return nil, err
	}
	right, err := plotting.Curves(spreads, plotting.CurveOptions{Style: style, Legend: plotting.LegendBelow, X: x, Y: plotting.Axis{Label: "Spread / true spread", Log: true}, Guides: []plotting.Guide{{Name: "right", At: 1}}})
	if err != nil {
		return nil, err
	}
	return plotting.Grid([][]*plotting.Picture{{left, right}}, plotting.GridOptions{Letters: true})
}

func sortedNames(sweeps map[string][]Bias) []string {
	return slices.Sorted(maps.Keys(sweeps))
}
