package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// CRPSPicture draws the CRPS of every forecast by frame.
func (c *Compared) CRPSPicture() (*plotting.Picture, error) {
	_, unit := scaleOf(c.Units)
	return c.byFrame(crpsKey, plotting.Axis{Label: "CRPS", Unit: unit, Limits: [2]float64{0, nan}})
}

// BiasPicture draws the normalised bias of the domain's mean by frame, for the
// ensembles.
func (c *Compared) BiasPicture() (*plotting.Picture, error) {
	return c.byFrame(biasKey, plotting.Axis{Label: "(generated − truth)/truth"}, plotting.Guide{At: 0})
}

// ScorePicture draws one score of every forecast as a dot, with its interval over cases:
// the score with a key of a row, such as crps. Forecasts without it are left out.
func (c *Compared) ScorePicture(key string) (*plotting.Picture, error) {
	i := slices.IndexFunc(c.Rows, func(r Row) bool { return r.Key == key })
	if i < 0 {
		return nil, fmt.Errorf("picture of the score %q: the comparison has no such row", key)
	}
	var dots []plotting.Dot
	for _, e := range c.Entries {
		if s := e.Score(key); s.Value == s.Value {
			dots = append(dots, plotting.Dot{Name: inPicture(e.label()), Value: float64(s.Value), Low: float64(s.From), High: float64(s.To)})
		}
	}
	o := plotting.DotOptions{X: plotting.Axis{Label: c.Rows[i].Label}}
	if c.Rows[i].Signed {
		o.Guides = []float64{0}
	}
	return plotting.Dots(dots, o)
}

// byFrame draws a score of every forecast for every forecast frame: over the time from
// the last known frame where all known frames come first, else over the time from the
// clip's start.
func (c *Compared) byFrame(key string, y plotting.Axis, guides ...plotting.Guide) (*plotting.Picture, error) {
	frames, from := c.Known.Ahead(), 0
	at, unit := c.clock()
	x := plotting.Axis{Label: "Time in the clip", Unit: unit}
	if known, nowcast := c.Known.Lead(); nowcast {
		x.Label, from = "Lead time", known-1
	}
	var series []plotting.Series
	for _, e := range c.Entries {
		s := plotting.Series{Name: inPicture(e.label()), Y: e.Score(key).ByFrame, Points: true, Dashed: true}
		for _, f := range frames {
			s.X = append(s.X, at(f)-at(from))
		}
		series = append(series, s)
	}
	return plotting.Curves(series, plotting.CurveOptions{X: x, Y: y, Guides: guides, Legend: plotting.LegendBelow})
}

// label returns the name with the number of members, where that is more than one.
func (e Entry) label() string {
	if e.Members == 1 {
		return e.Name
	}
	return fmt.Sprintf("%s (%d members)", e.Name, e.Members)
}

// PowerPicture draws the ratio of the members' spatial power to the truth's by scale.
func (c *Compared) PowerPicture() (*plotting.Picture, error) {
	var series []plotting.Series
	for _, e := range c.Entries {
		series = append(series, plotting.Series{Name: inPicture(e.Name), X: e.Score(powerKey).X, Y: e.Score(powerKey).Y, Points: true, Dashed: true})
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: "Wavenumber", Unit: "waves across the clip", Log: true}, Y: plotting.Axis{Label: "Power over the truth's", Log: true},
		Guides: []plotting.Guide{{At: 1}}, Legend: plotting.LegendBelow,
	})
}

// BiasMaps draws the map of the normalised bias of every forecast that a model
// made, all in one scale of colours.
func (c *Compared) BiasMaps() (*plotting.Picture, error) {
	largest := 0.1
	for _, e := range c.Entries {
		if !e.Reference && !math.IsNaN(e.LargestBias()) {
			largest = math.Max(largest, e.LargestBias())
		}
	}
	const across = 3
	var rows [][]*plotting.Picture
	for _, e := range c.Entries {
		if e.Reference {
			continue
		}
		field := plotting.Field2D{Data: e.Score(biasMapKey).Y, Height: c.Height, Width: c.Width}
		o := plotting.MapOptions{
			Style: plotting.Style{Title: inPicture(e.Name), Width: 8},
			Scale: plotting.Scale{Kind: plotting.Diverging, Limits: [2]float64{-largest, largest}},
			Label: "(generated − truth)/truth", NoAxes: true,
		}
		p, err := placedMap(field, c.Grid, o)
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 || len(rows[len(rows)-1]) == across {
			rows = append(rows, nil)
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], p)
	}
	return plotting.Grid(rows, plotting.GridOptions{})
}

// placedMap draws a map with the axes and coasts of a grid; without them where the grid is
// nil or says nothing.
func placedMap(field plotting.Field2D, grid *climate.Grid, o plotting.MapOptions) (*plotting.Picture, error) {
	axes := AxesOf(grid)
	if axes == nil {
		return plotting.Map(field, o)
	}
	field.X, field.Y, o.NoAxes = axes.X, axes.Y, false
	o.X, o.Y = plotting.Axis{Label: axes.XLabel}, plotting.Axis{Label: axes.YLabel}
	return plotting.MapWith(field, plotting.Overlay{Lines: Coasts(grid)}, o)
}

