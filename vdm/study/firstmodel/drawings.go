package firstmodel

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// drawings returns the pictures of the page, the most informative first.
func (w *work) drawings(ctx context.Context) ([]report.Drawing, error) {
	s, ch, step := w.summary, w.model.Config.Clip.Channels[0], w.model.Config.Clip.Step
	real, err := report.Take(w.heldOut, 4)
	if err != nil {
		return nil, err
	}
	first, err := face(w.Fields[0].Called(), ch.Units, step, real, w.clips.Samples)
	if err != nil {
		return nil, err
	}
	out := []report.Drawing{first}
	clips, err := report.DrawClips("Real and generated",
		fmt.Sprintf("Held-out clips from all over the record, and the first of the %d generated without any condition. None was picked.", w.clips.Len()),
		w.Fields[0].Called(), ch.Units, step, report.NamedSamples{Name: "real", Samples: real}, report.NamedSamples{Name: "generated", Samples: report.First(w.clips.Samples, 4)})
	if err != nil {
		return nil, err
	}
	nowcast := s.Comparisons[0]
	shown := report.Case{Observed: w.one.Observed, Forecasts: w.one.Forecasts[:2]}
	strip, err := nowcast.DrawCase(shown, 4, "What was observed, four members, their mean and persistence: "+w.about+".")
	if err != nil {
		return nil, err
	}
	forecast, err := nowcast.Draw()
	if err != nil {
		return nil, err
	}
	records, err := run.ReadMetrics(w.Out)
	if err != nil {
		return nil, err
	}
	losses, err := report.DrawLosses(records, s.Losses, "held-out")
	if err != nil {
		return nil, err
	}
	verification, err := s.Verification.Draw()
	if err != nil {
		return nil, err
	}
	var shipped []report.Drawing
	if w.isSample() {
		if shipped, err = w.drawShipped(ctx, shippedSize{side: 64, members: 4}); err != nil {
			return nil, err
		}
	}
	for _, more := range [][]report.Drawing{clips, {strip}, shipped, forecast, losses, verification} {
		out = append(out, more...)
	}
	return out, nil
}
