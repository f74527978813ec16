package forecasting

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// FilmPicture draws a case: what was observed, and the first member of each
// forecast (with members of the first one in full, up to so many).
func (c *Cases) FilmPicture(which, members int, forecasts ...Forecasts) (*plotting.Picture, error) {
	if which < 0 || which >= c.Len() {
		return nil, fmt.Errorf("case %d of %d", which, c.Len())
	}
	frames, height, width, _ := c.Windows.Shape()
	strip := func(name string, clip []float32, known []bool) plotting.Clip {
		return plotting.Clip{Name: name, Data: clip, Frames: frames, Height: height, Width: width, Known: known}
	}
	clips := []plotting.Clip{strip("observed", c.Truth[which], nil)}
	for i, f := range forecasts {
		n := 1
		if i == 0 {
			n = min(members, len(f.Members[which]))
		}
		for k := range n {
			name := f.Name
			if n > 1 {
				name = fmt.Sprintf("%s %d", f.Name, k+1)
			}
			clips = append(clips, strip(name, f.Members[which][k], c.Known))
		}
	}
	start, _, _, _ := c.Windows.Origin(c.Index[which])
	field := c.Windows.Fields()[0]
	labels := make([]string, frames)
	for i := range labels {
		labels[i] = fmt.Sprintf("%+d min", int(60*(field.Times[start+i]-field.Times[start])+0.5))
	}
	return plotting.FilmStrip(clips, plotting.FilmStripOptions{
		Scale: plotting.RainScale(), Label: "Rain", Unit: "mm h^{-1}", FrameLabels: labels, KnownName: "known",
	})
}