// RankPicture draws the rank histogram of the first ensemble as densities: flat at 1
// where the truth could be one of the members.
func (c *Compared) RankPicture() (*plotting.Picture, error) {
	at := slices.IndexFunc(c.Entries, func(e Entry) bool { return e.Members > 1 })
	if at < 0 {
		return nil, fmt.Errorf("rank histogram: no forecast has more than one member")
	}
	e := c.Entries[at]
	counts, total := e.Score(ranksKey).Y, 0.0
	for _, n := range counts {
		total += n
	}
	ends := float64(len(counts)) - 0.5
	h := plotting.Counts{Name: e.Name, Edges: []float64{-0.5}}
	for i, n := range counts {
		h.Edges, h.Density = append(h.Edges, float64(i)+0.5), append(h.Density, n/max(total, 1)*float64(len(counts)))
	}
	flat := plotting.Counts{Name: "flat", Edges: []float64{-0.5, ends}, Density: []float64{1}}
	return plotting.Histogram([]plotting.Counts{h, flat}, plotting.HistogramOptions{
		X: plotting.Axis{Label: fmt.Sprintf("Rank of the truth among %d members", e.Members)},
		Y: plotting.Axis{Label: "Frequency over that of a flat one", Limits: [2]float64{0, nan}},
	})
}

// Draw draws all pictures of a comparison; their files begin with its task. Scores that
// do not exist, such as a bias where all is dry, have no picture.
func (c *Compared) Draw() ([]Drawing, error) {
	var out []Drawing
	for _, j := range []struct {
		name, title, caption string
		exists               func(Entry) bool
		draw                 func() (*plotting.Picture, error)
	}{
		{"crps", "CRPS", "Smaller is better. Of one member it is the mean absolute error.",
			func(e Entry) bool { return len(existing(e.Score(crpsKey).ByFrame)) > 0 }, c.CRPSPicture},
		{"ranks", "rank histogram", "Of the first ensemble: flat where the truth could be one of the members; U-shaped where they are too alike. Ties, as where all are dry, are broken at random.",
			func(e Entry) bool { return e.Members > 1 && len(existing(e.Score(ranksKey).Y)) > 0 }, c.RankPicture},
		{"bias", "bias", "Normalised bias of the domain's mean, frame by frame.",
			func(e Entry) bool { return len(existing(e.Score(biasKey).ByFrame)) > 0 }, c.BiasPicture},
		{"bias-map", "map of the bias", fmt.Sprintf("Normalised bias over the generated frames of %s; with few cases it is mostly chance.", number(c.Cases, "case")),
			func(e Entry) bool { return c.Cases > 1 && !e.Reference && len(existing(e.Score(biasMapKey).Y)) > 0 }, c.BiasMaps},
		{"power", "power", "Spatial power of the members over the truth's; below the line a forecast is too smooth.",
			func(e Entry) bool { return len(existing(e.Score(powerKey).Y)) > 0 }, c.PowerPicture},
	} {
		if !slices.ContainsFunc(c.Entries, j.exists) {
			continue
		}
		p, err := j.draw()
		if err != nil {
			return nil, fmt.Errorf("%s of the %s: %w", j.title, c.Task, err)
		}
		out = append(out, Drawing{File: c.Task + "-" + j.name + ".png", Title: title(c.Task) + ": " + j.title, Caption: j.caption, Picture: p})
	}
	return out, nil
}

// DrawCase draws one case as film strips, as StripPicture does. about is a sentence that
// says which case it is and begins the caption.
func (c *Compared) DrawCase(one Case, members int, about string) (Drawing, error) {
	p, err := c.StripPicture(one, members)
	return Drawing{
		File: c.Task + "-strip.png", Title: title(c.Task) + ": one case", Picture: p,
		Caption: about + " Frames with a coloured border were given.",
	}, err
}

// StripPicture draws one case as film strips: the observed clip, a number of members of
// the first forecast and their mean, and a member of each other forecast. Known frames
// are marked.
func (c *Compared) StripPicture(one Case, members int) (*plotting.Picture, error) {
	scale, unit := scaleOf(c.Units)
	var clips []plotting.Clip
	strip := func(name string, clip []float32, known []bool) {
		clips = append(clips, plotting.Clip{Name: inPicture(name), Data: clip, Frames: len(c.Known), Height: c.Height, Width: c.Width, Known: known})
	}
	strip("observed", one.Observed, nil)
	for i, f := range one.Forecasts {
		n := 1
		if i == 0 {
			n = min(members, len(f.Members))
		}
		for k := range n {
			name := f.Name
			if n > 1 {
				name = fmt.Sprintf("%s %d", f.Name, k+1)
			}
			strip(name, f.Members[k], c.Known)
		}
		if n > 1 {
			strip(fmt.Sprintf("mean of %d", len(f.Members)), f.Mean(), c.Known)
		}
	}
	labels, valid := c.frameLabels(), []string(nil)
	title := ""
	if title, valid = ValidTimes(one.Times); len(valid) == len(labels) {
		labels = valid
	}
	return plotting.FilmStrip(clips, plotting.FilmStripOptions{
		Style: plotting.Style{Title: title}, Scale: scale, Label: c.called(), Unit: unit, FrameLabels: labels, Lines: Coasts(c.Grid), Axes: AxesOf(c.Grid),
	})
}

// Mean returns the mean of the members, cell by cell.
func (f Forecast) Mean() []float32 {
	mean := make([]float32, len(f.Members[0]))
	for i := range mean {
		sum := 0.0
		for _, m := range f.Members {
			sum += float64(m[i])
		}
		mean[i] = float32(sum / float64(len(f.Members)))
	}
	return mean
}

// inPicture returns a name as pictures write it, w_r with a subscript.
func inPicture(name string) string { return strings.ReplaceAll(name, "w_r", "w_{r}") }
