package scaling

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// PowerPicture draws the ratio of the spatial power, generated over test, by wavenumber:
// one colour for a transform, dashed where it is scaled by the extremes, the mean over the
// seeds.
func PowerPicture(results []Result) (*plotting.Picture, error) {
	groups := Groups(results, false)
	if len(groups) == 0 {
		return nil, fmt.Errorf("scaling: no results to draw")
	}
	var curves []plotting.Series
	for _, g := range groups {
		s := plotting.Series{Name: g.Name(), Dashed: !g.Results[0].UnitVariance, Color: plotting.LineColor(slices.Index(Transforms(), g.Transform))}
		for k := range g.Results[0].Spatial {
			s.X = append(s.X, float64(k+1))
			s.Y = append(s.Y, g.Over(func(r Result) float64 { return r.Spatial[k] }).Mean)
		}
		curves = append(curves, s)
	}
	return plotting.Curves(curves, plotting.CurveOptions{
		X: plotting.Axis{Label: "Wavenumber", Unit: "waves across the clip", Log: true}, Y: plotting.Axis{Label: "Power over the test clips'", Log: true},
	})
}

// DotsPicture draws the decimal logarithm of a ratio for each setting, with its interval over
// the seeds: some ratios are a hundred times others.
func DotsPicture(results []Result, label string, figure func(Result) float64) (*plotting.Picture, error) {
	var dots []plotting.Dot
	for _, g := range Groups(results, false) {
		i := g.Over(func(r Result) float64 { return math.Log10(figure(r)) })
		dots = append(dots, plotting.Dot{Name: g.Name(), Value: i.Mean, Low: i.Mean - i.Half, High: i.Mean + i.Half, Color: plotting.LineColor(slices.Index(Transforms(), g.Transform))})
	}
	return plotting.Dots(dots, plotting.DotOptions{X: plotting.Axis{Label: label + ", log₁₀"}, Guides: []float64{0}})
}
