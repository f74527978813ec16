package firstmodel

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// everySecond returns every second frame of the first clip of s, from frame 0.
func everySecond(s *vdm.Samples) *vdm.Samples {
	frame := s.Height * s.Width * s.Channels
	out := *s
	out.Data, out.Frames = nil, (s.Frames+1)/2
	for f := 0; f < s.Frames; f += 2 {
		out.Data = append(out.Data, s.Data[f*frame:(f+1)*frame]...)
	}
	return &out
}

// face returns the first real clip above the first generated one, with every second
// frame only, so that frames are large. The README begins with a copy of it.
func face(variable, units string, step float64, real, generated *vdm.Samples) (report.Drawing, error) {
	picture, err := report.ClipsPicture(variable, units, 2*step, 0, 1,
		report.NamedSamples{Name: "real", Samples: everySecond(real)},
		report.NamedSamples{Name: "generated", Samples: everySecond(generated)})
	if err != nil {
		return report.Drawing{}, fmt.Errorf("figure of the first clips: %w", err)
	}
	return report.Drawing{File: "face.png", Title: "One clip of each", Picture: picture,
		Caption: "Every second frame of the first held-out clip and of the first generated one."}, nil
}
