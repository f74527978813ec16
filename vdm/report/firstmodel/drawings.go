package firstmodel

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// drawings are the pictures of the page, the most telling first.
func (w *work) drawings() ([]report.Drawing, error) {
	s, ch, step := w.summary, w.model.Config.Clip.Channels[0], w.model.Config.Clip.Step
	real, err := report.Take(w.heldOut, 4)
	if err != nil {
		return nil, err
	}
	sets := []report.NamedSamples{{Name: "real", Samples: real}, {Name: "generated", Samples: report.First(w.clips.Samples, 4)}}
	strip, err := report.ClipsPicture(ch.Name, ch.Units, step, 0, 4, sets...)
	if err != nil {
		return nil, err
	}
	film, err := report.ClipsAnimation(ch.Name, ch.Units, step, 0, sets...)
	if err != nil {
		return nil, err
	}
	out := []report.Drawing{
		{File: "clips.png", Title: "Real and generated", Picture: strip,
			Caption: fmt.Sprintf("Held-out clips from all over the record, and the first of the %d generated without any condition. None was picked.", w.clips.Len())},
		{File: "clips-animated.png", Title: "The same, moving", Animation: film, Caption: "An animated PNG."},
	}
	forecast, err := s.Forecast.Draw(w.kase, 0)
	if err != nil {
		return nil, err
	}
	forecast[0].Caption += " " + w.about + "."
	out = append(out, forecast...)

	records, err := vdm.ReadMetrics(w.Out)
	if err != nil {
		return nil, err
	}
	curve, err := report.LossCurve(records, s.Losses)
	if err != nil {
		return nil, err
	}
	noise, err := report.LossByNoise(s.Losses)
	if err != nil {
		return nil, err
	}
	verification, err := s.Verification.Draw()
	if err != nil {
		return nil, err
	}
	out = append(out,
		report.Drawing{File: "loss.png", Title: "Loss", Picture: curve, Caption: "Training loss, each point a mean of some steps, and held-out loss of the averaged weights; grey lines are the references."},
		report.Drawing{File: "loss-by-noise.png", Title: "Loss by noise level", Picture: noise, Caption: "Every noisy held-out clip: the network and the references see the same."})
	return append(out, verification...), nil
}
