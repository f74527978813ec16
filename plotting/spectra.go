package plotting

import (
	"fmt"
	"math"
	"strconv"
)

// SpectrumOptions are the options of [Spectra]. Both axes are logarithmic whatever their
// Log says. The default size is 12×9.5 cm.
type SpectrumOptions struct {
	Style
	X, Y Axis // labels are "Wavenumber" and "Power" if empty

	// Slope s draws a line ∝ x^s above the spectra, for reference; 0 means none.
	Slope float64

	// SlopeName is the line's name in the legend; empty means the power itself.
	SlopeName string

	Legend LegendPlace
}

// Validate reports the first option that is out of range.
func (o SpectrumOptions) Validate() error {
	if math.IsNaN(o.Slope) || math.Abs(o.Slope) > 20 {
		return fmt.Errorf("plotting: SpectrumOptions.Slope is %g, want a power between -20 and 20", o.Slope)
	}
	x, y := o.X, o.Y
	x.Log, y.Log = true, true
	return validate(o.Style, x, y, o.Legend)
}

// Spectra draws power over wavenumber or frequency on logarithmic axes. Values
// that are not positive, such as the power at wavenumber zero, are left out.
func Spectra(series []Series, opt SpectrumOptions) (*Picture, error) {
	if err := opt.Validate(); err != nil {
		return nil, err
	}
	opt.X.Log, opt.Y.Log = true, true
	if opt.X.Label == "" {
		opt.X.Label = "Wavenumber"
	}
	if opt.Y.Label == "" {
		opt.Y.Label = "Power"
	}
	traces, err := seriesTraces(series)
	if err != nil {
		return nil, err
	}
	if opt.Slope != 0 {
		if t, ok := slopeTrace(traces, opt); ok {
			traces = append(traces, t)
		}
	}
	fig, err := newAxes(opt.Style, opt.X, opt.Y, traces, opt.Legend, 0.02, 0.05)
	if err != nil {
		return nil, err
	}
	w, h := opt.size(12, 9.5)
	return newPicture(fig, w, h, opt.dpi())
}

// slopeTrace returns the line of reference over the middle two thirds of the abscissa,
// raised until it is above all spectra there.
func slopeTrace(traces []trace, opt SpectrumOptions) (trace, bool) {
	lo, hi := math.Inf(1), math.Inf(-1)
	each := func(visit func(lx, ly float64)) {
		for _, t := range traces {
			for i := range t.x {
				if visible(t.x[i], t.y[i], true, true) {
					visit(math.Log10(t.x[i]), math.Log10(t.y[i]))
				}
			}
		}
	}
	each(func(lx, _ float64) { lo, hi = math.Min(lo, lx), math.Max(hi, lx) })
	if !(lo < hi) {
		return trace{}, false
	}
	from, to := lo+(hi-lo)/6, hi-(hi-lo)/6
	lift, ymin, ymax := math.Inf(-1), math.Inf(1), math.Inf(-1)
	each(func(lx, ly float64) {
		if lx >= from && lx <= to {
			lift = math.Max(lift, ly-opt.Slope*lx)
		}
		ymin, ymax = math.Min(ymin, ly), math.Max(ymax, ly)
	})
	if math.IsInf(lift, 0) {
		return trace{}, false
	}
	lift += math.Max(0.15, 0.04*(ymax-ymin))
	name := opt.SlopeName
	if name == "" {
		name = "power " + minus(strconv.FormatFloat(opt.Slope, 'g', 4, 64))
	}
	at := func(lx float64) float64 { return math.Pow(10, lift+opt.Slope*lx) }
	t := guideTrace(name, []float64{math.Pow(10, from), math.Pow(10, to)}, []float64{at(from), at(to)})
	t.ranged = true
	return t, true
}
