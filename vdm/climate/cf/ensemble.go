package cf

import (
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// Ensemble is a variable of a file of forecasts: a field without values, which has the
// name, units, grid and times, and the values of each member, [frame, height, width].
type Ensemble struct {
	climate.Field
	Members [][]float32
	Count   int // number of members, also where only the head was read
}

// ReadEnsembles returns every variable of a file that has a dimension of members,
// whatever its name (member, realization, number, ens, ens_number …) and the order of
// dimensions, and the global attributes that are texts. Values and units are the file's,
// packed values unpacked; but amounts of rain over known intervals are rates in mm/h, and
// the time of rain over an interval is its middle, as in [Read]. Where no variable has members the only data variable is a
// forecast with one member. name returns the name of an option of ReadOptions in
// messages; nil means the options' names.
func ReadEnsembles(path string, name func(option string) string) ([]*Ensemble, map[string]string, error) {
	return ensembles(path, name, true)
}

// HeadEnsembles returns what [ReadEnsembles] does, without the values: only metadata and
// coordinates are read.
func HeadEnsembles(path string, name func(option string) string) ([]*Ensemble, map[string]string, error) {
	return ensembles(path, name, false)
}

func ensembles(path string, name func(option string) string, values bool) (all []*Ensemble, attributes map[string]string, err error) {
	format, err := formatOf(path)
	if err != nil {
		return nil, nil, err
	}
	err = format.with(path, func(d *dataset) error {
		attributes = d.globalTexts()
		for _, v := range d.dataVariables() {
			dim := d.memberDimension(v)
			axis := slices.Index(v.dims, dim)
			if dim == "" || axis < 0 {
				continue
			}
			e, err := d.ensemble(v, axis, &ReadOptions{Kind: climate.KindOther, Index: map[string]int{dim: 0}, Name: name}, values)
			if err != nil {
				return err
			}
			all = append(all, e)
		}
		if len(all) > 0 {
			return nil
		}
		opt := &ReadOptions{Kind: climate.KindOther, Name: name}
		v, err := d.choose(opt)
		if err != nil {
			return fmt.Errorf("it holds no variable with a dimension of members, such as \"member\", \"realization\" or \"ens_number\", and as one forecast: %w", err)
		}
		e, err := d.ensemble(v, -1, opt, values)
		if err != nil {
			return fmt.Errorf("it holds no variable with a dimension of members, such as \"member\", \"realization\" or \"ens_number\", and as one forecast: %w", err)
		}
		all = append(all, e)
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return all, attributes, nil
}

// ensemble returns the members of a variable along an axis; −1 means one member.
func (d *dataset) ensemble(v *variable, axis int, opt *ReadOptions, values bool) (*Ensemble, error) {
	s, err := d.forecastSource(v, opt)
	if err != nil {
		return nil, err
	}
	f := &s.field
	e := &Ensemble{Field: *f, Count: 1}
	if axis >= 0 {
		e.Count = v.shape[axis]
	}
	if !values {
		return e, nil
	}
	frame := f.Height() * f.Width()
	if err := fits(f.Name, e.Count*f.Frames(), f.Height(), f.Width()); err != nil {
		return nil, err
	}
	for i := range e.Count {
		if axis >= 0 {
			s.layout.fixed[axis] = i
		}
		data := make([]float32, f.Frames()*frame)
		check := s.screen()
		err := s.stream(
			func(t0, n int) []float32 { return data[t0*frame : (t0+n)*frame] },
			func(t0 int, part []float32) error {
				check.add(f, t0, part)
				return nil
			})
		if err != nil {
			return nil, err
		}
		if err := check.problem(f); err != nil {
			return nil, fmt.Errorf("member %d: %w", i, err)
		}
		e.Members = append(e.Members, data)
	}
	return e, nil
}

// forecastSource returns the source of a variable of forecasts, by the options: with the
// times that [Read] gives rain, and amounts of rain as rates where their intervals are
// known.
func (d *dataset) forecastSource(v *variable, opt *ReadOptions) (*source, error) {
	s, err := d.newSource(v, opt)
	if err != nil || recognised(v, v.text("units"), opt).Kind != climate.KindRain {
		return s, err
	}
	if scale, err := climate.ParseRainUnits(v.text("units")); err == nil && scale.Amount {
		as := *opt
		as.Kind = climate.KindRain
		if rates, err := d.newSource(v, &as); err == nil && rates.refused == nil && rates.field.From != nil {
			return rates, nil
		}
	}
	for i := range s.field.From {
		s.field.Times[i] = (s.field.From[i] + s.field.To[i]) / 2
	}
	return s, nil
}
