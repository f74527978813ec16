package archive

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/cf"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// Blending is a file of forecasts, such as nowcasts, that should pass into another with
// the lead, such as numerical forecasts: see [forecast.Blend].
type Blending struct {
	First, Second string // files of members; the second covers the grid and the frames ahead of the first, and perhaps more

	// Weights returns the weight of the first at each frame ahead, whose leads are in
	// hours after the last known frame.
	Weights func(leads []float64) ([]float64, error)

	Known int                        // first frames that were known; 0 where the file says it
	Name  func(option string) string // what messages call an option; nil means its name
	More  map[string]string          // further global attributes
}

// Write blends the files and writes the result on the grid and at the times of the first,
// with as many members, its known frames unchanged. It returns the weights.
func (b Blending) Write(ctx context.Context, path string) ([]float64, error) {
	first, attributes, err := cf.ReadEnsembles(b.First, b.Name)
	if err != nil {
		return nil, err
	}
	second, _, err := cf.ReadEnsembles(b.Second, b.Name)
	if err != nil {
		return nil, err
	}
	clip := &first[0].Field
	known := climate.FirstFrames(clip.Frames(), b.Known)
	if text, said := attributes[KnownAttribute]; b.Known == 0 && said {
		known, _ = climate.ParseKnownFrames(text, clip.Frames())
	}
	if b.Known > clip.Frames() || len(known.Ahead()) == 0 || len(known) != clip.Frames() {
		return nil, fmt.Errorf("%s: %d frames, of which none is ahead of those that were known", b.First, clip.Frames())
	}
	if !clip.HasDates() || !second[0].HasDates() {
		return nil, fmt.Errorf("%s and %s: both need dates, so that frames of the same time are blended", b.First, b.Second)
	}
	weights, err := b.Weights(leadsOf(clip.Times, known))
	if err != nil {
		return nil, err
	}
	if len(weights) != len(known.Ahead()) {
		return nil, fmt.Errorf("%d weights for %d frames ahead", len(weights), len(known.Ahead()))
	}
	place := climate.Place{Times: clip.Times, Epoch: clip.Epoch}
	file := &cf.SampleFile{Reference: place.Reference(known), Members: first[0].Count, Grid: clip.Grid, Times: clip.Times, From: clip.From, To: clip.To, Calendar: clip.Calendar, Epoch: clip.Epoch,
		Attributes: map[string]string{"title": "Forecast blended with another", KnownAttribute: known.String(), "vdm_command": "forecast blend", ForecasterAttribute: "blend", run.FirstMemberAttribute: "0", "vdm_weights": texts(weights)}}
	maps.Copy(file.Attributes, b.More)
	for i, e := range first {
		other, err := b.matching(second, e, i)
		if err != nil {
			return nil, err
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		c := cf.SampleChannel{Name: e.Name, LongName: e.LongName, StandardName: e.StandardName, Units: e.Units, CellMethods: e.CellMethods}
		ahead, err := b.blend(e, other, known, weights)
		if err != nil {
			return nil, err
		}
		cells := e.Height() * e.Width()
		for m := range e.Members {
			whole := slices.Clone(e.Members[m])
			for k, f := range known.Ahead() {
				copy(whole[f*cells:(f+1)*cells], ahead[m][k*cells:(k+1)*cells])
			}
			c.Data = append(c.Data, whole...)
		}
		file.Channels = append(file.Channels, c)
	}
	return weights, cf.WriteSamples(path, file)
}

// leadsOf returns how many hours the frames ahead lie after the last known frame before
// them; after the start of the clip where none is known.
func leadsOf(times []float64, known climate.KnownFrames) (leads []float64) {
	issued := times[0] - climate.MedianStep(times)
	for f, k := range known {
		if k {
			issued = times[f]
		} else {
			leads = append(leads, times[f]-issued)
		}
	}
	return leads
}

// matching returns the variable of the second file that is the i-th of the first: with its
// name, or the only one of both.
func (b Blending) matching(second []*cf.Ensemble, e *cf.Ensemble, i int) (*cf.Ensemble, error) {
	at := slices.IndexFunc(second, func(o *cf.Ensemble) bool { return o.Name == e.Name })
	if at < 0 && len(second) == 1 && i == 0 {
		at = 0
	}
	if at < 0 {
		return nil, fmt.Errorf("%s has no variable %s", b.Second, e.Name)
	}
	if o := second[at]; o.Units != e.Units {
		from, err := climate.ParseRainUnits(o.Units)
		to, err2 := climate.ParseRainUnits(e.Units)
		if err = errors.Join(err, err2); err != nil || from.Amount || to.Amount {
			return nil, fmt.Errorf("%s of %s is in %q, of %s in %q: want one unit, or rates of rain", e.Name, b.First, e.Units, b.Second, o.Units)
		}
		for _, m := range o.Members {
			for k, v := range m {
				m[k] = float32(float64(v) * from.Factor / to.Factor)
			}
		}
		o.Units = e.Units
	}
	return second[at], nil
}

// blend returns the frames ahead of the members.
func (b Blending) blend(e, other *cf.Ensemble, known climate.KnownFrames, weights []float64) ([][]float32, error) {
	rows, cols, err := other.Grid.Find(&e.Grid)
	if err != nil {
		return nil, fmt.Errorf("%s on the grid of %s: %w", b.Second, b.First, err)
	}
	times, err := climate.InCalendar(other.Times, other.Calendar, e.Calendar, math.NaN())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Second, err)
	}
	cells, width := e.Height()*e.Width(), other.Width()
	first, second := make([][]float32, len(e.Members)), make([][]float32, len(other.Members))
	for k, f := range known.Ahead() {
		at := slices.IndexFunc(times, func(t float64) bool { return math.Abs(t-e.Times[f]) < 1./120 })
		if at < 0 && weights[k] < 1 {
			return nil, fmt.Errorf("%s has no frame at %s, where its weight is %.3g", b.Second, e.Date(f), 1-weights[k])
		}
		for m, values := range e.Members {
			first[m] = append(first[m], values[f*cells:(f+1)*cells]...)
		}
		for m, values := range other.Members {
			for _, r := range rows {
				for _, c := range cols {
					v := float32(0) // where the weight is 0
					if at >= 0 {
						v = values[(at*other.Height()+r)*width+c]
					}
					second[m] = append(second[m], v)
				}
			}
		}
	}
	return forecast.Blend(first, second, weights)
}

// texts returns numbers with commas between.
func texts(values []float64) string {
	var all []string
	for _, v := range values {
		all = append(all, fmt.Sprintf("%.4g", v))
	}
	return strings.Join(all, ", ")
}
