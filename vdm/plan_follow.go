package vdm

import "iter"

// Followed is the state of [Plan.Follow] after a step.
type Followed struct {
	Step PlanStep
	Z    []float64 // z′, after the step
	X    []float64 // x̂ of the z from which the step started
}

// Follow returns the whole loop of a sampler on the host, in float64: it takes z from
// the noisiest level through the plan and yields the number of each step, from 0, with
// the state after it. Tests and chapters compare compiled sampling with it.
//
//   - estimate: returns x̂ of a z at λ.
//   - noise: returns the standard normal numbers of a step; nil where the plan draws none.
//
// z itself is not changed. A loop may change the Z that it is given: the next step
// starts from what it leaves there.
func (p Plan) Follow(z []float64, estimate func(z []float64, logSNR float64) []float64, noise func(step int) []float64) iter.Seq2[int, Followed] {
	return func(yield func(int, Followed) bool) {
		previousZ, previousX, earlierX := make([]float64, len(z)), make([]float64, len(z)), make([]float64, len(z))
		for k, s := range p.Steps {
			x := estimate(z, s.LogSNRT)
			n := make([]float64, len(z))
			if noise != nil {
				n = noise(k)
			}
			next := make([]float64, len(z))
			for i := range next {
				next[i] = s.Z*z[i] + s.X*x[i] + s.PreviousZ*previousZ[i] + s.PreviousX*previousX[i] + s.EarlierX*earlierX[i] + s.Noise*n[i]
			}
			if !yield(k, Followed{s, next, x}) {
				return
			}
			z, previousZ, previousX, earlierX = next, z, x, previousX
		}
	}
}
