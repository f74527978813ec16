package radar

import (
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// pictured are the members that a picture shows one by one, and leads the number of
// generated frames that it shows; likely is the rate in mm/h whose probability it shows.
const (
	pictured = 3
	leads    = 4
	likely   = 1.0
)

// Picture returns a picture of a forecast of rain in mm/h: the last known frame and
// some of the following ones, observed (nil where they are unknown), of three members
// and of their mean, and below them the share of members with at least 1 mm/h. Members that
// are all equal are drawn once, without mean and share. Members and observed are clips,
// [frame, row, column]; minutes is the time between frames. place, where it is not nil,
// gives the picture axes, coasts and a title: what made the forecast, and its times.
func Picture(made string, members [][]float32, observed []float32, known, frames, height, width int, minutes float64, place *climate.Place) (*plotting.Picture, error) {
	if len(members) == 0 || known < 1 || known >= frames {
		return nil, fmt.Errorf("picture of a nowcast: %d members with %d of %d frames known", len(members), known, frames)
	}
	shown, labels := []int{known - 1}, []string{"known"}
	for i := range min(leads, frames-known) {
		f := known + (i+1)*(frames-known)/min(leads, frames-known) - 1
		ahead := float64(f-known+1) * minutes / 60
		if place != nil {
			ahead = place.Times[f] - place.Times[known-1]
		}
		shown, labels = append(shown, f), append(labels, "+"+climate.FormatHours(ahead))
	}
	clip := func(name string, values func(at int) float64) plotting.Clip {
		c := plotting.Clip{Name: name, Frames: len(shown), Height: height, Width: width, Known: make([]bool, len(shown))}
		c.Known[0] = true
		for _, f := range shown {
			for i := range height * width {
				c.Data = append(c.Data, float32(values(f*height*width+i)))
			}
		}
		return c
	}
	over := func(read func(v float64) float64) func(at int) float64 {
		return func(at int) float64 {
			sum := 0.0
			for _, m := range members {
				sum += read(float64(m[at])) / float64(len(members))
			}
			return sum
		}
	}
	var rows []plotting.Clip
	if observed != nil {
		rows = append(rows, clip("observed", func(at int) float64 { return float64(observed[at]) }))
	}
	single := equal(members)
	if single {
		rows = append(rows, clip("forecast", func(at int) float64 { return float64(members[0][at]) }))
	} else {
		for i, m := range members[:min(pictured, len(members))] {
			rows = append(rows, clip(fmt.Sprintf("member %d", i+1), func(at int) float64 { return float64(m[at]) }))
		}
		rows = append(rows, clip("mean", over(func(v float64) float64 { return v })))
	}
	var grid *climate.Grid
	title := ""
	if place != nil {
		grid = &place.Grid
		if reference := place.Reference(climate.FirstFrames(frames, known)); reference != nil {
			title = fmt.Sprintf("%s from %s, valid until %s UTC", made, report.Minute(*reference, place.Calendar), report.Minute(place.Times[frames-1], place.Calendar))
		}
	}
	coasts, axes := report.Coasts(grid), report.AxesOf(grid)
	rain, err := plotting.FilmStrip(rows, plotting.FilmStripOptions{
		Style: plotting.Style{Title: title}, Scale: plotting.RainScale(), Label: "Rain", Unit: "mm h^{-1}", FrameLabels: labels, Lines: coasts, Axes: axes,
	})
	if err != nil || single {
		return rain, err
	}
	share := clip("probability", over(func(v float64) float64 {
		if v >= likely && !math.IsNaN(v) {
			return 1
		}
		return 0
	}))
	chance, err := plotting.FilmStrip([]plotting.Clip{share}, plotting.FilmStripOptions{
		Scale: plotting.Scale{Limits: [2]float64{0, 1}}, Label: fmt.Sprintf("Share of %d members of at least 1 mm/h", len(members)), FrameLabels: labels, Lines: coasts, Axes: axes,
	})
	if err != nil {
		return nil, err
	}
	return plotting.Grid([][]*plotting.Picture{{rain}, {chance}}, plotting.GridOptions{})
}

// equal reports whether all members have the same values, as those of a forecast without
// chance.
func equal(members [][]float32) bool {
	for _, m := range members[1:] {
		for i, v := range m {
			if w := members[0][i]; v != w && (v == v || w == w) {
				return false
			}
		}
	}
	return true
}
