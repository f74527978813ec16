package experiment

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// drawings are the figures of the results chapter: strips of samples, the
// histograms, quantiles, map of bias and spectra, and the loss.
func (w *work) drawings() ([]report.Drawing, error) {
	ch, step := w.model.Config.Clip.Channels[0], w.model.Config.Clip.Step
	rows := min(4, w.generated.Len(), w.test.Len())
	real, err := report.Take(w.test, rows)
	if err != nil {
		return nil, err
	}
	f, height, width, channels := w.generated.Shape()
	drawn := vdm.NewSamples(rows, f, height, width, channels)
	for i := range rows {
		if err := w.generated.Clip(i, drawn.At(i)); err != nil {
			return nil, err
		}
	}
	sets := []report.NamedSamples{{Name: "test", Samples: real}, {Name: "generated", Samples: drawn}}
	strip, err := report.ClipsPicture(ch.Name, ch.Units, step, 0, rows, sets...)
	if err != nil {
		return nil, err
	}
	film, err := report.ClipsAnimation(ch.Name, ch.Units, step, 0, sets...)
	if err != nil {
		return nil, err
	}
	out := []report.Drawing{
		{File: "clips.png", Title: "Test and generated", Picture: strip,
			Caption: fmt.Sprintf("Clips from all over the test seasons, and the first of the %d generated. None was picked.", w.generated.Len())},
		{File: "clips-animated.png", Title: "The same, moving", Animation: film, Caption: "An animated PNG."},
	}
	verification, err := w.summary.Verification.Draw()
	if err != nil {
		return nil, err
	}
	out = append(out, verification...)
	records, err := vdm.ReadMetrics(w.Out)
	if err != nil {
		return nil, err
	}
	if len(records) == 0 {
		return out, nil
	}
	curve, err := report.LossCurve(records, w.summary.Losses)
	if err != nil {
		return nil, err
	}
	noise, err := report.LossByNoise(w.summary.Losses)
	if err != nil {
		return nil, err
	}
	return append(out,
		report.Drawing{File: "loss.png", Title: "Loss", Picture: curve, Caption: "Training loss, each point a mean of some steps, and the test loss of the averaged weights; grey lines are the references."},
		report.Drawing{File: "loss-by-noise.png", Title: "Loss by noise level", Picture: noise, Caption: "Every noisy test clip: the network and the references see the same."}), nil
}
