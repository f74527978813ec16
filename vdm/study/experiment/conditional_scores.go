package experiment

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// forecasts are what one method or reference makes of every window.
type forecasts struct {
	name      string
	reference bool
	// members of the window of a rank in the order of drawing, whole clips of one
	// channel each.
	members func(rank int, truth []float32) ([][]float32, error)
}

// compare scores all methods that are complete, and the references.
func (w *conditional) compare(ctx context.Context) error {
	began := time.Now()
	w.Log.Line("scoring")
	ch := w.model.Config.Clip.Channels[0]
	w.summary = &report.Summary{Title: fmt.Sprintf("Conditional %s of %s", ch.Name, filepath.Base(w.Data))}
	for _, task := range w.Tasks {
		if len(w.drawn[task]) == 0 {
			continue
		}
		c := &report.Comparison{
			Task: task, Variable: ch.Name, Units: ch.Units, Step: w.model.Config.Clip.Step,
			Known: known(task, w.model.Config.Clip.Frames), Cases: w.Windows,
		}
		if err := w.compareOne(ctx, c); err != nil {
			return fmt.Errorf("scores of the %s: %w", task, err)
		}
		w.summary.Comparisons = append(w.summary.Comparisons, c)
		strip, err := w.strip(c)
		if err != nil {
			return err
		}
		w.strips = append(w.strips, strip)
	}
	w.stages.Took("scores", began)
	return nil
}

// compareOne fills in the entries of one task.
func (w *conditional) compareOne(ctx context.Context, c *report.Comparison) error {
	given := climate.KnownFrames(c.Known)
	ranks := make([]int, len(w.windows))
	for i := range ranks {
		ranks[i] = i
	}
	slices.SortFunc(ranks, func(a, b int) int { return w.windows[a] - w.windows[b] }) // in the order of time
	_, height, width, _ := w.test.Shape()
	var first report.EnsembleValue
	for _, f := range w.forecasts(ctx, c) {
		s, err := report.NewEnsembleScore(len(c.Frames()), height, width)
		if err != nil {
			return err
		}
		for _, rank := range ranks {
			truth, err := w.truth(rank)
			if err != nil {
				return err
			}
			members, err := f.members(rank, truth)
			if err != nil {
				return fmt.Errorf("%s, window %d: %w", f.name, w.windows[rank], err)
			}
			for i, m := range members {
				members[i] = given.Unknown(m)
			}
			if err := s.Add(members, given.Unknown(truth)); err != nil {
				return fmt.Errorf("%s, window %d: %w", f.name, w.windows[rank], err)
			}
		}
		v, err := s.Value()
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		if len(c.Entries) == 0 {
			first = v
		}
		if err := c.Add(report.Compared{Name: f.name, Reference: f.reference, Height: height, Width: width}, v, first); err != nil {
			return err
		}
	}
	return nil
}

// forecasts are those of the methods, then the references. Beyond the last known
// frame linear interpolation is persistence, so it stands only where a frame is
// known on both sides.
func (w *conditional) forecasts(ctx context.Context, c *report.Comparison) []forecasts {
	var all []forecasts
	for _, d := range w.drawn[c.Task] {
		all = append(all, forecasts{name: d.name, members: func(rank int, _ []float32) ([][]float32, error) {
			return w.clips(d.clips, rank, w.Members)
		}})
	}
	frames, height, width, _ := w.test.Shape()
	reference := func(by forecast.Forecaster, members int) {
		all = append(all, forecasts{name: by.Name(), reference: true, members: func(rank int, truth []float32) ([][]float32, error) {
			return by.Forecast(ctx, forecast.Case{Frames: frames, Height: height, Width: width, Clip: truth, Known: c.Known}, members, uint64(w.windows[rank]))
		}})
	}
	reference(forecast.Persistence{}, 1)
	if c.Task == Interpolation {
		reference(forecast.Linear{}, 1)
	}
	reference(forecast.Climatology{Windows: report.Channel{Clips: w.training}}, w.Members)
	return all
}

// truth is the first channel of the window of a rank.
func (w *conditional) truth(rank int) ([]float32, error) {
	frames, height, width, _ := w.test.Shape()
	clip := make([]float32, frames*height*width)
	return clip, report.Channel{Clips: w.test}.Clip(w.windows[rank], clip)
}

// clips are the first channel of the first n members of the window of a rank.
func (w *conditional) clips(g *Generated, rank, n int) ([][]float32, error) {
	frames, height, width, _ := g.Shape()
	var all [][]float32
	for k := range n {
		clip := make([]float32, frames*height*width)
		if err := (report.Channel{Clips: g}).Clip(rank*w.Members+k, clip); err != nil {
			return nil, err
		}
		all = append(all, clip)
	}
	return all, nil
}

// strip draws the window with most in its known frames, so that the choice does
// not look at what is generated: the truth, and the first member of each method.
func (w *conditional) strip(c *report.Comparison) (report.Drawing, error) {
	best, most := 0, 0.0
	var shown []float32
	for rank := range w.windows {
		truth, err := w.truth(rank)
		if err != nil {
			return report.Drawing{}, err
		}
		sum := 0.0
		for _, v := range climate.KnownFrames(c.Known).Of(truth) {
			sum += float64(v)
		}
		if shown == nil || sum > most {
			best, most, shown = rank, sum, truth
		}
	}
	var clips []report.NamedClip
	for _, d := range w.drawn[c.Task] {
		first, err := w.clips(d.clips, best, 1)
		if err != nil {
			return report.Drawing{}, err
		}
		clips = append(clips, report.NamedClip{Name: d.name, Data: first[0]})
	}
	_, height, width, _ := w.test.Shape()
	p, err := c.StripPicture(shown, clips, height, width)
	return report.Drawing{
		File: c.Task + "-strip.png", Title: strings.ToUpper(c.Task[:1]) + c.Task[1:] + ": one window", Picture: p,
		Caption: fmt.Sprintf("%s: of the test windows drawn, the one with most in its known frames. The first member of each method; frames with a coloured border were given to the model.", w.test.Describe(w.windows[best])),
	}, err
}

// Lines are the scores as lines for scripts: each begins with "conditional " and
// goes on with NAME=VALUE.
func Lines(s *report.Summary) []string {
	var lines []string
	for _, c := range s.Comparisons {
		for _, e := range c.Entries {
			lines = append(lines, fmt.Sprintf(
				"conditional task=%s method=%q windows=%d members=%d crps=%.5g rmse=%.5g spread_skill=%.4g power=%.4g bias_min=%.4g bias_max=%.4g bias_largest=%.4g",
				c.Task, e.Name, c.Cases, e.Members, float64(e.CRPS), float64(e.RMSE), float64(e.SpreadSkill), float64(e.Power), float64(e.Driest), float64(e.Wettest), e.LargestBias()))
		}
	}
	return lines
}
