package forecast

import "math"

// path contains the origin of the content of every cell of the domain. Trajectories are
// followed from some rows and columns only, and between these the points are
// interpolated linearly, as motion is smooth. They continue outside.
type path struct {
	s            *scene
	v            *velocity
	every        int
	rows, cols   int
	fastY, fastX float64 // largest components of the velocity
	y, x         []float64
}

// newPath returns trajectories from rows and columns that are at most an eighth of the
// window of the motion apart, which is the resolution of the motion.
func newPath(s *scene, v *velocity, every int) *path {
	p := &path{s: s, v: v, every: every, rows: (s.h-2)/every + 2, cols: (s.w-2)/every + 2}
	p.fastY, p.fastX = v.fastest()
	if s.h == 1 { // the last row lies beyond the domain unless it is the only one
		p.rows = 1
	}
	if s.w == 1 {
		p.cols = 1
	}
	for i := range p.rows {
		for j := range p.cols {
			p.y, p.x = append(p.y, float64(i*every)), append(p.x, float64(j*every))
		}
	}
	return p
}

// stepBack goes back by a frame, with an error added to the velocity, in sub-steps of at
// most twice as many cells as the trajectories are apart.
func (p *path) stepBack(addY, addX float64) {
	steps := max(1, int(math.Ceil(math.Hypot(p.fastY+math.Abs(addY), p.fastX+math.Abs(addX))/float64(2*p.every))))
	for i := range p.y {
		p.y[i], p.x[i] = p.v.travel(p.y[i], p.x[i], -1, steps, addY, addX)
	}
}

// each calls f with every cell and the origin of its content.
func (p *path) each(f func(i int, y, x float64)) {
	e := float64(p.every)
	for r := range p.s.h {
		a := min(r/p.every, max(p.rows-2, 0))
		fy := float64(r-a*p.every) / e
		down := p.cols
		if p.rows == 1 {
			down = 0
		}
		for c := range p.s.w {
			b := min(c/p.every, max(p.cols-2, 0))
			fx := float64(c-b*p.every) / e
			right := 1
			if p.cols == 1 {
				right = 0
			}
			i := a*p.cols + b
			y := (1-fy)*((1-fx)*p.y[i]+fx*p.y[i+right]) + fy*((1-fx)*p.y[i+down]+fx*p.y[i+down+right])
			x := (1-fy)*((1-fx)*p.x[i]+fx*p.x[i+right]) + fy*((1-fx)*p.x[i+down]+fx*p.x[i+down+right])
			f(r*p.s.w+c, y, x)
		}
	}
}
