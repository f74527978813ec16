package report

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// Forecast is the scores of ensemble forecasts and of what they are compared
// with, over the frames that were not known.
type Forecast struct {
	Variable string       `json:"variable"`
	Units    string       `json:"units"`
	Step     float64      `json:"step_hours"` // between frames; 0 where unknown
	Known    int          `json:"known"`      // frames given
	Leads    int          `json:"leads"`      // frames forecast
	Cases    int          `json:"cases"`
	Entries  []ForecastOf `json:"entries"` // the model first
	Ranks    []int64      `json:"ranks"`   // of the truth among the model's members, cell by cell
}

// ForecastOf is the continuous ranked probability score of one forecast.
type ForecastOf struct {
	Name    string `json:"name"`
	Members int    `json:"members"`
	// Plain scores the members as they are; Fair expects the score that
	// infinitely many would have and does not exist for one member, whose Plain
	// is the mean absolute error. See verify.CRPS.
	Plain       Value  `json:"crps"`
	Fair        Value  `json:"crps_fair"`
	PlainByLead Values `json:"crps_by_lead"`
	FairByLead  Values `json:"crps_fair_by_lead"`
}

// Case is one forecast: members and what came.
type Case struct {
	Members *vdm.Samples
	Truth   []float32 // [frame, height, width, channel]
	Known   int       // frames that the members were given
	// Others are more forecasts of the same frames, by name, such as random
	// clips of the record (climatology). Each is shaped like Members.
	Others []NamedSamples
}

// NamedSamples are clips with a name.
type NamedSamples struct {
	Name string
	*vdm.Samples
}

// ForecastOptions says what is scored. Seed breaks ties of ranks.
type ForecastOptions struct {
	Variable, Units string
	Step            float64 // hours between frames
	Channel         int
	Seed            uint64
}

// ScoreForecast scores forecasts against what came and against persistence: the
// last known frame, held.
func ScoreForecast(o ForecastOptions, cases ...Case) (*Forecast, error) {
	if len(cases) == 0 {
		return nil, fmt.Errorf("scoring forecasts: no case given")
	}
	first := cases[0]
	leads := first.Members.Frames - first.Known
	if first.Known < 1 || leads < 1 {
		return nil, fmt.Errorf("scoring forecasts: %d of %d frames are known, expected at least one and not all", first.Known, first.Members.Frames)
	}
	if o.Channel < 0 || o.Channel >= first.Members.Channels {
		return nil, fmt.Errorf("scoring forecasts: there is no channel %d of %d", o.Channel, first.Members.Channels)
	}
	f := &Forecast{Variable: o.Variable, Units: o.Units, Step: o.Step, Known: first.Known, Leads: leads, Cases: len(cases)}
	ranks, err := verify.NewRankHistogram(first.Members.Len(), o.Seed)
	if err != nil {
		return nil, err
	}
	names := []string{"model", "persistence"}
	for _, other := range first.Others {
		names = append(names, other.Name)
	}
	scores := make([]*verify.CRPS, len(names))
	for i := range scores {
		if scores[i], err = verify.NewCRPS(leads); err != nil {
			return nil, err
		}
	}
	for n, c := range cases {
		if err := c.check(first); err != nil {
			return nil, fmt.Errorf("scoring forecasts: case %d: %w", n, err)
		}
		truth := c.ahead(c.Truth, o.Channel)
		members := c.allAhead(c.Members, o.Channel)
		persistence, err := c.persistence(o.Channel)
		if err != nil {
			return nil, fmt.Errorf("scoring forecasts: case %d: %w", n, err)
		}
		forecasts := [][][]float32{members, {persistence[len(persistence)-len(truth):]}}
		for _, other := range c.Others {
			forecasts = append(forecasts, c.allAhead(other.Samples, o.Channel))
		}
		for i, members := range forecasts {
			if err := scores[i].Add(members, truth); err != nil {
				return nil, fmt.Errorf("scoring %s: %w", names[i], err)
			}
		}
		if err := ranks.Add(uint64(n), members, truth); err != nil {
			return nil, err
		}
	}
	for i, s := range scores {
		v := s.Value()
		f.Entries = append(f.Entries, ForecastOf{
			Name: names[i], Members: v.Members, Plain: Value(v.Plain), Fair: Value(v.Fair),
			PlainByLead: v.PlainByLead, FairByLead: v.FairByLead,
		})
	}
	f.Ranks = ranks.Value()
	return f, nil
}

