package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// settled is the share of the first squared residual at which a sample is finished:
// float32 cannot resolve less.
const settled = 1e-12

// Solve returns Σ·Aᵀ·u, shaped as x, for each sample of a batch, where u solves
//
//	S·u = e,  S = A·Σ·Aᵀ + R
//
// and S is the covariance of y − A·x̂ where x has the covariance Σ given z. All of it is
// measured in units of r², the variance of x given z of white data (see
// [Prediction.WhiteVariance]), so that its numbers are of order 1 at every noise level:
// Σ stands for Σ/r² and R for R/r².
//
//   - e: a misfit, as [BoundObservation.Misfit] returns it.
//   - r2: r², [batch, 1, 1, 1, 1].
//   - iterations: how many are unrolled into the graph.
//   - spread: returns Σ·x for an x shaped as a batch of clips.
//
// The method is conjugate gradients (Hestenes and Stiefel 1952) preconditioned by the
// diagonal of A·Aᵀ + R. The u of a sample stays as it is once its residual has vanished,
// or where S is not positive along its direction, which can happen with Σ of a trained
// network.
func (o *BoundObservation) Solve(e Values, r2 *g.Node, iterations int, spread func(x *g.Node) *g.Node) *g.Node {
	var noise, diagonal Values // R, and the diagonal of A·Aᵀ + R, 1 where nothing was observed
	for _, p := range o.parts {
		own := g.Div(p.Variance, r2)
		noise = append(noise, own)
		diagonal = append(diagonal, g.Add(g.Mul(p.Seen, g.Add(p.squares(), own)), g.OneMinus(p.Seen)))
	}
	one := func(x *g.Node, ok *g.Node) *g.Node { return g.Where(ok, x, g.OnesLike(x)) }
	scaled := e.with(g.Div, diagonal)
	direction := scaled
	size := e.Dot(scaled)
	enough := g.MulScalar(size, settled)
	going := positive(size)
	var sum *g.Node
	for i := range iterations {
		moved := spread(o.Adjoint(direction))
		image := o.Apply(moved).with(g.Add, noise.with(g.Mul, direction))
		curvature := direction.Dot(image)
		going = g.LogicalAnd(going, positive(curvature))
		length := zeroUnless(going, g.Div(size, one(curvature, going)))
		step := g.Mul(length, moved)
		if sum == nil {
			sum = step
		} else {
			sum = g.Add(sum, step)
		}
		if i == iterations-1 {
			break
		}
		e = e.with(g.Sub, image.times(length))
		scaled = e.with(g.Div, diagonal)
		next := e.Dot(scaled)
		going = g.LogicalAnd(going, g.GreaterThan(next, enough))
		share := zeroUnless(going, g.Div(next, one(size, going)))
		direction = scaled.with(g.Add, direction.times(share))
		size = next
	}
	return sum
}

// with returns f of the nodes of v and w, measurement by measurement.
func (v Values) with(f func(a, b *g.Node) *g.Node, w Values) Values {
	out := make(Values, len(v))
	for i := range v {
		out[i] = f(v[i], w[i])
	}
	return out
}

func (v Values) times(factor *g.Node) Values {
	out := make(Values, len(v))
	for i := range v {
		out[i] = g.Mul(factor, v[i])
	}
	return out
}

// positive returns 1 where x is above 0, else 0, also where x is NaN.
func positive(x *g.Node) *g.Node { return g.GreaterThan(x, g.ZerosLike(x)) }

func zeroUnless(ok, x *g.Node) *g.Node { return g.Where(ok, x, g.ZerosLike(x)) }
