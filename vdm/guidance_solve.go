package vdm

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// covarianceSolver solves S·u = e for each sample of a batch, with
//
//	S = A·Σ·Aᵀ + R
//
// the covariance of y − A·x̂ where x has the covariance Σ given z. All of it is
// measured in units of r², the variance of x given z of white data (see
// [PseudoInverse]), so that its numbers are of order 1 at every noise level: Σ
// stands for Σ/r² and R for R/r².
//
// It takes conjugate gradients (Hestenes and Stiefel 1952) preconditioned by the
// diagonal of A·Aᵀ + R, unrolled into the graph. What is wanted is Σ·Aᵀ·u, which
// adds up on the way at no cost.
type covarianceSolver struct {
	given    *Given
	noise    Values // the diagonal of R
	diagonal Values // of A·Aᵀ + R, 1 where nothing was observed
}

// newCovarianceSolver takes r², [batch, 1, 1, 1, 1].
func newCovarianceSolver(given *Given, r2 *g.Node) covarianceSolver {
	s := covarianceSolver{given: given}
	for _, p := range given.parts {
		noise := g.Div(p.variance, r2)
		s.noise = append(s.noise, noise)
		s.diagonal = append(s.diagonal, g.Add(g.Mul(p.seen, g.Add(p.squares(), noise)), g.OneMinus(p.seen)))
	}
	return s
}

// settled is the share of the first squared residual at which a sample is done:
// float32 has no more to give.
const settled = 1e-12

// solve returns Σ·Aᵀ·u after so many iterations; spread is what takes an x to
// Σ·x. A sample whose residual has vanished, or along whose direction S is not
// positive (as Σ of a trained network may not be), stays as it is from there on.
func (s covarianceSolver) solve(e Values, iterations int, spread func(x *g.Node) *g.Node) *g.Node {
	one := func(x *g.Node, ok *g.Node) *g.Node { return g.Where(ok, x, g.OnesLike(x)) }
	scaled := s.each(e, g.Div, s.diagonal)
	direction := scaled
	size := e.Dot(scaled)
	enough := g.MulScalar(size, settled)
	going := positive(size)
	var sum *g.Node
	for i := range iterations {
		moved := spread(s.given.Adjoint(direction))
		image := s.each(s.given.Apply(moved), g.Add, s.each(s.noise, g.Mul, direction))
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
		e = s.each(e, g.Sub, scale(length, image))
		scaled = s.each(e, g.Div, s.diagonal)
		next := e.Dot(scaled)
		going = g.LogicalAnd(going, g.GreaterThan(next, enough))
		share := zeroUnless(going, g.Div(next, one(size, going)))
		direction = s.each(scaled, g.Add, scale(share, direction))
		size = next
	}
	return sum
}

func (s covarianceSolver) each(a Values, f func(a, b *g.Node) *g.Node, b Values) Values {
	out := make(Values, len(a))
	for i := range a {
		out[i] = f(a[i], b[i])
	}
	return out
}

func scale(by *g.Node, v Values) Values {
	out := make(Values, len(v))
	for i := range v {
		out[i] = g.Mul(by, v[i])
	}
	return out
}

// positive marks what is above 0; NaN is not.
func positive(x *g.Node) *g.Node { return g.GreaterThan(x, g.ZerosLike(x)) }

func zeroUnless(ok, x *g.Node) *g.Node { return g.Where(ok, x, g.ZerosLike(x)) }
