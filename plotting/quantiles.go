package plotting

import (
	"fmt"
	"math"
)

// Quantiles are the quantiles of one model, at the probabilities of the
// reference.
type Quantiles struct {
	Name   string
	Values []float64
}

// QuantileOptions are the options of [QuantilePlot]. The default size is 10.5×10.5 cm.
type QuantileOptions struct {
	Style

	// Unit is the unit of the values. ReferenceLabel and ModelLabel name the axes; empty
	// means "Reference quantile" and "Model quantile".
	Unit                       string
	ReferenceLabel, ModelLabel string

	// Log makes both axes logarithmic; quantiles that are not positive are then
	// left out.
	Log bool

	// Limits are the ends of both axes, as in [Axis].
	Limits [2]float64

	Legend LegendPlace
}

// Validate reports the first option that is out of range.
func (o QuantileOptions) Validate() error {
	return validate(o.Style, Axis{Label: "quantile", Log: o.Log, Limits: o.Limits}, o.Legend)
}

// QuantilePlot draws the quantiles of models over those of a reference, both in
// the same unit, on a square with equal axes and the line on which they agree.
func QuantilePlot(reference []float64, models []Quantiles, opt QuantileOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	if len(reference) == 0 {
		return nil, fmt.Errorf("plotting: the reference has no quantiles")
	}
	if len(models) == 0 {
		return nil, fmt.Errorf("plotting: no model given, want at least one")
	}
	series := make([]Series, len(models))
	lo, hi := math.Inf(1), math.Inf(-1)
	for i, m := range models {
		if len(m.Values) != len(reference) {
			return nil, fmt.Errorf("plotting: model %s has %d quantiles, the reference %d", seriesName(i, m.Name), len(m.Values), len(reference))
		}
		series[i] = Series{Name: m.Name, X: reference, Y: m.Values, Points: true}
		for j, v := range m.Values {
			if visible(reference[j], v, opt.Log, opt.Log) {
				lo = math.Min(lo, math.Min(v, reference[j]))
				hi = math.Max(hi, math.Max(v, reference[j]))
			}
		}
	}
	traces, err := seriesTraces(series)
	if err != nil {
		return nil, err
	}
	axis := Axis{Label: "quantile", Unit: opt.Unit, Log: opt.Log, Limits: opt.Limits}
	if lo, hi, err = axis.extent(lo, hi, 0.03); err != nil {
		return nil, err
	}
	axis.Limits = [2]float64{lo, hi}
	x, y := axis, axis
	x.Label, y.Label = "Reference quantile", "Model quantile"
	if opt.ReferenceLabel != "" {
		x.Label = opt.ReferenceLabel
	}
	if opt.ModelLabel != "" {
		y.Label = opt.ModelLabel
	}
	// The line lies under the marks.
	traces = append([]trace{guideTrace("1:1", []float64{lo, hi}, []float64{lo, hi})}, traces...)
	fig, err := newAxes(opt.Style, x, y, traces, opt.Legend, 0, 0)
	if err != nil {
		return nil, err
	}
	fig.square = true
	w, h := opt.size(10.5, 10.5)
	return newPicture(fig, w, h, opt.dpi())
}
