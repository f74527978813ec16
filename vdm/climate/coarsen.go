package climate

import (
	"fmt"
	"math"
	"slices"
)

// Reduction makes a smaller grid of a large one: blocks of Coarsen × Coarsen cells
// become one cell each, and a window is cut out of these. Blocks begin at row 0 and
// column 0 (the south-west corner); incomplete blocks at the grid's end are dropped.
// Values are means with equal weights; a block with a missing cell is missing. cdo's
// gridboxavg gives the same for a grid without cell areas.
type Reduction struct {
	Coarsen       int // cells along a side of a block; 1 keeps the cells as they are
	Row, Column   int // first cell of the window, in blocks
	Height, Width int // size of the window, in blocks

	from Grid
}

// Coarsening returns the Reduction that keeps all whole blocks of a grid.
func Coarsening(g Grid, coarsen int) (Reduction, error) {
	if coarsen < 1 || coarsen > min(g.Height, g.Width) {
		return Reduction{}, fmt.Errorf("coarsening %d-fold does not fit a grid of %d×%d cells", coarsen, g.Height, g.Width)
	}
	return Reduction{Coarsen: coarsen, Height: g.Height / coarsen, Width: g.Width / coarsen, from: g}, nil
}

// Around narrows a Reduction to height × width cells around the one whose centre
// is nearest to a place in degrees (see [Grid.Nearest]): (height−1)/2 below it and
// (width−1)/2 to its left, so 31 of 64, and the others above and to the right.
func (r Reduction) Around(lat, lon float64, height, width int) (Reduction, error) {
	if height < 1 || width < 1 {
		return r, fmt.Errorf("a window of %d×%d cells is empty", height, width)
	}
	whole := r.Grid()
	row, column, err := whole.Nearest(lat, lon)
	if err != nil {
		return r, err
	}
	low, left := row-(height-1)/2, column-(width-1)/2
	if low < 0 || left < 0 || low+height > whole.Height || left+width > whole.Width {
		return r, fmt.Errorf("%d×%d cells around latitude %v, longitude %v (row %d, column %d) would be rows %d to %d and columns %d to %d; the grid has 0 to %d and 0 to %d",
			height, width, lat, lon, row, column, low, low+height-1, left, left+width-1, whole.Height-1, whole.Width-1)
	}
	r.Row, r.Column, r.Height, r.Width = r.Row+low, r.Column+left, height, width
	return r, nil
}

// Grid returns the grid of the reduced frames. Coordinates of a block are the means of
// its cells' coordinates; 2-D latitudes and longitudes are those of the block's centre,
// by the rotated pole where there is one.
func (r Reduction) Grid() Grid {
	n := r.Coarsen
	part := r.from.Window(r.Row*n, r.Column*n, r.Height*n, r.Width*n)
	if n == 1 {
		return part
	}
	g := part
	g.Height, g.Width = r.Height, r.Width
	g.Y, g.X = blockMeans(part.Y, n), blockMeans(part.X, n)
	if part.Lat == nil || part.Lon == nil {
		return g
	}
	g.Lat, g.Lon = make([]float64, r.Height*r.Width), make([]float64, r.Height*r.Width)
	pole, rotated := g.RotatedPole()
	rotated = rotated && g.Y != nil && g.X != nil
	for y := range r.Height {
		for x := range r.Width {
			at := y*r.Width + x
			first := y*n*part.Width + x*n
			lat, east := 0.0, 0.0 // longitudes count from the first cell's: no cut of the globe between them
			for j := range n {
				for i := range n {
					lat += part.Lat[first+j*part.Width+i]
					east += math.Remainder(part.Lon[first+j*part.Width+i]-part.Lon[first], 360)
				}
			}
			g.Lat[at], g.Lon[at] = lat/float64(n*n), part.Lon[first]+east/float64(n*n)
			if rotated {
				lat, lon := pole.FromRotated(g.Y[y], g.X[x])
				g.Lat[at], g.Lon[at] = lat, lon+360*math.Round((part.Lon[first]-lon)/360)
			}
		}
	}
	return g
}

func blockMeans(axis []float64, n int) []float64 {
	if axis == nil {
		return nil
	}
	means := make([]float64, 0, len(axis)/n)
	for block := range slices.Chunk(axis, n) {
		sum := 0.0
		for _, v := range block {
			sum += v
		}
		means = append(means, sum/float64(n))
	}
	return means
}

// Apply writes one reduced frame of the large grid to dst, Height·Width cells.
func (r Reduction) Apply(dst, frame []float32) {
	n, width := r.Coarsen, r.from.Width
	for y := range r.Height {
		if n == 1 {
			copy(dst[y*r.Width:(y+1)*r.Width], frame[(r.Row+y)*width+r.Column:])
			continue
		}
		for x := range r.Width {
			first := (r.Row+y)*n*width + (r.Column+x)*n
			sum := 0.0
			for j := range n {
				for _, v := range frame[first+j*width : first+j*width+n] {
					sum += float64(v) // NaN stays NaN
				}
			}
			dst[y*r.Width+x] = float32(sum / float64(n*n))
		}
	}
}
