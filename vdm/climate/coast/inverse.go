package coast

import "math"

// inverse finds the position on a grid of a place on the earth.
type inverse struct {
	h, w     int
	lat, lon []float64
	y, x     float64 // where the last place was found, and the next is probably near
}

// beyond is by how much of the grid's side a position may lie outside: lines should reach
// the edge of the picture.
const beyond = 0.2

// find returns the column and row of a place, and whether it lies on the grid or little
// beyond. From a cell nearby it follows Newton's method on the grid's own positions.
func (in *inverse) find(lon, lat float64) (x, y float64, inside bool) {
	if x, y, inside = in.follow(in.x, in.y, lon, lat); inside {
		return x, y, true
	}
	// The last place was far: begin at the nearest of some cells.
	best, stepY, stepX := math.Inf(1), max(1, in.h/12), max(1, in.w/12)
	var atX, atY float64
	for r := 0; r < in.h; r += stepY {
		for c := 0; c < in.w; c += stepX {
			dy, dx := in.off(float64(c), float64(r), lon, lat)
			if d := dy*dy + dx*dx; d < best {
				best, atX, atY = d, float64(c), float64(r)
			}
		}
	}
	return in.follow(atX, atY, lon, lat)
}

// off returns how far a position on the grid lies from a place, in degrees of a great
// circle to the north and to the east.
func (in *inverse) off(x, y, lon, lat float64) (north, east float64) {
	c, r := min(max(int(math.Floor(x)), 0), in.w-2), min(max(int(math.Floor(y)), 0), in.h-2)
	fx, fy := x-float64(c), y-float64(r)
	i := r*in.w + c
	middle := in.lon[i]
	around := func(v float64) float64 { return v - 360*math.Round((v-middle)/360) }
	blend := func(a, b, c, d float64) float64 {
		return (1-fy)*((1-fx)*a+fx*b) + fy*((1-fx)*c+fx*d)
	}
	la := blend(in.lat[i], in.lat[i+1], in.lat[i+in.w], in.lat[i+in.w+1])
	lo := blend(around(in.lon[i]), around(in.lon[i+1]), around(in.lon[i+in.w]), around(in.lon[i+in.w+1]))
	d := lo - lon
	d -= 360 * math.Round(d/360)
	return la - lat, d * math.Cos(lat*math.Pi/180)
}

// follow goes from a position to a place.
func (in *inverse) follow(x, y, lon, lat float64) (float64, float64, bool) {
	edgeX, edgeY := beyond*float64(in.w)+2, beyond*float64(in.h)+2
	for range 12 {
		n0, e0 := in.off(x, y, lon, lat)
		n1, e1 := in.off(x+0.5, y, lon, lat)
		n2, e2 := in.off(x, y+0.5, lon, lat)
		nx, ex, ny, ey := 2*(n1-n0), 2*(e1-e0), 2*(n2-n0), 2*(e2-e0)
		det := nx*ey - ny*ex
		if math.Abs(det) < 1e-12 {
			return 0, 0, false
		}
		dx, dy := -(n0*ey-ny*e0)/det, -(nx*e0-n0*ex)/det
		x, y = x+dx, y+dy
		if !(x > -edgeX && x < float64(in.w-1)+edgeX && y > -edgeY && y < float64(in.h-1)+edgeY) {
			return 0, 0, false
		}
		if math.Abs(dx)+math.Abs(dy) < 1e-3 {
			in.x, in.y = x, y
			return x, y, true
		}
	}
	return 0, 0, false
}
