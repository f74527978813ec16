package vdm

import (
	"fmt"

	g "github.com/gomlx/gomlx/core/graph"
)

// Denoiser is the one type that rules the library: what is known of x given z
// at log signal-to-noise ratio λ. z is [batch, frame, height, width, channel]
// and logSNR [batch], both float32. A network becomes one by its
// [Parameterisation]; conditioning turns one into another; the same network
// with averaged weights is one more.
type Denoiser func(z, logSNR *g.Node) Prediction

// Prediction holds what a denoiser says, as v̂, which is well conditioned at
// both ends of the schedule: at λ = 30 an ε̂ derived from x̂ would be pure
// rounding in float32, at λ = −30 an x̂ derived from ε̂.
type Prediction struct {
	Z      *g.Node // the noisy clip that was looked at, [batch, frame, height, width, channel]
	LogSNR *g.Node // λ, [batch]
	V      *g.Node // v̂, shaped as Z
}

// X returns the denoised estimate x̂ = α·z − σ·v̂ (2.62).
func (p Prediction) X() *g.Node {
	alpha, sigma := AlphaSigma(p.LogSNR, p.Z)
	return g.Sub(g.Mul(alpha, p.Z), g.Mul(sigma, p.V))
}

// Epsilon returns the estimated noise ε̂ = σ·z + α·v̂ (from 2.60 and A.25).
func (p Prediction) Epsilon() *g.Node {
	alpha, sigma := AlphaSigma(p.LogSNR, p.Z)
	return g.Add(g.Mul(sigma, p.Z), g.Mul(alpha, p.V))
}

// Score returns the estimated score ∇ log q(z) = −ε̂/σ, which is Tweedie's
// formula (2.66) with x̂ for the mean.
func (p Prediction) Score() *g.Node {
	_, sigma := AlphaSigma(p.LogSNR, p.Z)
	return g.Neg(g.Div(p.Epsilon(), sigma))
}

// AlphaSigma is the one place where α and σ are computed in the graph, in
// float32 from λ: √S(±λ), each to a relative error below 1e-6 for |λ| ≤ 60.
// They are shaped to multiply like.
//
// S is written out, as ONNX Runtime's own sigmoid is 0 below −18, and at −10 off
// by 2e-4.
func AlphaSigma(logSNR, like *g.Node) (alpha, sigma *g.Node) {
	dims := make([]int, like.Rank())
	for i := range dims {
		dims[i] = 1
	}
	dims[0] = logSNR.Shape().Dim(0)
	l := g.Reshape(logSNR, dims...)
	root := func(l *g.Node) *g.Node { return g.Sqrt(g.Reciprocal(g.OnePlus(g.Exp(g.Neg(l))))) }
	return root(l), root(g.Neg(l))
}

// Parameterisation says what a network's output estimates.
type Parameterisation string

// The four parameterisations. All are exact rewritings of each other (2.59–2.62,
// 2.66); they differ in which end of the schedule float32 serves well.
const (
	PredictV       Parameterisation = "v"       // v̂ (2.60): the default, well conditioned at both ends
	PredictX       Parameterisation = "x"       // x̂: poor for λ ≫ 0
	PredictEpsilon Parameterisation = "epsilon" // ε̂ (2.59): poor for λ ≪ 0
	PredictScore   Parameterisation = "score"   // ∇ log q(z) (2.43): poor for λ ≪ 0
)

// Validate refuses an unknown name.
func (p Parameterisation) Validate() error {
	switch p {
	case PredictV, PredictX, PredictEpsilon, PredictScore:
		return nil
	}
	return fmt.Errorf("parameterisation %q: want v, x, epsilon or score", string(p))
}

// Denoiser makes one of a network whose output is read as p says.
func (p Parameterisation) Denoiser(network func(z, logSNR *g.Node) *g.Node) Denoiser {
	return func(z, logSNR *g.Node) Prediction {
		return p.prediction(network(z, logSNR), z, logSNR)
	}
}

// prediction turns an output of kind p into v̂.
func (p Parameterisation) prediction(output, z, logSNR *g.Node) Prediction {
	alpha, sigma := AlphaSigma(logSNR, z)
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
	return Prediction{Z: z, LogSNR: logSNR, V: v}
}
