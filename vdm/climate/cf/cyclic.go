package cf

import (
	"fmt"
	"math"
)

// cyclic reports whether longitudes go around the globe and name the place of the first
// column again in the last, as files for pictures without a seam do: 0 and 360, or −180
// and 180. Kept, this column would count twice.
func cyclic(values []float64) bool {
	n := len(values) - 1
	if n < 3 {
		return false
	}
	usual := 360 / float64(n)
	first := math.Abs(math.Remainder(values[1]-values[0], 360))
	return math.Abs(math.Remainder(values[n]-values[0], 360)) < 1e-3*usual && first > usual/2 && first < 2*usual
}

// seam compares the first and the last column of a variable, which name one place, in some
// frames; where both columns are constant in these, in all until they are not. differ says
// where they differ first, "" where they do not: longitudes that were computed with one
// step too few (0 to 360 for columns that lie 360/n apart) name a place twice, too, and
// then the last column is data.
func (l *layout) seam(v *variable) (frames int, differ string, err error) {
	u, err := newUnpacker(v, nil)
	if err != nil {
		return 0, "", err
	}
	many := 1
	if l.t >= 0 {
		many = v.shape[l.t]
	}
	const enough = 8
	var order []int // frames at even distances, then the others
	asked := map[int]bool{}
	for k := range min(enough, many) {
		at := k * (many - 1) / max(1, min(enough, many)-1)
		order, asked[at] = append(order, at), true
	}
	for t := range many {
		if !asked[t] {
			order = append(order, t)
		}
	}
	varies := false
	for _, t := range order {
		if frames >= enough && varies {
			break
		}
		var column [2][]float64
		for i, x := range [2]int{0, v.shape[l.x] - 1} {
			start, count := append([]int(nil), l.fixed...), make([]int, len(v.shape))
			for d := range count {
				count[d] = 1
			}
			start[l.x], count[l.y] = x, v.shape[l.y]
			if l.t >= 0 {
				start[l.t] = t
			}
			raw := newSlab(v, u)
			if err := raw.read(start, count); err != nil {
				return frames, "", fmt.Errorf("reading column %d of frame %d%s: %w", x, t, v.values.Why(), err)
			}
			column[i] = raw.wide(v.shape[l.y])
		}
		frames++
		for y, a := range column[0] {
			b := column[1][y]
			if a != b && !(math.IsNaN(a) && math.IsNaN(b)) && !(math.Abs(a-b) <= 1e-5*math.Max(math.Abs(a), math.Abs(b))) {
				return frames, fmt.Sprintf("%.6g and %.6g in frame %d, row %d of the file", a, b, t, y), nil
			}
			varies = varies || a != column[0][0] && !(math.IsNaN(a) && math.IsNaN(column[0][0]))
		}
	}
	return frames, "", nil
}
