package vdm

import (
	"fmt"

	g "github.com/gomlx/gomlx/core/graph"
)

// Denoiser is the central type of the library: an estimate of the clean clip x from z at
// a noise level. z is [batch, frame, height, width, channel] in float32; in contains the
// covariates. A network becomes a denoiser by its [Parameterisation], guidance makes one
// denoiser of another, and the same network with averaged weights is a further one.
type Denoiser func(z *g.Node, at Level, in Batch) Prediction

// Prediction is the estimate of a denoiser as v̂, which is well conditioned at both ends
// of the schedule: at λ = 30 an ε̂ derived from x̂ would be pure rounding in float32,
// and at λ = −30 so would an x̂ derived from ε̂.
type Prediction struct {
	Z  *g.Node // the noisy clip that the denoiser received, [batch, frame, height, width, channel]
	At Level
	V  *g.Node // v̂, shaped as Z
}

// X returns the denoised estimate x̂ = α·z − σ·v̂ (2.62).
func (p Prediction) X() *g.Node {
	alpha, sigma := p.At.AlphaSigma(p.Z)
	return g.Sub(g.Mul(alpha, p.Z), g.Mul(sigma, p.V))
}

// Epsilon returns the estimated noise ε̂ = σ·z + α·v̂ (from 2.60 and A.25).
func (p Prediction) Epsilon() *g.Node {
	alpha, sigma := p.At.AlphaSigma(p.Z)
	return g.Add(g.Mul(sigma, p.Z), g.Mul(alpha, p.V))
}

// Score returns the estimated score ∇ log q(z) = −ε̂/σ, which is Tweedie's formula
// (2.66) with x̂ for the mean.
func (p Prediction) Score() *g.Node {
	_, sigma := p.At.AlphaSigma(p.Z)
	return g.Neg(g.Div(p.Epsilon(), sigma))
}

// Shift returns the prediction with shift, shaped as x̂, added to x̂. In terms of v̂ =
// (α·z − x̂)/σ the shift is divided by −σ; multiplied by σ again in X it is the same to
// rounding, for |λ| ≤ 60.
func (p Prediction) Shift(shift *g.Node) Prediction {
	_, sigma := p.At.AlphaSigma(p.Z)
	p.V = g.Sub(p.V, g.Div(shift, sigma))
	return p
}

// PullBack returns Jᵀ·v of every sample, shaped as z, with J = ∂x/∂z: one pass back
// through the denoiser that computed x.
func (p Prediction) PullBack(x, v *g.Node) *g.Node {
	return g.Gradient(g.ReduceAllSum(g.Mul(x, g.StopGradient(v))), p.Z)[0]
}

// WhiteVariance returns r² = s²σ²/(α²s² + σ²), the variance of x given z of data whose
// values are independent with the variance s² (s2 = 0 means 1), and the gain (σ²/α)/r²
// by which ∂x̂/∂z is multiplied to give the covariance of x given z in units of r². Both
// are [batch, 1, 1, 1, 1].
func (p Prediction) WhiteVariance(s2 float64) (r2, gain *g.Node) {
	if s2 == 0 {
		s2 = 1
	}
	alpha, sigma := p.At.AlphaSigma(p.Z)
	total := g.Add(g.MulScalar(g.Square(alpha), s2), g.Square(sigma))
	return g.Div(g.MulScalar(g.Square(sigma), s2), total), g.Div(total, g.MulScalar(alpha, s2))
}

// Parameterisation names the quantity that a network's output estimates.
type Parameterisation string

// The four parameterisations are exact rewritings of each other (2.59–2.62, 2.66); they
// differ in the end of the schedule at which float32 serves well.
const (
	PredictV       Parameterisation = "v"       // v̂ (2.60): the default, well conditioned at both ends
	PredictX       Parameterisation = "x"       // x̂: poor for λ ≫ 0
	PredictEpsilon Parameterisation = "epsilon" // ε̂ (2.59): poor for λ ≪ 0
	PredictScore   Parameterisation = "score"   // ∇ log q(z) (2.43): poor for λ ≪ 0
)

// Validate refuses a name that is none of the four.
func (p Parameterisation) Validate() error {
	switch p {
	case PredictV, PredictX, PredictEpsilon, PredictScore:
		return nil
	}
	return fmt.Errorf("parameterisation %q: want v, x, epsilon or score", string(p))
}

// Denoiser returns the denoiser of a network whose output estimates the quantity p.
func (p Parameterisation) Denoiser(network func(z *g.Node, at Level, in Batch) *g.Node) Denoiser {
	return func(z *g.Node, at Level, in Batch) Prediction {
		return p.prediction(network(z, at, in), z, at)
	}
}

// prediction converts an output that estimates the quantity p into v̂.
func (p Parameterisation) prediction(output, z *g.Node, at Level) Prediction {
	alpha, sigma := at.AlphaSigma(z)
	var v *g.Node
	switch p {
	case PredictV:
		v = output
	case PredictX:
		v = g.Div(g.Sub(g.Mul(alpha, z), output), sigma)
	case PredictEpsilon:
		v = g.Div(g.Sub(output, g.Mul(sigma, z)), alpha)
	case PredictScore:
		v = g.Neg(g.Div(g.Mul(sigma, g.Add(output, z)), alpha))
	default:
		panic(p.Validate())
	}
	return Prediction{Z: z, At: at, V: v}
}
