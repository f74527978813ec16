package climate

import (
	"fmt"
	"math"
)

// Refine divides the cells of a place evenly along both axes, and its times, which
// stand in the middle of intervals of step hours, into so many parts. Intervals whose
// ends are known are divided themselves. Dividing times whose step is 0 is an error.
func (p *Place) Refine(cells, frames int, step float64) error {
	p.Grid = p.Grid.refined(cells)
	if frames == 1 {
		return nil
	}
	if p.From != nil {
		p.divideIntervals(frames)
		return nil
	}
	if step == 0 {
		return fmt.Errorf("the data have one frame and the run does not know how long its own are: the fine times cannot be told")
	}
	p.Times = refinedTimes(p.Times, step, frames)
	return nil
}

// divideIntervals divides the interval of each frame, in the middle of whose parts the
// fine times stand.
func (p *Place) divideIntervals(parts int) {
	var times, from, to []float64
	for i := range p.From {
		length := (p.To[i] - p.From[i]) / float64(parts)
		for k := range parts {
			a, b := p.From[i]+float64(k)*length, p.From[i]+float64(k+1)*length
			times, from, to = append(times, (a+b)/2), append(from, a), append(to, b)
		}
	}
	p.Times, p.From, p.To = times, from, to
}

// refinedTimes divides times that stand in the middle of their intervals.
func refinedTimes(times []float64, step float64, parts int) (fine []float64) {
	for _, t := range times {
		for i := range parts {
			fine = append(fine, t+step*((float64(i)+0.5)/float64(parts)-0.5))
		}
	}
	return fine
}

// refined divides the cells of a grid evenly along its axes. The latitudes and
// longitudes of the fine cells follow from a rotated pole where there is one, else they
// lie evenly between those of the coarse cells. What a single row or column does not
// tell is left out.
func (g Grid) refined(parts int) Grid {
	if parts == 1 {
		return g
	}
	axis := func(centres []float64) (fine []float64) {
		if len(centres) < 2 { // a single cell does not say how wide it is
			return nil
		}
		for i, centre := range centres {
			left, right := max(i-1, 0), min(i+1, len(centres)-1)
			width := (centres[right] - centres[left]) / float64(right-left)
			for k := range parts {
				fine = append(fine, centre+width*((float64(k)+0.5)/float64(parts)-0.5))
			}
		}
		return fine
	}
	coarse := g
	g.Height, g.Width, g.Lat, g.Lon = g.Height*parts, g.Width*parts, nil, nil
	g.Y, g.X = axis(g.Y), axis(g.X)
	if coarse.Lat == nil || coarse.Lon == nil || coarse.Height < 2 || coarse.Width < 2 {
		return g
	}
	pole, rotated := g.RotatedPole()
	rotated = rotated && g.Y != nil && g.X != nil
	for y := range g.Height {
		for x := range g.Width {
			lat, lon := coarse.between(finePlace(y, parts), finePlace(x, parts))
			if near := lon; rotated {
				lat, lon = pole.FromRotated(g.Y[y], g.X[x])
				lon += 360 * math.Round((near-lon)/360)
			}
			g.Lat, g.Lon = append(g.Lat, lat), append(g.Lon, lon)
		}
	}
	return g
}

// finePlace is where fine cell i lies among the centres of coarse ones, which count
// from 0.
func finePlace(i, parts int) float64 { return (float64(i)+0.5)/float64(parts) - 0.5 }

// between is the place on the earth between the centres of the cells, in degrees: by
// straight lines through the globe between four of them, so that neither a pole nor the
// date line is a seam. A little way beyond the outermost centres they go on.
func (g *Grid) between(row, column float64) (lat, lon float64) {
	i, j := min(max(int(math.Floor(row)), 0), g.Height-2), min(max(int(math.Floor(column)), 0), g.Width-2)
	u, v := row-float64(i), column-float64(j)
	var sum [3]float64
	for corner, weight := range []float64{(1 - u) * (1 - v), (1 - u) * v, u * (1 - v), u * v} {
		k := (i+corner/2)*g.Width + j + corner%2
		phi, lambda := g.Lat[k]*math.Pi/180, g.Lon[k]*math.Pi/180
		sum[0] += weight * math.Cos(phi) * math.Cos(lambda)
		sum[1] += weight * math.Cos(phi) * math.Sin(lambda)
		sum[2] += weight * math.Sin(phi)
	}
	lat = math.Atan2(sum[2], math.Hypot(sum[0], sum[1])) * 180 / math.Pi
	lon = math.Atan2(sum[1], sum[0]) * 180 / math.Pi
	return lat, lon + 360*math.Round((g.Lon[i*g.Width+j]-lon)/360)
}
