package vdm

import (
	"fmt"
	"math"
)

// Measurements without noise are consistent where some clip fulfils all of them. The
// least-squares clip is searched by conjugate gradients on the normal equations (CGLS;
// Björck 1996, Numerical methods for least squares problems, section 7.4.1).
const (
	consistentRounds    = 200
	consistentTolerance = 1e-3 // of the largest |y|: float32 values that were averaged before they came here agree no better
)

// consistent refuses measurements without noise that no clip fulfils. Rows that are
// orthogonal cannot contradict each other, which is the common case and costs nothing.
// Where the search does not converge, nothing is refused.
func (o Observation) consistent(clip [4]int, samples int) error {
	var exact []int
	for i, m := range o {
		for j := range m.noises() {
			if m.variance(j) == 0 {
				exact = append(exact, i)
				break
			}
		}
	}
	if len(exact) == 0 {
		return nil
	}
	if len(exact) == 1 && o[exact[0]].Of.orthogonal() {
		return nil
	}
	for sample := range samples {
		if err := o.consistentOne(exact, clip, sample); err != nil {
			return err
		}
		shared := true
		for _, i := range exact {
			shared = shared && !o[i].perSample(clip)
		}
		if shared {
			break
		}
	}
	return nil
}

// noises returns how many values have a standard deviation of their own.
func (m Measurement) noises() int { return max(1, len(m.StdOf)) }

// size returns the number of values of Y for one sample.
func (m Measurement) size(clip [4]int) int {
	shape, _ := m.Of.Shape(clip)
	return shape[0] * shape[1] * shape[2] * shape[3]
}

func (m Measurement) perSample(clip [4]int) bool { return len(m.Y) != m.size(clip) }

// sample returns Y of one sample.
func (m Measurement) sample(i int, clip [4]int) []float32 {
	n := m.size(clip)
	if !m.perSample(clip) {
		i = 0
	}
	return m.Y[i*n : (i+1)*n]
}

// consistentOne runs CGLS for one sample: it starts from x = 0 and the residual r = y −
// A·x.
func (o Observation) consistentOne(exact []int, clip [4]int, sample int) error {
	size := clip[0] * clip[1] * clip[2] * clip[3]
	r := make([][]float64, len(exact)) // the residual of each measurement
	largest := 0.0
	for k, i := range exact {
		y := o[i].sample(sample, clip)
		r[k] = make([]float64, len(y))
		for j, v := range y {
			if !math.IsNaN(float64(v)) && o[i].variance(j) == 0 {
				r[k][j] = float64(v)
				largest = max(largest, math.Abs(r[k][j]))
			}
		}
	}
	adjoint := func() []float64 {
		sum := make([]float64, size)
		for k, i := range exact {
			shape, _ := o[i].Of.Shape(clip)
			back, _ := o[i].Of.transpose().Apply(r[k], shape)
			for j, v := range back {
				sum[j] += v
			}
		}
		return sum
	}
	s := adjoint()
	p, gamma := s, dot(s, s)
	converged := gamma == 0
	start := gamma
	for range consistentRounds {
		if converged {
			break
		}
		q := make([][]float64, len(exact))
		norm := 0.0
		for k, i := range exact {
			q[k], _ = o[i].Of.Apply(p, clip)
			for j, v := range o[i].sample(sample, clip) {
				if math.IsNaN(float64(v)) || o[i].variance(j) != 0 {
					q[k][j] = 0
				}
			}
			norm += dot(q[k], q[k])
		}
		for k := range r {
			for j := range r[k] {
				r[k][j] -= gamma / norm * q[k][j]
			}
		}
		s = adjoint()
		next := dot(s, s)
		converged = next <= 1e-16*start
		for j := range p {
			p[j] = s[j] + next/gamma*p[j]
		}
		gamma = next
	}
	if !converged {
		return nil
	}
	for k, i := range exact {
		for j, v := range r[k] {
			if math.Abs(v) > consistentTolerance*largest {
				return fmt.Errorf("measurement %d, value %d of sample %d: %v contradicts the other exact measurements (the nearest clip has %.6g); give them a noise Std above 0",
					i, j, sample, o[i].sample(sample, clip)[j], float64(o[i].sample(sample, clip)[j])-v)
			}
		}
	}
	return nil
}

// Validate refuses an observation that does not fit clips of the given shape (frames,
// height, width, channels) and number of samples, and measurements without noise that
// contradict each other.
func (o Observation) Validate(clip [4]int, samples int) error {
	count := 0
	for i, m := range o {
		n, err := m.validate(clip, samples)
		if err != nil {
			return fmt.Errorf("measurement %d: %w", i, err)
		}
		count += n
	}
	if count == 0 {
		return errNothingKnown
	}
	return o.consistent(clip, samples)
}
