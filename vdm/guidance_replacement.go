package vdm

import (
	"errors"

	g "github.com/gomlx/gomlx/core/graph"
)

// Replacement samples given known cells by replacing the known part of z with forward
// samples of the known values (Song et al. 2021, Score-based generative modelling,
// appendix I.2). It takes one exact measurement whose rows are orthogonal: known cells
// or frames, means of blocks. It is biased for any number of steps, because the known
// cells influence the unknown ones only through z.
type Replacement struct {
	// AsOriginal repeats the dissertation's program: after the step to s the known part
	// is drawn from q(z_s | z_t, x) with z_s in the place of z_t. Without it the
	// denoiser receives a forward sample from q(z_t | x) that is drawn again at every
	// step, whatever the sampler made of z.
	AsOriginal bool
}

// Guide returns d with the known part of its input replaced by a forward sample.
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

// After returns next, or with AsOriginal next with the known part drawn as the original
// program did.
func (r Replacement) After(p Prediction, to Level, next *g.Node, given *BoundObservation) *g.Node {
	if !r.AsOriginal {
		return next
	}
	// This is NewTransition in float32. The gain 1 − exp(λ_t − λ_s) loses digits where a
	// step is short, but no more than λ itself has lost there.
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

// Check refuses anything but one exact measurement with orthogonal rows.
func (Replacement) Check(o Observation) error {
	if !o.Replaceable() {
		return errors.New("replacement takes one exact measurement whose rows are orthogonal, such as known cells or block means: use a guidance of another kind")
	}
	return nil
}

// DrawsNoise returns true: each step draws a new forward sample.
func (Replacement) DrawsNoise() bool { return true }

// Validate returns nil: every value of Replacement is valid.
func (Replacement) Validate() error { return nil }

func (r Replacement) String() string {
	if r.AsOriginal {
		return "replacement as in the original program"
	}
	return "replacement"
}
