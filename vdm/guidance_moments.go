package vdm

import (
	"cmp"
	"fmt"
	"math"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
)

// MomentMatching takes x given z to be normal about x̂ with its own covariance, which
// Tweedie's formula for the second moment gives (Boys et al. 2023, Tweedie moment
// projected diffusions for inverse problems; with conjugate gradients, Rozet et al.
// 2024, Learning diffusion priors from observations by expectation maximization, as
// moment matching posterior sampling),
//
//	Σ = cov(x | z) = (σ²/α)·J,  J = ∂x̂/∂z
//
// and conditions on y:
//
//	x̂ ← x̂ + Σ·Aᵀ·u,  (A·Σ·Aᵀ + R)·u = y − A·x̂
//
// On Gaussian data the result is E[x | z, y], and samplers draw from the exact
// conditional distribution but for the error of their steps. The system is solved by
// conjugate gradients. Each iteration takes one product of a vector with J, which is one
// pass back through the network.
//
// J of an exact denoiser is symmetric and positive. J of a network is neither, and where
// there is little signal its error counts 1/α times as much. So r²·I (see
// [PseudoInverse]) replaces Σ below the noise level From, and in a sample in which Σ is
// not positive along the first direction; the iteration of a sample stops where a later
// direction shows that Σ is not positive.
type MomentMatching struct {
	// Iterations is the number of iterations of conjugate gradients; 0 means 10. Each
	// iteration spreads the observed values farther over x̂; more iterations than there
	// are observed values change nothing.
	Iterations int
	// From is the λ from which J is used; 0 means −10, where 1/α is 150. For λ = 0 give
	// a number next to it, and −Inf for all levels.
	From float64
	// DataVariance is s², the variance of the values of x; 0 means 1.
	DataVariance float64
}

const (
	defaultIterations = 10
	defaultFrom       = -10.0
)

// Guide returns d with x̂ moved by Σ·Aᵀ·u as above.
func (m MomentMatching) Guide(d Denoiser, given *BoundObservation) Denoiser {
	m = m.withDefaults()
	return func(z *g.Node, at Level, in Batch) Prediction {
		p := d(z, at, in)
		r2, gain := p.WhiteVariance(m.DataVariance)
		x := p.X()
		level := g.Reshape(at.LogSNR, r2.Shape().Dimensions...)
		trusted := g.GreaterOrEqual(level, g.Scalar(z.Graph(), dtypes.Float32, math.Max(m.From, -math.MaxFloat32)))
		first := true
		spread := func(v *g.Node) *g.Node {
			moved := g.Mul(gain, p.PullBack(x, v))
			if first {
				first = false
				along := g.ReduceAndKeep(g.Mul(v, moved), g.ReduceSum, 1, 2, 3, 4)
				trusted = g.LogicalAnd(trusted, positive(along))
			}
			return g.Where(g.BroadcastToDims(trusted, v.Shape().Dimensions...), moved, v)
		}
		return p.Shift(given.Solve(given.Misfit(x), r2, m.Iterations, spread))
	}
}

func (m MomentMatching) withDefaults() MomentMatching {
	m.Iterations = cmp.Or(m.Iterations, defaultIterations)
	m.From = cmp.Or(m.From, defaultFrom)
	return m
}

// Check returns nil: the method can use any observation.
func (MomentMatching) Check(Observation) error { return nil }

// Validate refuses a negative number of iterations and settings that are NaN.
func (m MomentMatching) Validate() error {
	if m.Iterations < 0 {
		return fmt.Errorf("moment matching: %d iterations, want at least 1 (0 means %d)", m.Iterations, defaultIterations)
	}
	if math.IsNaN(m.From) || math.IsInf(m.From, 1) {
		return fmt.Errorf("moment matching: the Jacobian is used from λ = %v, want a number or −Inf", m.From)
	}
	return checkDataVariance(m.DataVariance)
}

func (m MomentMatching) String() string {
	m = m.withDefaults()
	return fmt.Sprintf("moment matching, iterations: %d, from λ = %g", m.Iterations, m.From)
}
