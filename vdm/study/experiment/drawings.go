package experiment

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// drawings returns the figures of the results chapter: strips of samples, the
// histograms, quantiles, map of bias and spectra, the loss, and the path of sampling.
func (w *work) drawings(ctx context.Context) ([]report.Drawing, error) {
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
	out, err := report.DrawClips("Test and generated",
		fmt.Sprintf("Clips from all over the test seasons, and the first of the %d generated. None was picked.", w.generated.Len()),
		w.test.Fields()[0].Called(), ch.Units, step, report.NamedSamples{Name: "test", Samples: real}, report.NamedSamples{Name: "generated", Samples: drawn})
	if err != nil {
		return nil, err
	}
	verification, err := w.summary.Verification.Draw()
	if err != nil {
		return nil, err
	}
	out = append(out, verification...)
	records, err := run.ReadMetrics(w.Out)
	if err != nil || len(records) == 0 { // not trained
		return out, err
	}
	losses, err := report.DrawLosses(records, w.summary.Losses, "test")
	if err != nil {
		return nil, err
	}
	out = append(out, losses...)
	if height < 2 || width < 2 {
		return out, nil
	}
	path, err := report.MeasurePath(ctx, w.model, w.training, w.sampling(0))
	if err != nil {
		return nil, err
	}
	drawing, err := path.Draw()
	return append(out, drawing), err
}
