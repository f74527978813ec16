package report

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// LossCurve draws the training loss and the held-out loss over the steps, with
// the references, if there are any, as guides.
func LossCurve(records []run.MetricsLine, l *Losses) (*plotting.Picture, error) {
	training := plotting.Series{Name: "training"}
	held := plotting.Series{Name: "held out (averaged weights)", Points: true, Dashed: true}
	for _, r := range records {
		if r.Loss != nil {
			training.X, training.Y = append(training.X, float64(r.Step)), append(training.Y, *r.Loss)
		}
		if r.HeldOut != nil {
			held.X, held.Y = append(held.X, float64(r.Step)), append(held.Y, *r.HeldOut)
		}
	}
	if len(training.X) == 0 {
		return nil, fmt.Errorf("loss curve: the run has no metrics of the loss yet")
	}
	series := []plotting.Series{training}
	if len(held.X) > 0 {
		series = append(series, held)
	}
	opt := plotting.CurveOptions{
		X:      plotting.Axis{Label: "Optimiser step"},
		Y:      plotting.Axis{Label: "Mean squared error of v̂", Log: true},
		Legend: plotting.LegendBelow,
		Style:  plotting.Style{Height: 10.5},
	}
	if l != nil {
		for _, e := range l.Entries[1:] {
			opt.Guides = append(opt.Guides, plotting.Guide{Name: e.Name, At: e.Mean})
		}
	}
	return plotting.Curves(series, opt)
}

// LossByNoise draws the loss of every noisy clip over its log signal-to-noise ratio,
// which shows at which noise levels a denoiser is good.
func LossByNoise(l *Losses) (*plotting.Picture, error) {
	var series []plotting.Series
	for _, e := range l.Entries {
		s := plotting.Series{Name: e.Name, Points: true}
		for i, loss := range e.Each {
			// Beyond ±16 the schedule draws only a handful of clips, all alike.
			if math.Abs(l.LogSNR[i]) <= 16 {
				s.X, s.Y = append(s.X, l.LogSNR[i]), append(s.Y, loss)
			}
		}
		series = append(series, s)
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X:      plotting.Axis{Label: "Log signal-to-noise ratio λ (noise on the left)"},
		Y:      plotting.Axis{Label: "Squared error of v̂", Log: true},
		Legend: plotting.LegendBelow,
		Style:  plotting.Style{Height: 10.5},
	})
}

// DrawLosses draws the losses over the steps and by noise level. held names the clips
// that were not used for training, such as "held-out".
func DrawLosses(records []run.MetricsLine, l *Losses, held string) ([]Drawing, error) {
	curve, err := LossCurve(records, l)
	if err != nil {
		return nil, err
	}
	noise, err := LossByNoise(l)
	if err != nil {
		return nil, err
	}
	parts, err := l.drawParts(held)
	if err != nil {
		return nil, err
	}
	return append([]Drawing{
		{File: "loss.png", Title: "Loss", Picture: curve, Caption: "Training loss, each point a mean of some steps, and " + held + " loss of the averaged weights; grey lines are the references."},
		{File: "loss-by-noise.png", Title: "Loss by noise level", Picture: noise, Caption: "Every noisy " + held + " clip: the network and the references see the same."},
	}, parts...), nil
}
