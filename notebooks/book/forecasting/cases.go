package forecasting

import (
	"context"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// Cases are held-out clips with the same known frames, in the order of time.
type Cases struct {
	Known   climate.KnownFrames
	Windows *climate.Windows // windows of the held-out part
	Index   []int            // the number of the window of each case
	Truth   [][]float32      // [case], a whole clip each

	train         *climate.Windows
	like          *climate.Field // of the same variable and cells
	height, width int            // of a clip
}

// Cases returns clips of the held-out part, at most n, whose starts are spread evenly
// over it. Of the windows with the same start it takes the one with most rain in its
// *known* frames, so that the choice does not depend on the forecast frames.
func (r *Record) Cases(known climate.KnownFrames, n int) (*Cases, error) {
	train, heldOut, err := r.Windows()
	if err != nil {
		return nil, err
	}
	frames, height, width, _ := heldOut.Shape()
	if len(known) != frames || n < 1 {
		return nil, fmt.Errorf("%d cases with %d marks of known frames; want at least one case and %d marks", n, len(known), frames)
	}
	test := r.Split.Test[0]
	starts := test.To - test.From - frames + 1
	n = min(n, starts)
	c := &Cases{Known: known, Windows: heldOut, train: train, like: heldOut.Fields()[0], height: height, width: width}
	clip := make([]float32, frames*height*width)
	best := map[int]int{} // the window of each start
	most := map[int]float64{}
	for i := range heldOut.Len() {
		start, y, x, _ := heldOut.Origin(i)
		if y%(height/4) != 0 || x%(width/4) != 0 { // windows at every quarter of their size are dense enough
			continue
		}
		if err := heldOut.Clip(i, clip); err != nil {
			return nil, err
		}
		sum := 0.0
		for _, v := range known.Of(clip) {
			sum += float64(v)
		}
		if _, seen := best[start]; !seen || sum > most[start] {
			best[start], most[start] = i, sum
		}
	}
	for k := range n {
		start := test.From
		if n > 1 {
			start += k * (starts - 1) / (n - 1)
		}
		i, ok := best[start]
		if !ok { // all its windows have missing cells
			continue
		}
		truth := make([]float32, len(clip))
		if err := heldOut.Clip(i, truth); err != nil {
			return nil, err
		}
		c.Index, c.Truth = append(c.Index, i), append(c.Truth, truth)
	}
	return c, nil
}

// Len returns the number of cases.
func (c *Cases) Len() int { return len(c.Truth) }

// FirstKnown marks the first frames of a clip, a nowcast.
func FirstKnown(known int) climate.KnownFrames { return climate.FirstFrames(Frames, known) }

// EverySecondKnown marks frames 0, 2, 4, …, an interpolation.
func EverySecondKnown() climate.KnownFrames { return climate.EverySecondFrame(Frames) }

// Forecasts contains one forecaster's ensembles for some cases.
type Forecasts struct {
	Name      string
	Reference bool          // whether it was made without a model
	Members   [][][]float32 // [case][member], a whole clip each
}

// Model returns members for each case by a model, drawn now or read from the file where
// they were drawn before. All cases go through one compiled step; member m of case i is
// sample i·members + m.
func (c *Cases) Model(ctx context.Context, m *run.Run, name, file string, members int, o run.SampleOptions) (Forecasts, error) {
	clips := make([]float32, 0, c.Len()*members*len(c.Truth[0]))
	for _, truth := range c.Truth {
		for range members {
			clips = append(clips, truth...)
		}
	}
	o.Count = c.Len() * members
	drawn, err := archive.Interpolate(ctx, m, file, archive.Place{Like: c.Windows.Fields()}, clips, c.Known, o)
	if err != nil {
		return Forecasts{}, err
	}
	f := Forecasts{Name: name}
	for i := range c.Len() {
		var all [][]float32
		for k := range members {
			all = append(all, drawn.At(i*members+k))
		}
		f.Members = append(f.Members, all)
	}
	return f, nil
}

// Baselines returns the forecasts of persistence, climatology, linear interpolation
// (where a frame is known on both sides), advection and the STEPS-like ensemble.
// Forecasters without randomness have one member.
func (c *Cases) Baselines(ctx context.Context, members int) ([]Forecasts, error) {
	comparison, err := c.comparison()
	if err != nil {
		return nil, err
	}
	steps := forecast.STEPS{}
	if comparison.Kilometres > 0 && comparison.Minutes > 0 { // both or neither is given
		steps.Kilometres, steps.Minutes = comparison.Kilometres, comparison.Minutes
	}
	type baseline struct {
		by      forecast.Forecaster
		members int
	}
	all := []baseline{{forecast.Persistence{}, 1}, {forecast.Climatology{Windows: report.Channel{Clips: c.train}}, members}}
	if c.Known.Enclosed() {
		all = append(all, baseline{forecast.Linear{}, 1})
	}
	all = append(all, baseline{forecast.Advection{}, 1}, baseline{steps, members})
	var made []Forecasts
	for _, b := range all {
		f := Forecasts{Name: b.by.Name(), Reference: true}
		for i, truth := range c.Truth {
			one, err := comparison.Baseline(ctx, b.by, truth, b.members, uint64(i))
			if err != nil {
				return nil, fmt.Errorf("%s, case %d: %w", f.Name, i, err)
			}
			f.Members = append(f.Members, one.Members)
		}
		made = append(made, f)
	}
	return made, nil
}

// comparison returns an empty comparison for the cases' task.
func (c *Cases) comparison() (*report.Comparison, error) {
	field := c.like
	task := "interpolation"
	if _, nowcast := c.Known.Lead(); nowcast {
		task = "nowcast"
	} else if c.Known.Span() == 0 {
		task = "refinement"
	}
	return report.NewComparison(report.ComparisonOptions{
		Task: task, Variable: field.Name, Units: field.Units, Known: c.Known, Height: c.height, Width: c.width,
		Kilometres: field.Grid.Kilometres(), Minutes: 60 * field.Step(), Called: field.Called(),
	})
}

// Score returns the scores of forecasts; the others are compared with the first.
func (c *Cases) Score(forecasts ...Forecasts) (*report.Compared, error) {
	comparison, err := c.comparison()
	if err != nil {
		return nil, err
	}
	for i := range c.Truth {
		if err := comparison.Add(c.one(i, forecasts)); err != nil {
			return nil, err
		}
	}
	return comparison.Compare()
}

// one returns a case in the form of a comparison.
func (c *Cases) one(i int, forecasts []Forecasts) report.Case {
	one := report.Case{Observed: c.Truth[i]}
	for _, f := range forecasts {
		one.Forecasts = append(one.Forecasts, report.Forecast{Name: f.Name, Reference: f.Reference, Members: f.Members[i]})
	}
	return one
}

// FilmPicture draws a case: the observed clip, a number of members of the first forecast
// and their mean, and the first member of each other forecast.
func (c *Cases) FilmPicture(which, members int, forecasts ...Forecasts) (*plotting.Picture, error) {
	if which < 0 || which >= c.Len() {
		return nil, fmt.Errorf("case %d of %d", which, c.Len())
	}
	comparison, err := c.comparison()
	if err != nil {
		return nil, err
	}
	compared := report.Compared{ComparisonOptions: comparison.ComparisonOptions}
	return compared.StripPicture(c.one(which, forecasts), members)
}

var nan = math.NaN()
