package vdm

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// PseudoInverse is pseudo-inverse guided diffusion, ΠGDM (Song, Vahdat, Mardani and
// Kautz 2023, Pseudoinverse-guided diffusion models for inverse problems). It takes x
// given z to be normal about x̂ with the covariance r²·I. Then y is normal about A·x̂
// with the covariance r²·AAᵀ + R, and x̂ is moved along the score of this distribution:
//
//	x̂ ← x̂ + (σ²/α)·Jᵀ·Aᵀ·(r²·AAᵀ + R)⁻¹·(y − A·x̂),  J = ∂x̂/∂z
//	r² = s²σ²/(α²s² + σ²)
//
// r² is right where the values of the data are independent with the variance s² (the
// paper's r² has s² = 1). The true covariance of x given z is (σ²/α)·J, which enters
// only through the factor in front. A step costs as much as a step of [Reconstruction].
// Where the rows of A are not orthogonal to each other, the matrix is inverted by
// conjugate gradients, without the network.
type PseudoInverse struct {
	// DataVariance is s², the variance of the values of x; 0 means 1.
	DataVariance float64
}

// pseudoInverseIterations are enough for the observations of [Operator], whose rows
// overlap with few neighbours; rows that are orthogonal to each other take one
// iteration.
const pseudoInverseIterations = 30

// Guide returns d with x̂ moved along the score of y as above.
func (p PseudoInverse) Guide(d Denoiser, given *BoundObservation) Denoiser {
	return func(z *g.Node, at Level, in Batch) Prediction {
		prediction := d(z, at, in)
		r2, gain := prediction.WhiteVariance(p.DataVariance)
		iterations := pseudoInverseIterations
		if given.orthogonal {
			iterations = 1
		}
		x := prediction.X()
		pull := given.Solve(given.Misfit(x), r2, iterations, func(x *g.Node) *g.Node { return x })
		return prediction.Shift(g.Mul(gain, prediction.PullBack(x, pull)))
	}
}

// Check returns nil: the method can use any observation.
func (PseudoInverse) Check(Observation) error { return nil }

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
