package dissertation

import (
	"fmt"
	"image/color"
	"math"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// ScorePlane is a density in the plane with its score, and points over it.
type ScorePlane struct {
	Plane
	Score func(x []float64) []float64
}

// FigureScores draws planes side by side over the square [−half, half]²: the
// density, each in its own colour scale, the score as arrows that show its
// direction and whose length grows with it but saturates, and the points.
func FigureScores(half float64, planes ...ScorePlane) (*plotting.Picture, error) {
	if !(half > 0) || len(planes) == 0 {
		return nil, fmt.Errorf("figure of scores: %d planes on a square of half length %v, want at least 1 and a positive length", len(planes), half)
	}
	const cells, arrows = 141, 12
	var row []*plotting.Picture
	for _, p := range planes {
		at := Spaced(-half, half, cells)
		field := FieldOf(at, at, func(x, y float64) float64 { return p.Density([]float64{x, y}) })
		over := plotting.Overlay{ArrowColor: color.Gray{0xc8}}
		for i := range arrows * arrows {
			x := []float64{half * (float64(2*(i%arrows)+1)/arrows - 1), half * (float64(2*(i/arrows)+1)/arrows - 1)}
			s := p.Score(x)
			length := half / 7 / (1 + math.Hypot(s[0], s[1]))
			over.Arrows = append(over.Arrows, plotting.Arrow{X: x[0], Y: x[1], DX: length * s[0], DY: length * s[1]})
		}
		if len(p.Points) > 0 {
			marks := plotting.Series{Points: true, Color: color.White}
			for _, x := range p.Points {
				marks.X, marks.Y = append(marks.X, x[0]), append(marks.Y, x[1])
			}
			over.Points = []plotting.Series{marks}
		}
		picture, err := plotting.MapWith(field, over, plotting.MapOptions{
			Style: plotting.Style{Width: 7.5, Title: p.Name}, NoBar: true,
			X: plotting.Axis{Label: "z_{1}"}, Y: plotting.Axis{Label: "z_{2}"},
		})
		if err != nil {
			return nil, err
		}
		row = append(row, picture)
	}
	return plotting.Grid([][]*plotting.Picture{row}, plotting.GridOptions{Letters: true})
}
