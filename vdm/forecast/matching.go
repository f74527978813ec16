package forecast

import "math"

// ranking is the work space of matching by ranks.
type ranking struct {
	keys, otherKeys, cells, otherCells []uint32
	count                              [3][1 << 11]uint32 // number of keys by each of their digits
}

// match writes target, ascending, to dst in the order of rank: the cell with the
// smallest value gets the smallest of target, so that the marginal distribution of dst
// is exactly the distribution of target (probability matching, Ebert 2001, Mon. Weather
// Rev. 129, with ranks). A cell that is not allowed ranks below all that are. Only the
// listed cells take part, ascending and as many as target has; of equal values the first
// ranks lower. Values count as float32.
func (r *ranking) match(dst []float64, cells []int, target, value []float64, allowed []bool) {
	n := len(cells)
	if len(r.keys) < n {
		r.keys, r.otherKeys = make([]uint32, n), make([]uint32, n)
		r.cells, r.otherCells = make([]uint32, n), make([]uint32, n)
	}
	// The bits of a float32, with the sign bit flipped or, where it was set, all bits
	// flipped, are in the order of the numbers. Ranking the cells that are not allowed
	// in a part of their own would need one more pass: instead their values sort below
	// all others.
	low := math.Inf(1)
	span := 0.0
	for _, i := range cells { // without min and max of the language: see within
		if v := value[i]; v < low {
			low = v
		}
		if v := value[i]; v > span {
			span = v
		}
	}
	span -= low
	const digits, radix = 3, 1 << 11
	r.count = [digits][radix]uint32{}
	for k, i := range cells {
		v := value[i]
		if !allowed[i] {
			v -= 2*span + 1
		}
		bits := math.Float32bits(float32(v))
		if bits>>31 != 0 {
			bits = ^bits
		} else {
			bits |= 1 << 31
		}
		r.keys[k], r.cells[k] = bits, uint32(i)
		for d := range digits {
			r.count[d][bits>>(11*d)%radix]++
		}
	}
	keys, otherKeys, at, otherAt := r.keys[:n], r.otherKeys[:n], r.cells[:n], r.otherCells[:n]
	for d := range digits { // radix sort, stable
		count, sum := &r.count[d], uint32(0)
		for b, c := range count {
			count[b], sum = sum, sum+c
		}
		for k, key := range keys {
			b := key >> (11 * d) % radix
			to := count[b]
			otherKeys[to], otherAt[to] = key, at[k]
			count[b] = to + 1
		}
		keys, otherKeys, at, otherAt = otherKeys, keys, otherAt, at
	}
	for rank, i := range at {
		dst[i] = target[rank]
	}
}

// distances returns the distance of each cell of a field [h, w] from the nearest cell
// that is set, in cells, by steps to the eight neighbours of length 1 and √2 (Borgefors
// 1986, CVGIP 34: at most 8.3 % too long). Where no cell is set it is larger than any
// distance.
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
