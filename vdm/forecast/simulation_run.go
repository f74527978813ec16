package forecast

// draw writes one member to the unknown frames of the gap.
func (sim *simulation) draw(seed uint64, member uint32, frame func(f int) []float32) {
	out := func(f int) []float32 {
		if sim.backward {
			f = len(sim.s.frames) - 1 - f
		}
		return frame(f)
	}
	d := sim.drawing()
	if sim.rainRight != nil {
		d.between(seed, member, out)
	} else {
		d.ahead(seed, member, out)
	}
}
