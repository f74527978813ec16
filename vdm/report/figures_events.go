package report

import (
	"fmt"
	"image/color"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// diagonal is the line of forecasts that are perfect, or have no skill: grey and last, so
// that it takes no forecaster's colour.
func diagonal(name string) plotting.Series {
	return plotting.Series{Name: name, X: []float64{0, 1}, Y: []float64{0, 1}, Color: color.Gray{Y: 0x77}}
}

// ReliabilityPicture draws how often the event of a threshold occurred against the share
// of members that forecast it, for the ensembles.
func (c *Compared) ReliabilityPicture(threshold float64) (*plotting.Picture, error) {
	var series []plotting.Series
	for _, e := range c.Entries {
		if s := e.Score(c.keyOf(reliabilityKey, threshold)); e.Members > 1 && len(s.X) > 0 {
			series = append(series, plotting.Series{Name: inPicture(e.Name), X: s.X, Y: s.Y, Points: true, Dashed: true})
		}
	}
	return plotting.Curves(append(series, diagonal("perfect")), plotting.CurveOptions{
		X: plotting.Axis{Label: fmt.Sprintf("Forecast probability of %g %s", threshold, c.Units), Limits: [2]float64{0, 1}},
		Y: plotting.Axis{Label: "Observed frequency", Limits: [2]float64{0, 1}}, Legend: plotting.LegendBelow,
	})
}

// ROCPicture draws the relative operating characteristic of every forecast for the event
// of a threshold.
func (c *Compared) ROCPicture(threshold float64) (*plotting.Picture, error) {
	var series []plotting.Series
	for _, e := range c.Entries {
		if s := e.Score(c.keyOf(rocKey, threshold)); len(existing(s.Y)) > 0 && len(existing(s.X)) > 0 {
			series = append(series, plotting.Series{Name: inPicture(e.Name), X: s.X, Y: s.Y, Points: true, Dashed: true})
		}
	}
	return plotting.Curves(append(series, diagonal("no skill")), plotting.CurveOptions{
		X: plotting.Axis{Label: "False alarm rate", Limits: [2]float64{0, 1}},
		Y: plotting.Axis{Label: fmt.Sprintf("Hit rate of %g %s", threshold, c.Units), Limits: [2]float64{0, 1}}, Legend: plotting.LegendBelow,
	})
}

// DrawEvents draws the reliability diagram and the relative operating characteristic of
// each threshold that was reached.
func (c *Compared) DrawEvents() ([]Drawing, error) {
	var out []Drawing
	for _, threshold := range c.Thresholds {
		for _, j := range []struct {
			name, title, caption, key string
			ensemble                  bool
			draw                      func(float64) (*plotting.Picture, error)
		}{
			{"reliability", "reliability", "On the diagonal the event comes as often as the members say. Below it they say too much.", reliabilityKey, true, c.ReliabilityPicture},
			{"roc", "ROC", "Above the diagonal the forecast tells events from others. It does not see whether probabilities are right.", rocKey, false, c.ROCPicture},
		} {
			exists := false
			for _, e := range c.Entries {
				s := e.Score(c.keyOf(j.key, threshold))
				exists = exists || (e.Members > 1 || !j.ensemble) && len(existing(s.Y)) > 0 && len(existing(s.X)) > 0
			}
			if !exists {
				continue
			}
			p, err := j.draw(threshold)
			if err != nil {
				return nil, fmt.Errorf("%s of the %s: %w", j.title, c.Task, err)
			}
			out = append(out, Drawing{File: fmt.Sprintf("%s-%s-%g.png", c.Task, j.name, threshold),
				Title: fmt.Sprintf("%s: %s of %g %s", title(c.Task), j.title, threshold, c.Units), Caption: j.caption, Picture: p})
		}
	}
	return out, nil
}
