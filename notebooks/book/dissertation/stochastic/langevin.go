package stochastic

import (
	"math"
	"math/rand/v2"
)

// LangevinStep takes one step (2.35) in place: z ← z + ½τ·score + √τ·ε.
func LangevinStep(z, score []float64, tau float64, r *rand.Rand) {
	root := math.Sqrt(tau)
	for i := range z {
		z[i] += tau/2*score[i] + root*r.NormFloat64()
	}
}

// Langevin takes a number of steps (2.35) at one noise level, in place.
func Langevin(z []float64, score func(z []float64) []float64, tau float64, steps int, r *rand.Rand) {
	for range steps {
		LangevinStep(z, score(z), tau, r)
	}
}
