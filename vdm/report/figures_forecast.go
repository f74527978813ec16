package report

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// LeadPicture draws the score of every forecast by lead time.
func (f *Forecast) LeadPicture() (*plotting.Picture, error) {
	_, unit := scaleOf(f.Units)
	x := plotting.Axis{Label: "Lead time", Unit: "frames"}
	step := 1.0
	if f.Step > 0 {
		x.Unit, step = "h", f.Step
	}
	var series []plotting.Series
	for _, e := range f.Entries {
		s := plotting.Series{Name: e.label(), Y: e.PlainByLead, Points: true, Dashed: true}
		for i := range e.PlainByLead {
			s.X = append(s.X, float64(i+1)*step)
		}
		series = append(series, s)
	}
	return plotting.Curves(series, plotting.CurveOptions{X: x, Y: plotting.Axis{Label: "CRPS", Unit: unit, Limits: [2]float64{0, nan}}, Legend: plotting.LegendBelow})
}

func (e ForecastOf) label() string {
	if e.Members == 1 {
		return e.Name
	}
	return fmt.Sprintf("%s (%d members)", e.Name, e.Members)
}

// RankPicture draws the rank histogram as densities: flat at 1 where the truth
// could be one of the members.
func (f *Forecast) RankPicture() (*plotting.Picture, error) {
	total := int64(0)
	for _, n := range f.Ranks {
		total += n
	}
	c := plotting.Counts{Name: "model", Edges: []float64{-0.5}}
	for i, n := range f.Ranks {
		c.Edges = append(c.Edges, float64(i)+0.5)
		share := 0.0
		if total > 0 {
			share = float64(n) / float64(total) * float64(len(f.Ranks))
		}
		c.Density = append(c.Density, share)
	}
	flat := plotting.Counts{Name: "flat", Edges: []float64{-0.5, float64(len(f.Ranks)) - 0.5}, Density: []float64{1}}
	return plotting.Histogram([]plotting.Counts{c, flat}, plotting.HistogramOptions{
		X: plotting.Axis{Label: fmt.Sprintf("Rank of the truth among %d members", len(f.Ranks)-1)},
		Y: plotting.Axis{Label: "Frequency over that of a flat one", Limits: [2]float64{0, nan}},
	})
}

// NowcastPicture draws a forecast as film strips: the truth, some members, their
// mean, and persistence; known frames are marked.
func NowcastPicture(f *Forecast, c Case, channel, members int) (*plotting.Picture, error) {
	scale, unit := scaleOf(f.Units)
	s := c.Members
	known := climate.FirstFrames(s.Frames, c.Known)
	strip := func(name string, clip []float32, known []bool) plotting.Clip {
		return plotting.Clip{Name: name, Data: clip, Frames: s.Frames, Height: s.Height, Width: s.Width, Known: known}
	}
	clips := []plotting.Clip{strip("observed", channelOf(c.Truth, channel, s.Channels), nil)}
	for i := range min(members, s.Len()) {
		clips = append(clips, strip(fmt.Sprintf("member %d", i+1), s.Channel(i, channel), known))
	}
	persistence, err := c.persistence(channel)
	if err != nil {
		return nil, err
	}
	clips = append(clips,
		strip(fmt.Sprintf("mean of %d", s.Len()), channelOf(EnsembleMean(s), channel, s.Channels), known),
		strip("persistence", persistence, known))
	return plotting.FilmStrip(clips, plotting.FilmStripOptions{
		Scale: scale, Label: f.Variable, Unit: unit, FrameLabels: f.frameLabels(s.Frames), KnownName: "known",
	})
}

// frameLabels count from the last known frame.
func (f *Forecast) frameLabels(frames int) []string {
	step, unit := 1.0, ""
	if f.Step > 0 {
		step, unit = f.Step, " h"
	}
	labels := make([]string, frames)
	for i := range labels {
		labels[i] = strings.Replace(fmt.Sprintf("%+g%s", float64(i-f.Known+1)*step, unit), "-", "−", 1)
	}
	labels[f.Known-1] = "now"
	return labels
}

// Draw draws all pictures of a forecast; c is the case that is shown.
func (f *Forecast) Draw(c Case, channel int) ([]Drawing, error) {
	strip, err := NowcastPicture(f, c, channel, 4)
	if err != nil {
		return nil, err
	}
	lead, err := f.LeadPicture()
	if err != nil {
		return nil, err
	}
	rank, err := f.RankPicture()
	if err != nil {
		return nil, err
	}
	return []Drawing{
		{File: "nowcast.png", Title: "Nowcast", Caption: "What was observed, four members, their mean and persistence. Frames with a coloured border were given to the model.", Picture: strip},
		{File: "crps.png", Title: "CRPS by lead time", Caption: "Smaller is better. The score of persistence, one member, is its mean absolute error.", Picture: lead},
		{File: "ranks.png", Title: "Rank histogram", Caption: "Flat where the truth could be one of the members; U-shaped where they are too alike. Ties, as where all are dry, are broken at random.", Picture: rank},
	}, nil
}
