package dissertation

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/plotting"
)

// Plane is a distribution in the plane, as points and as the density that they
// should have.
type Plane struct {
	Name    string
	Points  [][]float64
	Density func(x []float64) float64
}

// FigurePlanes draws planes side by side over the square [−half, half]²: the
// share of the points in each of cells×cells cells above, the density below. The
// two of a column have one colour scale, over the range of the density. cells is
// 48 where it is 0.
func FigurePlanes(half float64, cells int, planes ...Plane) (*plotting.Picture, error) {
	if cells == 0 {
		cells = 48
	}
	if !(half > 0) || cells < 2 || len(planes) == 0 {
		return nil, fmt.Errorf("figure of planes: %d planes, %d cells to a side of half length %v, want at least 1, 2 and a positive length", len(planes), cells, half)
	}
	rows := make([][]*plotting.Picture, 2)
	for _, p := range planes {
		if len(p.Points) == 0 {
			return nil, fmt.Errorf("figure of planes: %q has no points", p.Name)
		}
		counted, exact := countCells(p.Points, half, cells), make([]float64, cells*cells)
		highest := 0.0
		side := 2 * half / float64(cells)
		for i := range exact {
			exact[i] = p.Density([]float64{side*(float64(i%cells)+0.5) - half, side*(float64(i/cells)+0.5) - half})
			highest = max(highest, exact[i])
		}
		for row, field := range [][]float64{counted, exact} {
			style := plotting.Style{Width: 4, Height: 4.1}
			if row == 0 {
				style.Title, style.Height = p.Name, 4.9
			}
			picture, err := plotting.Map(plotting.NewField(field, cells, cells), plotting.MapOptions{
				Style: style, NoAxes: true, NoBar: true,
				Scale: plotting.Scale{Limits: [2]float64{0, highest}},
			})
			if err != nil {
				return nil, err
			}
			rows[row] = append(rows[row], picture)
		}
	}
	return plotting.Grid(rows, plotting.GridOptions{})
}

// countCells returns the density of points, cell by cell, row 0 the lowest.
func countCells(points [][]float64, half float64, cells int) []float64 {
	side := 2 * half / float64(cells)
	each := 1 / (side * side * float64(len(points)))
	out := make([]float64, cells*cells)
	for _, p := range points {
		x, y := (p[0]+half)/side, (p[1]+half)/side
		if x >= 0 && y >= 0 && x < float64(cells) && y < float64(cells) {
			out[int(y)*cells+int(x)] += each
		}
	}
	return out
}
