package forecasting

import (
	"context"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// Cases are held-out clips of which the same frames are known, in the order of
// time.
type Cases struct {
	Known   climate.KnownFrames
	Windows *climate.Windows // of the held-out part
	Index   []int            // the window of each case
	Truth   [][]float32      // [case], a whole clip each

	train *climate.Windows
	units string
}

// Cases are clips of the held-out part, at most n of them, whose starts are spread
// evenly over it. Of the windows that start at once it takes the one with most rain
// in its *known* frames, so that the choice does not look at what is forecast.
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
	c := &Cases{Known: known, Windows: heldOut, train: train, units: r.Fields[0].Units}
	clip := make([]float32, frames*height*width)
	best := map[int]int{} // window of each start
	most := map[int]float64{}
	for i := range heldOut.Len() {
		start, y, x, _ := heldOut.Origin(i)
		if y%(height/4) != 0 || x%(width/4) != 0 { // every quarter of a window is near enough
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

// Len is the number of cases.
func (c *Cases) Len() int { return len(c.Truth) }

// FirstKnown marks the first frames of a clip, a nowcast.
func FirstKnown(known int) climate.KnownFrames { return climate.FirstFrames(Frames, known) }

// EverySecondKnown marks frames 0, 2, 4, …, an interpolation.
func EverySecondKnown() climate.KnownFrames { return climate.EverySecondFrame(Frames) }

// Forecasts are ensembles for some cases.
type Forecasts struct {
	Name    string
	Members [][][]float32 // [case][member], a whole clip each
}

// Model draws members for each case with a model, or reads them where they were
// drawn already. All cases go through one compiled step; member m of case i is
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

// Baseline makes members for each case by a forecaster without learning. One that
// draws nothing at random has one member.
func (c *Cases) Baseline(ctx context.Context, by forecast.Forecaster, members int) (Forecasts, error) {
	f := Forecasts{Name: by.Name()}
	frames, height, width, _ := c.Windows.Shape()
	for i, truth := range c.Truth {
		all, err := by.Forecast(ctx, forecast.Case{Frames: frames, Height: height, Width: width, Clip: truth, Known: c.Known}, members, uint64(i))
		if err != nil {
			return f, fmt.Errorf("%s, case %d: %w", by.Name(), i, err)
		}
		f.Members = append(f.Members, all)
	}
	return f, nil
}

// Baselines are persistence, climatology, linear interpolation (where a frame is
// known on both sides), advection and the STEPS-like ensemble.
func (c *Cases) Baselines(ctx context.Context, members int) ([]Forecasts, error) {
	type of struct {
		by      forecast.Forecaster
		members int
	}
	all := []of{{forecast.Persistence{}, 1}, {forecast.Climatology{Windows: report.Channel{Clips: c.train}}, members}}
	if c.Known.Enclosed() { // gaps between known frames
		all = append(all, of{forecast.Linear{}, 1})
	}
	all = append(all, of{forecast.Advection{}, 1}, of{forecast.STEPS{}, members})
	var made []Forecasts
	for _, b := range all {
		f, err := c.Baseline(ctx, b.by, b.members)
		if err != nil {
			return nil, err
		}
		made = append(made, f)
	}
	return made, nil
}

// unknown are the frames of a clip that are not known, one after another.
func (c *Cases) unknown(clip []float32) []float32 { return c.Known.Unknown(clip) }

// leads is the number of frames that are not known.
func (c *Cases) leads() int { return len(c.Known.Ahead()) }

var nan = math.NaN()
