package experiment

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/forecast"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

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
		clip, grid := w.model.Config.Clip, w.test.Fields()[0].Grid
		c, err := report.NewComparison(report.ComparisonOptions{
			Task: task, Variable: ch.Name, Units: ch.Units, Known: known(task, clip.Frames), Height: clip.Height, Width: clip.Width,
			Kilometres: grid.Kilometres(), Minutes: 60 * clip.Step, Called: w.test.Fields()[0].Called(),
		})
		if err != nil {
			return err
		}
		scores, err := w.compareOne(ctx, c)
		if err != nil {
			return fmt.Errorf("scores of the %s: %w", task, err)
		}
		w.summary.Comparisons = append(w.summary.Comparisons, scores)
		strip, err := w.strip(scores)
		if err != nil {
			return err
		}
		w.strips = append(w.strips, strip)
	}
	w.stages.Took("scores", began)
	return nil
}

// compareOne scores all windows of one task, in the order of time: the methods, then
// the references. Beyond the last known frame linear interpolation is persistence, so a
// nowcast has none.
func (w *conditional) compareOne(ctx context.Context, c *report.Comparison) (*report.Compared, error) {
	ranks := make([]int, len(w.windows))
	for i := range ranks {
		ranks[i] = i
	}
	slices.SortFunc(ranks, func(a, b int) int { return w.windows[a] - w.windows[b] })
	references := []forecast.Forecaster{forecast.Persistence{}, forecast.Climatology{Windows: report.Channel{Clips: w.training}}}
	if c.Task == Interpolation {
		references = slices.Insert(references, 1, forecast.Forecaster(forecast.Linear{}))
	}
	for _, rank := range ranks {
		one, err := w.window(c.Task, rank, w.Members)
		if err != nil {
			return nil, err
		}
		for _, by := range references {
			members := 1
			if _, random := by.(forecast.Climatology); random {
				members = w.Members
			}
			f, err := c.Baseline(ctx, by, one.Observed, members, uint64(w.windows[rank]))
			if err != nil {
				return nil, fmt.Errorf("%s, window %d: %w", by.Name(), w.windows[rank], err)
			}
			one.Forecasts = append(one.Forecasts, f)
		}
		if err := c.Add(one); err != nil {
			return nil, fmt.Errorf("window %d: %w", w.windows[rank], err)
		}
	}
	return c.Compare()
}

// window returns the window of a rank in the order of drawing: the observed clip, and
// the first members by each method.
func (w *conditional) window(task string, rank, members int) (report.Case, error) {
	truth, err := w.truth(rank)
	one := report.Case{Observed: truth}
	for _, d := range w.drawn[task] {
		f := report.Forecast{Name: d.name}
		for k := 0; k < members && err == nil; k++ {
			clip := make([]float32, len(truth))
			err = (report.Channel{Clips: d.clips}).Clip(rank*w.Members+k, clip)
			f.Members = append(f.Members, clip)
		}
		one.Forecasts = append(one.Forecasts, f)
	}
	return one, err
}

// truth returns the first channel of the window with a rank.
func (w *conditional) truth(rank int) ([]float32, error) {
	frames, height, width, _ := w.test.Shape()
	clip := make([]float32, frames*height*width)
	return clip, report.Channel{Clips: w.test}.Clip(w.windows[rank], clip)
}

// strip draws the window with the largest values in its known frames, so that the choice
// does not depend on generated frames: the truth, and the first member of each method.
func (w *conditional) strip(c *report.Compared) (report.Drawing, error) {
	best, most := 0, math.Inf(-1)
	for rank := range w.windows {
		truth, err := w.truth(rank)
		if err != nil {
			return report.Drawing{}, err
		}
		sum := 0.0
		for _, v := range c.Known.Of(truth) {
			sum += float64(v)
		}
		if sum > most {
			best, most = rank, sum
		}
	}
	one, err := w.window(c.Task, best, 1)
	if err != nil {
		return report.Drawing{}, err
	}
	return c.DrawCase(one, 1, w.test.Describe(w.windows[best])+": of the test windows drawn, the one with most in its known frames. The first member of each method.")
}

// Lines returns the scores as lines for scripts: each begins with "conditional " and
// continues with NAME=VALUE.
func Lines(s *report.Summary) []string {
	var lines []string
	for _, c := range s.Comparisons {
		for _, e := range c.Entries {
			of := func(key string) float64 { return float64(e.Score(key).Value) }
			lines = append(lines, fmt.Sprintf(
				"conditional task=%s method=%q windows=%d members=%d crps=%.5g rmse=%.5g spread_skill=%.4g power=%.4g bias_min=%.4g bias_max=%.4g bias_largest=%.4g",
				c.Task, e.Name, c.Cases, e.Members, of("crps"), of("rmse"), of("spread_skill"), of("power"), of("bias_driest"), of("bias_wettest"), e.LargestBias()))
		}
	}
	return lines
}
