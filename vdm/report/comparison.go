package report

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
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
	Times     *climate.Place // when the clip lies, for pictures; nil where that is unknown
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
	one       verify.Case // that is scored
}

// NewComparison returns a comparison without cases. It refuses a task in which all
// frames are known.
func NewComparison(o ComparisonOptions) (*Comparison, error) {
	if err := o.prepare(); err != nil {
		return nil, err
	}
	for _, name := range o.Scores {
		if !slices.Contains(ScoreNames(), name) {
			return nil, fmt.Errorf("comparison: there is no score %q; the scores are %s", name, strings.Join(ScoreNames(), ", "))
		}
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
	truth := c.ahead(one.Observed)
	all := make([][][]float32, len(one.Forecasts))
	for i, f := range one.Forecasts {
		if c.cases == 0 {
			tallies, err := c.begin()
			if err != nil {
				return err
			}
			c.forecasts = append(c.forecasts, &scored{name: f.Name, reference: f.Reference, members: len(f.Members), tallies: tallies})
		}
		for _, m := range f.Members {
			all[i] = append(all[i], c.ahead(m))
		}
	}
	if missing := c.take(truth, all); missing {
		c.take(leaveOut(truth, all))
	}
	if err := c.tally(); err != nil {
		return fmt.Errorf("comparison, case %d, %w", c.cases, err)
	}
	c.cases++
	return nil
}

// ahead returns the frames to forecast of a clip, which it shares with the clip where
// these are the last ones.
func (c *Comparison) ahead(clip []float32) []float32 {
	if first := c.Known.First(); first >= c.Known.Span() {
		return clip[first*c.Height*c.Width:]
	}
	return c.Known.Unknown(clip)
}

// take makes a case the one that is scored, and reports whether any of its cells is
// missing.
func (c *Comparison) take(truth []float32, all [][][]float32) (missing bool) {
	for i, f := range c.forecasts {
		f.one.Reset(all[i], truth)
		missing = missing || f.one.Missing() > 0
	}
	return missing
}

// leaveOut returns the clips with every cell missing in all of them that is missing in
// the truth or in any member, so that every forecast is scored on the same cells. The
// clips that it was given stay as they are.
func leaveOut(truth []float32, forecasts [][][]float32) ([]float32, [][][]float32) {
	missing := make([]bool, len(truth))
	for _, members := range append(forecasts, [][]float32{truth}) {
		for _, m := range members {
			for i, v := range m {
				missing[i] = missing[i] || v != v
			}
		}
	}
	out := func(clip []float32) []float32 {
		clip = slices.Clone(clip)
		for i, is := range missing {
			if is {
				clip[i] = float32(math.NaN())
			}
		}
		return clip
	}
	left := make([][][]float32, len(forecasts))
	for i, members := range forecasts {
		for _, m := range members {
			left[i] = append(left[i], out(m))
		}
	}
	return out(truth), left
}

// tally adds the case to all scores of all forecasts, several at a time.
func (c *Comparison) tally() error {
	type job struct {
		name  string
		tally tally
		one   *verify.Case
		err   error
	}
	var jobs []*job
	for _, f := range c.forecasts {
		for _, t := range f.tallies {
			jobs = append(jobs, &job{name: f.name, tally: t, one: &f.one})
		}
	}
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(jobs)) {
		group.Go(func() {
			for k := next.Add(1) - 1; k < int64(len(jobs)); k = next.Add(1) - 1 {
				jobs[k].err = jobs[k].tally.add(jobs[k].one)
			}
		})
	}
	group.Wait()
	for _, j := range jobs {
		if j.err != nil {
			return fmt.Errorf("%s: %w", j.name, j.err)
		}
	}
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
	var all [][]reading
	var names []string
	for _, f := range c.forecasts {
		var ofForecast []reading
		e := Entry{Name: f.name, Reference: f.reference, Members: f.members, Scores: map[string]Score{}}
		for _, t := range f.tallies {
			for _, r := range t.readings() {
				ofForecast = append(ofForecast, r)
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
					out.Rows = append(out.Rows, Row{Key: excessKey, Label: "CRPS less the first's", Best: "low", Signed: true, Score: r.Score})
				} else if e.Scores[excessKey], err = excess(r.series, first); err != nil {
					return nil, fmt.Errorf("%s of %s: %w", r.Label, f.name, err)
				}
			}
		}
		out.Entries, all, names = append(out.Entries, e), append(all, ofForecast), append(names, f.name)
	}
	if c.Pairwise {
		var err error
		if out.Pairs, err = pairs(names, all); err != nil {
			return nil, err
		}
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
