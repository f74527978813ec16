package dissertation

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
)

// WeightingOptions are the options of [FigureWeighting]. The zero value is
// figure 2.6.
type WeightingOptions struct {
	plotting.Style
	Schedule  vdm.Schedule  // nil means vdm.Cosine{}: its bounds are the bounds of the horizontal axis
	Weighting vdm.Weighting // nil means vdm.VelocityWeighting of the schedule
	Points    int           // 0 means 601
}

// FigureWeighting draws w(λ) and −w′(λ) over λ on a logarithmic axis, figure
// 2.6. Where −w′ is not positive, as for a weighting that rises, it has a gap.
func FigureWeighting(o WeightingOptions) (*plotting.Picture, error) {
	if o.Schedule == nil {
		o.Schedule = vdm.Cosine{}
	}
	if o.Weighting == nil {
		o.Weighting = vdm.VelocityWeighting{Schedule: o.Schedule}
	}
	o.Style = oneColumn(o.Style)
	if o.Points == 0 {
		o.Points = 601
	}
	if o.Points < 2 {
		return nil, fmt.Errorf("figure of a weighting: %d points, want at least 2", o.Points)
	}
	low, high := o.Schedule.Bounds()
	var lambda, w, negDW []float64
	for i := range o.Points {
		l := low + (high-low)*float64(i)/float64(o.Points-1)
		lambda, w, negDW = append(lambda, l), append(w, o.Weighting.W(l)), append(negDW, o.Weighting.NegDW(l))
	}
	return plotting.Curves([]plotting.Series{
		{Name: "w(λ)", X: lambda, Y: w},
		{Name: "−w′(λ)", X: lambda, Y: negDW, Dashed: true},
	}, plotting.CurveOptions{
		Style: o.Style,
		X:     plotting.Axis{Label: "Log signal-to-noise ratio λ", Limits: [2]float64{low, high}},
		Y:     plotting.Axis{Label: "w(λ) and −w′(λ)", Log: true},
	})
}