// check says whether a case is shaped like the first.
func (c Case) check(first Case) error {
	if len(c.Truth) != c.Members.Size() {
		return fmt.Errorf("the truth has %d values, a member %d", len(c.Truth), c.Members.Size())
	}
	if c.Known != first.Known || c.Members.Frames != first.Members.Frames || c.Members.Channels != first.Members.Channels || len(c.Others) != len(first.Others) {
		return fmt.Errorf("%d of %d frames known, %d channels, %d more forecasts; the first case has %d of %d, %d and %d",
			c.Known, c.Members.Frames, c.Members.Channels, len(c.Others),
			first.Known, first.Members.Frames, first.Members.Channels, len(first.Others))
	}
	for _, other := range c.Others {
		if other.Size() != c.Members.Size() {
			return fmt.Errorf("%s has %d values a clip, the members %d", other.Name, other.Size(), c.Members.Size())
		}
	}
	return nil
}

// ahead is one channel of the frames of a clip that are not known.
func (c Case) ahead(clip []float32, channel int) []float32 {
	return channelOf(clip[len(clip)/c.Members.Frames*c.Known:], channel, c.Members.Channels)
}

// persistence continues the truth, one channel of it, by its last known frame.
func (c Case) persistence(channel int) ([]float32, error) {
	s := c.Members
	known := forecast.Case{Frames: s.Frames, Height: s.Height, Width: s.Width, Known: climate.FirstFrames(s.Frames, c.Known), Clip: channelOf(c.Truth, channel, s.Channels)}
	clips, err := forecast.Persistence{}.Forecast(context.Background(), known, 1, 0)
	if err != nil {
		return nil, err
	}
	return clips[0], nil
}

func (c Case) allAhead(s *vdm.Samples, channel int) [][]float32 {
	var all [][]float32
	for i := range s.Len() {
		all = append(all, c.ahead(s.At(i), channel))
	}
	return all
}

// EnsembleMean is the mean of the clips, cell by cell.
func EnsembleMean(s *vdm.Samples) []float32 {
	sum := make([]float64, s.Size())
	for i := range s.Len() {
		for j, v := range s.At(i) {
			sum[j] += float64(v)
		}
	}
	out := make([]float32, len(sum))
	for j, v := range sum {
		out[j] = float32(v / float64(s.Len()))
	}
	return out
}

// Table is the scores as a table: over all lead times, and each by itself.
func (f *Forecast) Table() Table {
	t := Table{
		Title: fmt.Sprintf("Nowcast of %s: CRPS in %s (%d frames known, %d ahead; smaller is better)", f.Variable, f.Units, f.Known, f.Leads),
		// The fair score stands for an endless ensemble; one member has none.
		Columns: []string{"forecast", "members", "CRPS", "fair CRPS"},
	}
	for i := range f.Leads {
		t.Columns = append(t.Columns, f.leadName(i))
	}
	for _, e := range f.Entries {
		row := []string{e.Name, fmt.Sprint(e.Members), Format(float64(e.Plain)), Format(float64(e.Fair))}
		for _, v := range e.PlainByLead {
			row = append(row, Format(v))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (f *Forecast) leadName(i int) string {
	if f.Step > 0 {
		return fmt.Sprintf("+%g h", float64(i+1)*f.Step)
	}
	return fmt.Sprintf("+%d", i+1)
}
