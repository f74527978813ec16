package forecast

// ahead draws the frames after the left end of a gap without a right one. In the
// coordinates of time zero the two last known fields are continued by the
// autoregression, and each field gets the distribution of the last known frame; only
// then is it moved to its position in the domain. So rain that leaves the domain is
// gone, and inflow has the constant value at the edge of each member's own field.
func (d *drawing) ahead(seed uint64, member uint32, out func(f int) []float32) {
	n, s := d.fft.modes(), d.s
	before, now := make([]complex128, n), make([]complex128, n)
	copy(before, d.before)
	copy(now, d.now)
	off := newVelocityError(d.st, d.v, d.key(seed, member, d.g.left+1, motionError).Rand())
	path := newPath(s, d.v, d.pathEvery)
	value, rates, allowed := make([]float64, s.h*s.w), make([]float64, s.h*s.w), make([]bool, s.h*s.w)
	for f := d.g.left + 1; f < d.g.right; f++ {
		for i, w := range d.draws(d.key(seed, member, f, innovation)) {
			next := complex(d.ar.phi1[i], 0)*now[i] + complex(d.ar.phi2[i], 0)*before[i] + complex(d.ar.innovation[i], 0)*w
			before[i], now[i] = now[i], next
		}
		d.fft.inverse(d.field, now)
		growth := d.st.maskGrowth * float64(f-d.g.left)
		for _, i := range d.cells {
			value[i] = d.field[i/s.w*d.fft.w+i%s.w]
			allowed[i] = d.rainLeft[i] <= growth
		}
		d.ranks.match(rates, d.cells, d.target[f-d.g.left-1], value, allowed)
		if !s.whole {
			for i, j := range d.nearest {
				rates[i] = rates[j]
			}
		}
		path.stepBack(off.at(f - d.g.left))
		frame := out(f)
		path.each(func(i int, y, x float64) {
			if s.inside[i] {
				frame[i] = float32(sample(rates, s.h, s.w, y, x))
			}
		})
	}
}
