package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// Conditioned is d given that some cells of x are known.
//
//   - known: 1 where a cell is known and 0 elsewhere, shaped as z.
//   - xKnown: the known values, anything elsewhere.
//   - noise: standard normal noise, fresh at every step.
//   - weight: w_r, a scalar, or nil.
//
// Replacement: the known cells of z are a forward sample of x_a, drawn anew at
// every λ, whatever the sampler made of them (Song et al. 2021, Score-based
// generative modelling, appendix I.2; the correct form of what the
// dissertation's program did).
//
// With a weight, reconstruction guidance (Ho et al. 2022, Video Diffusion
// Models, equation 7) besides: the unknown cells' estimate is moved against the
// gradient of how badly the known ones are reconstructed,
//
//	x̂_b ← x̂_b − (w_r·α_t/2)·∇_{z_b} ‖x_a − x̂_a(z_t)‖²
//
// with the sum of squares of each sample by itself. w_r = 1 is the value that
// the formula's derivation gives; 0 is replacement.
func Conditioned(d Denoiser, known, xKnown, noise, weight *g.Node) Denoiser {
	return func(z, logSNR *g.Node) Prediction {
		alpha, sigma := alphaSigma(logSNR, z)
		forward := g.Add(g.Mul(alpha, xKnown), g.Mul(sigma, noise))
		z = g.Where(g.GreaterThan(known, g.ZerosLike(known)), forward, z)
		p := d(z, logSNR)
		if weight == nil {
			return p
		}
		err := g.Mul(known, g.Sub(xKnown, p.X()))
		grad := g.Gradient(g.ReduceAllSum(g.Mul(err, err)), z)[0]
		// In terms of v̂ = (α·z − x̂)/σ the shift of x̂ is divided by −σ. Multiplied
		// by σ again in X it is the same to rounding, for |λ| ≤ 60.
		shift := g.Mul(g.Mul(g.MulScalar(alpha, 0.5), weight), g.Mul(g.OneMinus(known), grad))
		p.V = g.Add(p.V, g.Div(shift, sigma))
		return p
	}
}
