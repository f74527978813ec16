package report

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
)

// Comparison scores any number of forecasts of the same cases, a model's among others,
// over the frames that were not known. Add scores a case and does not keep it; Compare
// finishes. Make it with [NewComparison].
type Comparison struct {
	ComparisonOptions
	cases     int
	forecasts []*scored
}

// Case is an observed clip, [frame, height, width] of one channel, and the forecasts of
// it. Every case of a comparison has the same forecasts; the others are compared with
// the first.
type Case struct {
	Observed  []float32
	Forecasts []Forecast
}

// Forecast contains the members of one forecaster, whole clips shaped like the observed
// one.
type Forecast struct {
	Name      string
	Reference bool // whether it was made without a model
	Members   [][]float32
}

// ForecastOf returns one channel of samples as a forecast by a model.
func ForecastOf(name string, s *vdm.Samples, channel int) Forecast {
	f := Forecast{Name: name}
	for i := range s.Len() {
		f.Members = append(f.Members, s.Channel(i, channel))
	}
	return f
}

// scored is a forecaster with the scores of its cases so far.
type scored struct {
	name      string
	reference bool
	members   int
	tallies   []tally
}

// NewComparison returns a comparison without cases. It refuses a task in which all
// frames are known.
func NewComparison(o ComparisonOptions) (*Comparison, error) {
	if o.Height < 1 || o.Width < 1 {
		return nil, fmt.Errorf("comparison of frames of %d×%d cells: want at least 1×1", o.Height, o.Width)
	}
	if o.leads() < 1 {
		return nil, fmt.Errorf("comparison: all of %d frames are known, so that there is nothing to forecast", len(o.Known))
	}
	if !(o.Kilometres >= 0 && o.Minutes >= 0) {
		return nil, fmt.Errorf("comparison: cells of %v km and frames %v minutes apart: want neither below 0", o.Kilometres, o.Minutes)
	}
	return &Comparison{ComparisonOptions: o}, nil
}

// Baseline returns the forecast of an observed clip by a method without learning, which
// receives the known frames only. Use it to make a Case's forecasts.
func (c *Comparison) Baseline(ctx context.Context, by forecast.Forecaster, observed []float32, members int, seed uint64) (Forecast, error) {
	all, err := by.Forecast(ctx, forecast.Case{Frames: len(c.Known), Height: c.Height, Width: c.Width, Clip: observed, Known: c.Known}, members, seed)
	return Forecast{Name: by.Name(), Reference: true, Members: all}, err
}

// Add scores a case. Cases must come in the order of time, for the intervals.
func (c *Comparison) Add(one Case) error {
	if err := c.fits(one); err != nil {
		return fmt.Errorf("comparison, case %d: %w", c.cases, err)
	}
	truth := c.Known.Unknown(one.Observed)
	for i, f := range one.Forecasts {
		if c.cases == 0 {
			s := &scored{name: f.Name, reference: f.Reference, members: len(f.Members)}
			for _, start := range scoreList {
				t, err := start(&c.ComparisonOptions)
				if err != nil {
					return err
				}
				if t != nil {
					s.tallies = append(s.tallies, t)
				}
			}
			c.forecasts = append(c.forecasts, s)
		}
		var members [][]float32
		for _, m := range f.Members {
			members = append(members, c.Known.Unknown(m))
		}
		for _, t := range c.forecasts[i].tallies {
			if err := t.add(members, truth); err != nil {
				return fmt.Errorf("comparison, case %d, %s: %w", c.cases, f.Name, err)
			}
		}
	}
	c.cases++
	return nil
}

// fits refuses a case whose shape is not the task's, or whose forecasts differ from
// those of the first case.
func (c *Comparison) fits(one Case) error {
	size := len(c.Known) * c.Height * c.Width
	if len(one.Observed) != size {
		return fmt.Errorf("the truth has %d values, want %d frames of %d×%d", len(one.Observed), len(c.Known), c.Height, c.Width)
	}
	if len(one.Forecasts) == 0 || c.cases > 0 && len(one.Forecasts) != len(c.forecasts) {
		return fmt.Errorf("%d forecasts, want %d", len(one.Forecasts), max(1, len(c.forecasts)))
	}
	for i, f := range one.Forecasts {
		if c.cases > 0 && (f.Name != c.forecasts[i].name || len(f.Members) != c.forecasts[i].members) {
			return fmt.Errorf("forecast %d is %s of %d members, in the first case %s of %d", i+1, f.Name, len(f.Members), c.forecasts[i].name, c.forecasts[i].members)
		}
		if len(f.Members) == 0 {
			return fmt.Errorf("%s has no members", f.Name)
		}
		for k, m := range f.Members {
			if len(m) != size {
				return fmt.Errorf("member %d of %s has %d values, the truth %d", k+1, f.Name, len(m), size)
			}
		}
	}
	return nil
}

// Compare returns the scores of the cases so far.
func (c *Comparison) Compare() (*Compared, error) {
	if c.cases == 0 {
		return nil, fmt.Errorf("comparison: no case was taken in")
	}
	out := &Compared{ComparisonOptions: c.ComparisonOptions, Cases: c.cases}
	var first []float64 // CRPS of each case
	for _, f := range c.forecasts {
		e := Entry{Name: f.name, Reference: f.reference, Members: f.members, Scores: map[string]Score{}}
		for _, t := range f.tallies {
			for _, r := range t.readings() {
				if len(out.Entries) == 0 {
					out.Rows = append(out.Rows, r.Row)
				}
				var err error
				if e.Scores[r.Key], err = r.score(); err != nil {
					return nil, fmt.Errorf("%s of %s: %w", r.Label, f.name, err)
				}
				if r.Key != crpsKey {
					continue
				}
				if len(out.Entries) == 0 {
					first = r.series
					out.Rows = append(out.Rows, Row{Key: excessKey, Label: "CRPS less the first's", Best: "low", Signed: true})
				} else if e.Scores[excessKey], err = excess(r.series, first); err != nil {
					return nil, fmt.Errorf("%s of %s: %w", r.Label, f.name, err)
				}
			}
		}
		out.Entries = append(out.Entries, e)
	}
	return out, nil
}

// CompareNowcast scores one nowcast of a model beside persistence and other forecasts,
// and returns the case with persistence after the model, for pictures of it.
func CompareNowcast(o ComparisonOptions, observed []float32, model Forecast, others ...Forecast) (*Compared, Case, error) {
	o.Task = "nowcast"
	c, err := NewComparison(o)
	if err != nil {
		return nil, Case{}, err
	}
	persistence, err := c.Baseline(context.Background(), forecast.Persistence{}, observed, 1, 0)
	if err != nil {
		return nil, Case{}, err
	}
	one := Case{Observed: observed, Forecasts: append([]Forecast{model, persistence}, others...)}
	if err := c.Add(one); err != nil {
		return nil, one, err
	}
	scores, err := c.Compare()
	return scores, one, err
}
