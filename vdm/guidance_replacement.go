package vdm

import (
	"errors"

	g "github.com/gomlx/gomlx/core/graph"
)

// Replacement samples given cells by putting forward samples of what is known
// in its place in z (Song et al. 2021, Score-based generative modelling, appendix
// I.2). It takes one exact measurement whose rows are orthogonal: known cells or
// frames, means of blocks. It is biased for any number of steps, as the unknown
// cells learn of the known ones only through z.
type Replacement struct {
	// AsOriginal is what the dissertation's program did: after the step to s the
	// known part is drawn from q(z_s | z_t, x) with z_s standing where z_t belongs.
	// Without it the denoiser sees a forward sample from q(z_t | x), drawn anew at
	// every step, whatever the sampler made of it.
	AsOriginal bool
}

// Guide lets d see a forward sample of what is known.
func (r Replacement) Guide(d Denoiser, given *BoundObservation) Denoiser {
	if r.AsOriginal {
		return d
	}
	return func(z *g.Node, at Level, in Batch) Prediction {
		alpha, sigma := at.AlphaSigma(z)
		p := given.parts[0]
		noise := p.Of.Graph(given.Noise) // the noise of A·z has the covariance σ²AAᵀ
		forward := g.Add(g.Mul(alpha, p.Y), g.Mul(sigma, noise))
		return d(given.Replace(z, forward), at, in)
	}
}

// After is the step of the original program.
func (r Replacement) After(p Prediction, to Level, next *g.Node, given *BoundObservation) *g.Node {
	if !r.AsOriginal {
		return next
	}
	// NewTransition, in float32: the gain 1 − exp(λ_t − λ_s) loses digits where a
	// step is short, but as many as λ itself has lost there.
	alphaS, sigmaS := to.AlphaSigma(next)
	_, sigmaT := p.At.AlphaSigma(next)
	ratio := g.Exp(g.Reshape(g.Sub(p.At.LogSNR, to.LogSNR), alphaS.Shape().Dimensions...))
	gain := g.OneMinus(ratio)
	part := given.parts[0]
	mean := g.Add(
		g.Mul(g.Mul(g.Sqrt(ratio), g.Div(sigmaS, sigmaT)), part.Of.Graph(next)),
		g.Mul(g.Mul(alphaS, gain), part.Y),
	)
	noise := g.Mul(g.Mul(sigmaS, g.Sqrt(gain)), part.Of.Graph(given.Noise))
	return given.Replace(next, g.Add(mean, noise))
}

// Check asks for one exact measurement with orthogonal rows.
func (Replacement) Check(o Observation) error {
	if !o.Replaceable() {
		return errors.New("replacement takes one exact measurement whose rows are orthogonal, such as known cells or block means: use a guidance of another kind")
	}
	return nil
}

// DrawsNoise returns true.
func (Replacement) DrawsNoise() bool { return true }

// Validate has nothing to refuse.
func (Replacement) Validate() error { return nil }

func (r Replacement) String() string {
	if r.AsOriginal {
		return "replacement as in the original program"
	}
	return "replacement"
}
