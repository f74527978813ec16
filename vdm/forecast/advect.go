package forecast

import "math"

// sample returns the value of a field [h, w] at a point, by Catmull–Rom cubic
// interpolation limited to the range of the four cells around: exact at cell centres, of
// third order between them, and free of overshoot, so that rain stays non-negative (a
// quasi-monotone semi-Lagrangian scheme, Bermejo and Staniforth 1992, Mon. Weather Rev.
// 120). Beyond the edge it returns the edge's value.
func sample(field []float64, h, w int, y, x float64) float64 {
	y, x = within(y, h), within(x, w)
	y0, x0 := int(y), int(x)
	fy, fx := y-float64(y0), x-float64(x0)
	if fy == 0 && fx == 0 {
		return field[y0*w+x0]
	}
	left, right := max(x0-1, 0), min(x0+1, w-1)
	further := min(x0+2, w-1)
	top, bottom := field[y0*w:], field[min(y0+1, h-1)*w:]
	if a := top[x0]; a == top[right] && a == bottom[x0] && a == bottom[right] {
		return a // the limiter's result, at less cost where it is dry
	}
	wy, wx := catmullRom(fy), catmullRom(fx)
	sum := 0.0
	low, high := math.Inf(1), math.Inf(-1)
	for i, weight := range wy {
		row := field[min(max(y0-1+i, 0), h-1)*w:]
		a, b, c, d := row[left], row[x0], row[right], row[further]
		sum += weight * (wx[0]*a + wx[1]*b + wx[2]*c + wx[3]*d)
		if i == 1 || i == 2 {
			for _, v := range [2]float64{b, c} {
				if v < low {
					low = v
				}
				if v > high {
					high = v
				}
			}
		}
	}
	switch { // a missing value among the sixteen makes the sum missing
	case sum < low:
		return low
	case sum > high:
		return high
	}
	return sum
}

// within returns a position between the first and the last of n cells. These are plain
// comparisons because min and max of the language, which respect NaN and signs of zero,
// take a tenth of the time of STEPS here.
func within(x float64, n int) float64 {
	last := float64(n - 1)
	if !(x > 0) {
		return 0
	}
	if x > last {
		return last
	}
	return x
}

// catmullRom returns the weights of the cells −1, 0, 1, 2 at fraction t of the way from
// 0 to 1.
func catmullRom(t float64) [4]float64 {
	return [4]float64{
		t * (-0.5 + t*(1-0.5*t)),
		1 + t*t*(-2.5+1.5*t),
		t * (0.5 + t*(2-1.5*t)),
		t * t * (-0.5 + 0.5*t),
	}
}

// velocity is a steady field of motion [h, w] in cells per frame.
type velocity struct {
	h, w   int
	dy, dx []float64
}

func newVelocity(h, w int, dy, dx float64) *velocity {
	v := &velocity{h: h, w: w, dy: make([]float64, h*w), dx: make([]float64, h*w)}
	for i := range v.dy {
		v.dy[i], v.dx[i] = dy, dx
	}
	return v
}

// at returns the velocity at a point, bilinear, and constant beyond the edge.
func (v *velocity) at(y, x float64) (dy, dx float64) {
	y, x = within(y, v.h), within(x, v.w)
	y0, x0 := int(y), int(x)
	fy, fx := y-float64(y0), x-float64(x0)
	i := y0*v.w + x0
	right, down := min(1, v.w-1-x0), min(1, v.h-1-y0)*v.w
	a, b, c, d := (1-fy)*(1-fx), (1-fy)*fx, fy*(1-fx), fy*fx
	dy = a*v.dy[i] + b*v.dy[i+right] + c*v.dy[i+down] + d*v.dy[i+down+right]
	dx = a*v.dx[i] + b*v.dx[i+right] + c*v.dx[i+down] + d*v.dx[i+down+right]
	return dy, dx
}

// meanSpeed returns the mean of the vectors and the mean of their lengths.
func (v *velocity) meanSpeed() (dy, dx, speed float64) {
	for i := range v.dy {
		dy += v.dy[i]
		dx += v.dx[i]
		speed += math.Hypot(v.dy[i], v.dx[i])
	}
	n := float64(len(v.dy))
	return dy / n, dx / n, speed / n
}

// fastest returns the largest component of the velocity along each axis.
func (v *velocity) fastest() (dy, dx float64) {
	for i := range v.dy {
		dy, dx = max(dy, math.Abs(v.dy[i])), max(dx, math.Abs(v.dx[i]))
	}
	return dy, dx
}

// steps returns the number of sub-steps of a frame: each crosses two cells at most, for
// which the error of the midpoint rule is far below a cell where motion is smooth over
// many cells.
func (v *velocity) steps() int {
	dy, dx := v.fastest()
	return max(1, int(math.Ceil(math.Hypot(dy, dx)/2)))
}

// travel returns the position of a point after a number of frames, backwards where
// negative, by the midpoint rule in the given sub-steps, with a constant velocity added.
func (v *velocity) travel(y, x, frames float64, steps int, addY, addX float64) (float64, float64) {
	dt := frames / float64(steps)
	for range steps {
		dy, dx := v.at(y, x)
		dy, dx = v.at(y+0.5*dt*(dy+addY), x+0.5*dt*(dx+addX))
		y, x = y+dt*(dy+addY), x+dt*(dx+addX)
	}
	return y, x
}

// track contains the origin of the content of every cell of the domain (backward
// trajectories) or its destination (forward), advanced frame by frame. A trajectory that
// would leave the inside ends at its last point there.
type track struct {
	s     *scene
	v     *velocity
	steps int
	y, x  []float64
	ended []bool
}

func newTrack(s *scene, v *velocity) *track {
	t := &track{s: s, v: v, steps: v.steps(), y: make([]float64, s.h*s.w), x: make([]float64, s.h*s.w), ended: make([]bool, s.h*s.w)}
	for i := range t.y {
		t.y[i], t.x[i] = float64(i/s.w), float64(i%s.w)
		t.ended[i] = !s.inside[i]
	}
	return t
}

// advance continues every trajectory by a number of frames (−1 to where the content was
// a frame before).
func (t *track) advance(frames int) {
	steps := t.steps * max(frames, -frames)
	for i := range t.y {
		for range steps {
			if t.ended[i] {
				break
			}
			y, x := t.v.travel(t.y[i], t.x[i], float64(frames)/float64(steps), 1, 0, 0)
			if t.ended[i] = !t.s.isInside(y, x); !t.ended[i] {
				t.y[i], t.x[i] = y, x
			}
		}
	}
}

// look returns the values of a field at the points of the trajectories.
func (t *track) look(field []float64) []float64 {
	out := make([]float64, len(field))
	for i := range out {
		out[i] = sample(field, t.s.h, t.s.w, t.y[i], t.x[i])
	}
	return out
}
