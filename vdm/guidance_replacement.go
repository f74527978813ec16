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
func (r Replacement) Guide(d Denoiser, given *Given) Denoiser {
	if r.AsOriginal {
		return d
	}
	return func(z, logSNR *g.Node) Prediction {
		alpha, sigma := AlphaSigma(logSNR, z)
		p := given.parts[0]
		noise := p.a.Graph(given.Noise) // the noise of A·z has the covariance σ²AAᵀ
		forward := g.Add(g.Mul(alpha, p.y), g.Mul(sigma, noise))
		return d(given.Replace(z, forward), logSNR)
	}
}

// After is the step of the original program.
func (r Replacement) After(p Prediction, logSNRS, next *g.Node, given *Given) *g.Node {
	if !r.AsOriginal {
		return next
	}
	// NewTransition, in float32: the gain 1 − exp(λ_t − λ_s) loses digits where a
	// step is short, but as many as λ itself has lost there.
	alphaS, sigmaS := AlphaSigma(logSNRS, next)
	_, sigmaT := AlphaSigma(p.LogSNR, next)
	ratio := g.Exp(g.Reshape(g.Sub(p.LogSNR, logSNRS), alphaS.Shape().Dimensions...))
	gain := g.OneMinus(ratio)
	part := given.parts[0]
	mean := g.Add(
		g.Mul(g.Mul(g.Sqrt(ratio), g.Div(sigmaS, sigmaT)), part.a.Graph(next)),
		g.Mul(g.Mul(alphaS, gain), part.y),
	)
	noise := g.Mul(g.Mul(sigmaS, g.Sqrt(gain)), part.a.Graph(given.Noise))
	return given.Replace(next, g.Add(mean, noise))
}

// Check asks for one exact measurement with orthogonal rows.
func (Replacement) Check(replaceable bool) error {
	if !replaceable {
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
