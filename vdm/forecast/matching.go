package forecast

import (
	"cmp"
	"slices"
)

// matchRanks writes target, ascending, to dst in the order of rank: the cell
// with the smallest value gets the smallest of target, so that the marginal
// distribution of dst is exactly that of target (probability matching, Ebert
// 2001, Mon. Weather Rev. 129, with ranks). A cell that is not allowed ranks
// below all that are. Only the listed cells take part, as many as target has.
func matchRanks(dst []float32, cells []int, target, value []float64, allowed []bool) {
	order := slices.Clone(cells)
	slices.SortFunc(order, func(i, j int) int {
		if allowed[i] != allowed[j] {
			if allowed[j] {
				return -1
			}
			return 1
		}
		if byValue := cmp.Compare(value[i], value[j]); byValue != 0 {
			return byValue
		}
		return cmp.Compare(i, j)
	})
	for rank, i := range order {
		dst[i] = float32(target[rank])
	}
}

// distances is the distance of each cell of a field [h, w] from the nearest cell
// that is set, in cells, by steps to the eight neighbours of length 1 and √2
// (Borgefors 1986, CVGIP 34: at most 8.3 % too long). Where no cell is set it is
// larger than any distance.
func distances(set []bool, h, w int) []float64 {
	const diagonal = 1.4142135623730951
	d := make([]float64, h*w)
	for i := range d {
		if !set[i] {
			d[i] = diagonal * float64(h+w)
		}
	}
	sweep := func(y, x, direction int) {
		i := y*w + x
		for _, n := range [4]struct {
			dy, dx int
			length float64
		}{{-1, -1, diagonal}, {-1, 0, 1}, {-1, 1, diagonal}, {0, -1, 1}} {
			ny, nx := y+direction*n.dy, x+direction*n.dx
			if ny >= 0 && ny < h && nx >= 0 && nx < w {
				d[i] = min(d[i], d[ny*w+nx]+n.length)
			}
		}
	}
	for i := range h * w {
		sweep(i/w, i%w, 1)
	}
	for i := h*w - 1; i >= 0; i-- {
		sweep(i/w, i%w, -1)
	}
	return d
}
