package report

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/climate/coast"
)

// Coasts returns the coasts over a grid for pictures; nothing for nil and where the grid
// does not say where its cells lie.
func Coasts(g *climate.Grid) (lines []plotting.Line) {
	if g == nil {
		return nil
	}
	for _, l := range coast.Over(g) {
		lines = append(lines, plotting.Line(l))
	}
	return lines
}

// AxesOf returns the axes of a grid for pictures: degrees where rows and columns are
// latitudes and longitudes, else kilometres from the south-western cell; nil where neither
// is known.
func AxesOf(g *climate.Grid) *plotting.FrameAxes {
	if g == nil || g.Height < 2 || g.Width < 2 {
		return nil
	}
	if g.Y != nil && g.X != nil && g.YStandardName == "latitude" && g.XStandardName == "longitude" {
		return &plotting.FrameAxes{X: g.X, Y: g.Y, XLabel: "°E", YLabel: "°N"}
	}
	side := g.Kilometres()
	if !(side > 0) {
		return nil
	}
	counted := func(n int) (all []float64) {
		for i := range n {
			all = append(all, float64(i)*side)
		}
		return all
	}
	return &plotting.FrameAxes{X: counted(g.Width), Y: counted(g.Height), XLabel: "km", YLabel: "km"}
}

// Minute returns a time as a date of a calendar, without seconds where these are 0.
func Minute(hours float64, calendar string) string {
	text := climate.FormatTime(hours, calendar)
	if short, whole := strings.CutSuffix(text, ":00"); whole && strings.Count(short, ":") == 1 {
		return short
	}
	return text
}

// ValidTimes returns a title that gives the date of the frames of a clip, in UTC, and a
// label for each frame with the rest of its time; both are empty where the clip belongs to
// no date.
func ValidTimes(p *climate.Place) (title string, labels []string) {
	if p == nil || p.Epoch != climate.Epoch || len(p.Times) == 0 {
		return "", nil
	}
	sameDay, midnight := true, true
	var days, clocks []string
	for _, t := range p.Times {
		day, clock, _ := strings.Cut(Minute(t, p.Calendar), " ")
		days, clocks = append(days, day), append(clocks, clock)
		sameDay = sameDay && day == days[0]
		midnight = midnight && (clock == "" || clock == clocks[0])
	}
	switch {
	case sameDay:
		return fmt.Sprintf("Valid on %s, UTC", days[0]), clocks
	case midnight: // a frame a day, or more
		return fmt.Sprintf("Valid from %s to %s", days[0], days[len(days)-1]), days
	}
	for i := range clocks {
		if i > 0 && days[i] != days[i-1] {
			clocks[i] = days[i][max(0, len(days[i])-5):] + " " + clocks[i]
		}
	}
	return fmt.Sprintf("Valid from %s to %s, UTC", days[0], days[len(days)-1]), clocks
}
