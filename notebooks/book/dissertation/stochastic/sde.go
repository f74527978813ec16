package stochastic

import (
	"math"
	"math/rand/v2"
)

// SDE is dz = Drift(z, t)dt + Diffusion(t)dw (2.37).
type SDE struct {
	Drift     func(z []float64, t float64) []float64
	Diffusion func(t float64) float64
}

// Simulate returns one path from z at time start to time end by the Euler–Maruyama
// method in equal steps: the points at all steps + 1 times. end may lie before start.
func (s SDE) Simulate(z []float64, start, end float64, steps int, r *rand.Rand) [][]float64 {
	path := [][]float64{append([]float64(nil), z...)}
	h := (end - start) / float64(steps)
	root := math.Sqrt(math.Abs(h))
	for n := range steps {
		t := start + float64(n)*h
		last := path[n]
		f, g := s.Drift(last, t), s.Diffusion(t)
		next := make([]float64, len(last))
		for i := range next {
			next[i] = last[i] + h*f[i] + root*g*r.NormFloat64()
		}
		path = append(path, next)
	}
	return path
}
