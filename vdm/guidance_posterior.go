package vdm

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// PosteriorSampling is diffusion posterior sampling, DPS (Chung, Kim, Mccann, Klasky and
// Ye 2023, Diffusion posterior sampling for general noisy inverse problems, algorithm
// 1): the denoiser stays as it is, and the result of each step is moved against the
// gradient of the misfit,
//
//	z_s ← z_s′ − (ζ/‖y − A·x̂(z_t)‖)·∇_z ‖y − A·x̂(z_t)‖²
//
// for each sample by itself. The size of the move depends neither on the size of the
// misfit nor on the length of the step. So a good ζ depends on the number of steps and
// of observed values, and where the misfit is small, z is still moved by as much as
// before. The noise of an observation is not used. The method is meant for
// [NoiseLevels.Ancestral].
type PosteriorSampling struct {
	// Scale is ζ; 0 means 1. The paper takes 0.3 to 1 with 1000 steps, for pictures of
	// 256×256 cells with values in [−1, 1].
	Scale float64
}

// Guide returns the denoiser as it is.
func (PosteriorSampling) Guide(d Denoiser, given *BoundObservation) Denoiser { return d }

// After returns the result of a step, next, moved against the gradient of the misfit.
func (s PosteriorSampling) After(p Prediction, _ Level, next *g.Node, given *BoundObservation) *g.Node {
	misfit := given.Misfit(p.X())
	square := misfit.Dot(misfit)
	gradient := g.Gradient(g.ReduceAllSum(square), p.Z)[0]
	size := g.Sqrt(g.StopGradient(square))
	some := positive(size)
	step := g.Div(gradient, g.Where(some, size, g.OnesLike(size))) // without a misfit the gradient is 0
	return g.Sub(next, g.MulScalar(step, s.scale()))
}

func (s PosteriorSampling) scale() float64 {
	if s.Scale == 0 {
		return 1
	}
	return s.Scale
}

// Check returns nil: the method can use any observation.
func (PosteriorSampling) Check(Observation) error { return nil }

// Validate refuses a scale below 0.
func (s PosteriorSampling) Validate() error {
	if !(s.Scale >= 0) || math.IsInf(s.Scale, 1) {
		return fmt.Errorf("posterior sampling: ζ is %v, want a finite number of at least 0", s.Scale)
	}
	return nil
}

func (s PosteriorSampling) String() string {
	return fmt.Sprintf("diffusion posterior sampling, ζ = %g", s.scale())
}
