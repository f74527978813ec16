package firstmodel

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// drawings are the pictures of the page, the most telling first.
func (w *work) drawings() ([]report.Drawing, error) {
	s, ch, step := w.summary, w.model.Config.Clip.Channels[0], w.model.Config.Clip.Step
	real, err := report.Take(w.heldOut, 4)
	if err != nil {
		return nil, err
	}
	out, err := report.DrawClips("Real and generated",
		fmt.Sprintf("Held-out clips from all over the record, and the first of the %d generated without any condition. None was picked.", w.clips.Len()),
		ch.Name, ch.Units, step, report.NamedSamples{Name: "real", Samples: real}, report.NamedSamples{Name: "generated", Samples: report.First(w.clips.Samples, 4)})
	if err != nil {
		return nil, err
	}
	forecast, err := s.Forecast.Draw(w.kase, 0)
	if err != nil {
		return nil, err
	}
	forecast[0].Caption += " " + w.about + "."
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
	for _, more := range [][]report.Drawing{forecast, losses, verification} {
		out = append(out, more...)
	}
	return out, nil
}
