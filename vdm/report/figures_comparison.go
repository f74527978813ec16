package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// CRPSPicture draws the CRPS of every forecast by frame.
func (c *Comparison) CRPSPicture() (*plotting.Picture, error) {
	_, unit := scaleOf(c.Units)
	return c.byFrame(func(e Compared) []float64 { return e.CRPSByFrame },
		plotting.Axis{Label: "CRPS", Unit: unit, Limits: [2]float64{0, nan}})
}

// BiasPicture draws the normalised bias of the domain's mean by frame, of the
// ensembles.
func (c *Comparison) BiasPicture() (*plotting.Picture, error) {
	return c.byFrame(func(e Compared) []float64 { return e.BiasByFrame },
		plotting.Axis{Label: "(generated − truth)/truth"}, plotting.Guide{At: 0})
}

// byFrame draws what each forecast has for every frame that was forecast: over
// the time from the last known frame where all known frames come first, else
// over that from the clip's start.
func (c *Comparison) byFrame(of func(Compared) []float64, y plotting.Axis, guides ...plotting.Guide) (*plotting.Picture, error) {
	frames := c.Frames()
	from, step := 0, 1.0
	x := plotting.Axis{Label: "Time in the clip", Unit: "frames"}
	if c.Step > 0 {
		x.Unit, step = "h", c.Step
	}
	if last := frames[len(frames)-1]; frames[0] > 0 && last-frames[0] == len(frames)-1 {
		x.Label, from = "Lead time", frames[0]-1
	}
	var series []plotting.Series
	for _, e := range c.Entries {
		s := plotting.Series{Name: inPicture(e.Name), Y: of(e), Points: true, Dashed: true}
		for _, f := range frames {
			s.X = append(s.X, float64(f-from)*step)
		}
		series = append(series, s)
	}
	return plotting.Curves(series, plotting.CurveOptions{X: x, Y: y, Guides: guides, Legend: plotting.LegendBelow})
}

// PowerPicture draws the spatial power of the members over that of the truth by
// scale.
func (c *Comparison) PowerPicture() (*plotting.Picture, error) {
	var series []plotting.Series
	for _, e := range c.Entries {
		series = append(series, plotting.Series{Name: inPicture(e.Name), X: e.Wavenumbers, Y: e.PowerRatio, Points: true, Dashed: true})
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: "Wavenumber", Unit: "waves across the clip", Log: true}, Y: plotting.Axis{Label: "Power over the truth's", Log: true},
		Guides: []plotting.Guide{{At: 1}}, Legend: plotting.LegendBelow,
	})
}

// BiasMaps draws the map of the normalised bias of every forecast that a model
// made, all in one scale of colours.
func (c *Comparison) BiasMaps() (*plotting.Picture, error) {
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
		p, err := plotting.Map(plotting.Field2D{Data: e.Bias, Height: e.Height, Width: e.Width}, plotting.MapOptions{
			Style: plotting.Style{Title: inPicture(e.Name), Width: 8},
			Scale: plotting.Scale{Kind: plotting.Diverging, Limits: [2]float64{-largest, largest}},
			Label: "(generated − truth)/truth", NoAxes: true,
		})
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

// Draw draws all pictures of a comparison; their files begin with its task. What
// exists nowhere, as a bias where all is dry, has no picture.
func (c *Comparison) Draw() ([]Drawing, error) {
	var out []Drawing
	for _, j := range []struct {
		name, title, caption string
		of                   func(Compared) []float64
		draw                 func() (*plotting.Picture, error)
	}{
		{"crps", "CRPS", "Smaller is better. Of one member it is the mean absolute error.",
			func(e Compared) []float64 { return e.CRPSByFrame }, c.CRPSPicture},
		{"bias", "bias", "Normalised bias of the domain's mean, frame by frame.",
			func(e Compared) []float64 { return e.BiasByFrame }, c.BiasPicture},
		{"bias-map", "map of the bias", fmt.Sprintf("Normalised bias over the generated frames of %d windows; with few windows it is mostly chance.", c.Cases),
			func(e Compared) []float64 { return e.Bias }, c.BiasMaps},
		{"power", "power", "Spatial power of the members over the truth's; below the line a forecast is too smooth.",
			func(e Compared) []float64 { return e.PowerRatio }, c.PowerPicture},
	} {
		if !slices.ContainsFunc(c.Entries, func(e Compared) bool { return len(existing(j.of(e))) > 0 }) {
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

// StripPicture draws one case as film strips: what was observed, and a clip of
// each forecast, whose known frames are marked. Clips hold one channel, [frame,
// height, width].
func (c *Comparison) StripPicture(truth []float32, clips []NamedClip, height, width int) (*plotting.Picture, error) {
	scale, unit := scaleOf(c.Units)
	frames := len(c.Known)
	all := []plotting.Clip{{Name: "truth", Data: truth, Frames: frames, Height: height, Width: width}}
	for _, clip := range clips {
		all = append(all, plotting.Clip{Name: inPicture(clip.Name), Data: clip.Data, Frames: frames, Height: height, Width: width, Known: c.Known})
	}
	return plotting.FilmStrip(all, plotting.FilmStripOptions{
		Scale: scale, Label: c.Variable, Unit: unit, FrameLabels: stepLabels(frames, c.Step), KnownName: "known",
	})
}

// NamedClip is one channel of a clip, [frame, height, width], with a name.
type NamedClip struct {
	Name string
	Data []float32
}

// inPicture is a name as pictures write it, w_r with a subscript.
func inPicture(name string) string { return strings.ReplaceAll(name, "w_r", "w_{r}") }
