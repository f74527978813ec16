package vdm

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// PseudoInverse is pseudo-inverse guided diffusion, ΠGDM (Song, Vahdat, Mardani
// and Kautz 2023, Pseudoinverse-guided diffusion models for inverse problems). It
// takes x given z to be normal about x̂ with the covariance
// r²·I, so that y is normal about A·x̂ with r²·AAᵀ + R, and moves x̂ along the score
// of that:
//
//	x̂ ← x̂ + (σ²/α)·Jᵀ·Aᵀ·(r²·AAᵀ + R)⁻¹·(y − A·x̂),  J = ∂x̂/∂z
//	r² = s²σ²/(α²s² + σ²)
//
// r² is right where the values of the data are independent with the variance s²
// (the paper's r² has s² = 1); the covariance of x given z is (σ²/α)·J, which
// here is left to the factor in front. The cost of a step is that of
// [Reconstruction]. Where the rows of A are not orthogonal to each other, the
// matrix is inverted by conjugate gradients, without the network.
type PseudoInverse struct {
	// DataVariance is s², the variance of the values of x; 0 is 1.
	DataVariance float64
}

// pseudoInverseIterations are enough for the observations of [Operator], whose
// rows have few neighbours that they overlap with; rows that are orthogonal to
// each other take one.
const pseudoInverseIterations = 30

// Guide is the formula.
func (p PseudoInverse) Guide(d Denoiser, given *Given) Denoiser {
	return func(z, logSNR *g.Node) Prediction {
		prediction := d(z, logSNR)
		r2, gain := whiteVariance(prediction, p.DataVariance)
		solver := newCovarianceSolver(given, r2)
		iterations := pseudoInverseIterations
		if given.orthogonal {
			iterations = 1
		}
		x := prediction.X()
		pull := solver.solve(given.Misfit(x), iterations, func(x *g.Node) *g.Node { return x })
		return prediction.shifted(g.Mul(gain, prediction.pullBack(x, pull)))
	}
}

// whiteVariance returns r² = s²σ²/(α²s² + σ²), the variance of x given z of data
// that are independent with the variance s², and the gain (σ²/α)/r² that takes ∂x̂/∂z
// to the covariance of x given z in units of it. s² = 0 is 1.
func whiteVariance(p Prediction, s2 float64) (r2, gain *g.Node) {
	if s2 == 0 {
		s2 = 1
	}
	alpha, sigma := AlphaSigma(p.LogSNR, p.Z)
	total := g.Add(g.MulScalar(g.Square(alpha), s2), g.Square(sigma))
	return g.Div(g.MulScalar(g.Square(sigma), s2), total), g.Div(total, g.MulScalar(alpha, s2))
}

// pullBack is Jᵀ·v with J = ∂x/∂z, of every sample.
func (p Prediction) pullBack(x, v *g.Node) *g.Node {
	return g.Gradient(g.ReduceAllSum(g.Mul(x, g.StopGradient(v))), p.Z)[0]
}

// Check takes any observation.
func (PseudoInverse) Check(bool) error { return nil }

// Validate refuses a variance below 0.
func (p PseudoInverse) Validate() error { return checkDataVariance(p.DataVariance) }

func checkDataVariance(s2 float64) error {
	if !(s2 >= 0) || math.IsInf(s2, 1) {
		return fmt.Errorf("variance of the data is %v, want a finite number of at least 0 (0 means 1)", s2)
	}
	return nil
}

func (p PseudoInverse) String() string {
	if p.DataVariance != 0 {
		return fmt.Sprintf("pseudo-inverse guidance, variance of the data %g", p.DataVariance)
	}
	return "pseudo-inverse guidance"
}
