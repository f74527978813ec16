package dissertation

import (
	"fmt"
	"image/color"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm"
)

// FigureForward draws paths of the forward process of one value x over time,
// with the mean αx of its marginals and bands of one and of two standard
// deviations σ around it (2.40).
func FigureForward(s vdm.Schedule, x float64, paths []plotting.Series, o plotting.CurveOptions) (*plotting.Picture, error) {
	if len(paths) == 0 {
		return nil, fmt.Errorf("figure of the forward process: no paths, want at least one")
	}
	bands := []plotting.Band{{Name: "± 2σ", Color: color.Gray{0xe6}}, {Name: "± σ", Color: color.Gray{0xcc}}}
	mean := plotting.Series{Name: "αx", Dashed: true, Color: color.Black}
	for _, t := range Spaced(0, 1, 301) {
		alpha, sigma := vdm.Alpha(s.LogSNR(t)), vdm.Sigma(s.LogSNR(t))
		mean.X, mean.Y = append(mean.X, t), append(mean.Y, alpha*x)
		for k := range bands {
			width := float64(2-k) * sigma
			bands[k].X = append(bands[k].X, t)
			bands[k].Low = append(bands[k].Low, alpha*x-width)
			bands[k].High = append(bands[k].High, alpha*x+width)
		}
	}
	lines := append([]plotting.Series(nil), paths...)
	for i := range lines {
		if lines[i].Color == nil { // a colour through which the mean stays visible
			lines[i].Color = color.RGBA{0x00, 0x72, 0xb2, 0xff}
		}
	}
	return plotting.Bands(bands, append(lines, mean), o)
}
