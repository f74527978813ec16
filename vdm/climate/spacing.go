package climate

import (
	"math"
	"strings"
)

// earthRadius is the mean radius of the Earth in kilometres.
const earthRadius = 6371.0

// Kilometres returns the side of a cell in the middle of the grid, the geometric mean
// along rows and columns; 0 where there are fewer than 2×2 cells or the coordinates give
// no distances. Methods with known speeds, such as forecast.STEPS, need it.
func (g *Grid) Kilometres() float64 {
	if g.Height < 2 || g.Width < 2 {
		return 0
	}
	row, col := (g.Height-1)/2, (g.Width-1)/2
	if p, ok := g.places(); ok {
		at := row*g.Width + col
		down := arc(p.Lat[at], p.Lon[at], p.Lat[at+g.Width], p.Lon[at+g.Width])
		right := arc(p.Lat[at], p.Lon[at], p.Lat[at+1], p.Lon[at+1])
		return math.Sqrt(down*right) * math.Pi / 180 * earthRadius
	}
	scale := kilometresIn(g.YUnits)
	if g.Y == nil || g.X == nil || scale != kilometresIn(g.XUnits) {
		return 0
	}
	return math.Sqrt(math.Abs((g.Y[row+1]-g.Y[row])*(g.X[col+1]-g.X[col]))) * scale
}

// kilometresIn returns the number of kilometres in a unit of length, 0 for other units.
func kilometresIn(unit string) float64 {
	switch strings.ToLower(strings.TrimSpace(unit)) {
	case "m", "metre", "metres", "meter", "meters":
		return 1e-3
	case "km", "kilometre", "kilometres", "kilometer", "kilometers":
		return 1
	}
	return 0
}
