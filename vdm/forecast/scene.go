package forecast

import "math"

// scene is a case as the motion forecasters use it: its known frames as rates without
// missing cells, and which cells are inside.
type scene struct {
	h, w   int
	frames [][]float64 // nil where unknown
	inside []bool      // cells known in at least one frame
	any    bool        // whether any cell is inside
	whole  bool        // whether all cells are inside
}

// newScene completes the known frames in time as described in the package's doc. The
// cells known in no frame are not inside; they get the value of a nearest inside cell,
// so that interpolation near the boundary meets no jump, and their values are never used
// by themselves.
func newScene(c Case) *scene {
	n := c.Height * c.Width
	s := &scene{h: c.Height, w: c.Width, frames: make([][]float64, c.Frames), inside: make([]bool, n), whole: true}
	for _, f := range c.knownFrames() {
		s.frames[f] = make([]float64, n)
		for i, v := range c.frame(c.Clip, f) {
			s.frames[f][i] = float64(v)
			s.inside[i] = s.inside[i] || v == v
		}
	}
	for _, in := range s.inside {
		s.any = s.any || in
		s.whole = s.whole && in
	}
	s.completeInTime()
	if s.any && !s.whole {
		for _, frame := range s.frames {
			if frame != nil {
				s.spread(frame)
			}
		}
	}
	return s
}

func (s *scene) completeInTime() {
	type gapped struct{ frame, cell int }
	values := map[gapped]float64{}
	for f, frame := range s.frames {
		for i, v := range frame {
			if v == v || !s.inside[i] {
				continue
			}
			before, after := s.seen(i, f, -1), s.seen(i, f, 1)
			switch {
			case before < 0:
				values[gapped{f, i}] = s.frames[after][i]
			case after < 0:
				values[gapped{f, i}] = s.frames[before][i]
			default:
				weight := float64(f-before) / float64(after-before)
				values[gapped{f, i}] = (1-weight)*s.frames[before][i] + weight*s.frames[after][i]
			}
		}
	}
	// The values are written at the end, so that none is interpolated from an
	// interpolated one.
	for at, v := range values {
		s.frames[at.frame][at.cell] = v
	}
}

// seen returns the next frame from f in a direction of time in which a cell is known, or
// −1.
func (s *scene) seen(cell, f, direction int) int {
	for f += direction; f >= 0 && f < len(s.frames); f += direction {
		if s.frames[f] != nil && !math.IsNaN(s.frames[f][cell]) {
			return f
		}
	}
	return -1
}

// nearest returns, for each cell, a nearest inside cell; the cell itself where it is
// inside.
func (s *scene) nearest() []int {
	index := make([]float64, s.h*s.w)
	for i := range index {
		index[i] = float64(i)
	}
	s.spread(index)
	out := make([]int, len(index))
	for i, v := range index {
		out[i] = int(v)
	}
	return out
}

// spread gives cells that are not inside the value of a nearest inside cell, by steps to
// the four neighbours.
func (s *scene) spread(frame []float64) {
	done := append([]bool(nil), s.inside...)
	var front []int
	for i, in := range done {
		if in {
			front = append(front, i)
		}
	}
	for len(front) > 0 {
		var next []int
		for _, i := range front {
			y, x := i/s.w, i%s.w
			for _, d := range [4][2]int{{-1, 0}, {0, -1}, {0, 1}, {1, 0}} {
				ny, nx := y+d[0], x+d[1]
				if j := ny*s.w + nx; ny >= 0 && ny < s.h && nx >= 0 && nx < s.w && !done[j] {
					done[j] = true
					frame[j] = frame[i]
					next = append(next, j)
				}
			}
		}
		front = next
	}
}

// isInside reports whether a point lies in the domain and in an inside cell. The domain
// reaches half a cell beyond the centres of its outer cells.
func (s *scene) isInside(y, x float64) bool {
	if !(y >= -0.5 && y < float64(s.h)-0.5 && x >= -0.5 && x < float64(s.w)-0.5) {
		return false
	}
	return s.whole || s.inside[int(y+0.5)*s.w+int(x+0.5)]
}

// reversed returns the scene with time running backwards.
func (s *scene) reversed() *scene {
	r := *s
	r.frames = make([][]float64, len(s.frames))
	for f, frame := range s.frames {
		r.frames[len(s.frames)-1-f] = frame
	}
	return &r
}

// decibels returns 10·log10 of rates in mm/h, and 5 dB below the threshold where the
// rate is below the threshold, as pysteps has it (Pulkkinen et al. 2019, Geosci. Model
// Dev. 12, doi:10.5194/gmd-12-4185-2019).
func decibels(rates []float64, threshold float64) []float64 {
	db := make([]float64, len(rates))
	dry := 10*math.Log10(threshold) - 5
	for i, r := range rates {
		db[i] = dry
		if r >= threshold {
			db[i] = 10 * math.Log10(r)
		}
	}
	return db
}
