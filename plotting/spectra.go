package plotting

// SpectrumOptions are the options of [Spectra]. Both axes are logarithmic
// whatever their Log says. Default size: 12×9.5 cm.
type SpectrumOptions struct {
	Style
	X, Y Axis // labels are "Wavenumber" and "Power" if empty

	Legend LegendPlace
}

// Validate reports the first option that is out of range.
func (o SpectrumOptions) Validate() error {
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
	fig, err := newAxes(opt.Style, opt.X, opt.Y, traces, opt.Legend, 0.02, 0.05)
	if err != nil {
		return nil, err
	}
	w, h := opt.size(12, 9.5)
	return newPicture(fig, w, h, opt.dpi())
}
