package dissertation

import (
	"fmt"
	"slices"

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
// two of a column have one colour scale, over the range of the density. Where all planes
// have the same density, it is drawn once, at the right. cells is 48 where it is 0.
func FigurePlanes(half float64, cells int, planes ...Plane) (*plotting.Picture, error) {
	if cells == 0 {
		cells = 48
	}
	if !(half > 0) || cells < 2 || len(planes) == 0 {
		return nil, fmt.Errorf("figure of planes: %d planes, %d cells to a side of half length %v, want at least 1, 2 and a positive length", len(planes), cells, half)
	}
	panel := func(title string, field, density []float64) (*plotting.Picture, error) {
		style := plotting.Style{Width: 4, Height: 4.1, Title: title}
		if title != "" {
			style.Height = 4.9
		}
		return plotting.Map(plotting.NewField(field, cells, cells), plotting.MapOptions{
			Style: style, NoAxes: true, NoBar: true, Scale: plotting.Scale{Limits: [2]float64{0, slices.Max(density)}},
		})
	}
	rows, densities, same := make([][]*plotting.Picture, 2), make([][]float64, len(planes)), true
	for n, p := range planes {
		if len(p.Points) == 0 {
			return nil, fmt.Errorf("figure of planes: %q has no points", p.Name)
		}
		density, side := make([]float64, cells*cells), 2*half/float64(cells)
		for i := range density {
			density[i] = p.Density([]float64{side*(float64(i%cells)+0.5) - half, side*(float64(i/cells)+0.5) - half})
		}
		densities[n] = density
		same = same && slices.Equal(density, densities[0])
		above, err := panel(p.Name, countCells(p.Points, half, cells), density)
		if err != nil {
			return nil, err
		}
		below, err := panel("", density, density)
		if err != nil {
			return nil, err
		}
		rows[0], rows[1] = append(rows[0], above), append(rows[1], below)
	}
	if len(planes) > 1 && same {
		last, err := panel("density", densities[0], densities[0])
		if err != nil {
			return nil, err
		}
		rows = [][]*plotting.Picture{append(rows[0], last)}
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
