package train

import (
	"math"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Adam divides a mean of the gradient by the root of a mean of its square, each
// corrected for its start at zero (Kingma and Ba 2015, algorithm 1).
type Adam RuleOptions

// States returns the names of the first and the second moment.
func (a Adam) States() []string { return []string{"adam_first", "adam_second"} }

// Scalars returns the corrections of the two moments, 1 − βᵏ.
func (a Adam) Scalars(k int64, _ func(int64) float64) []float32 {
	return []float32{correction(a.Beta1, k), correction(a.Beta2, k)}
}

// correction returns 1 − βᵏ, which a mean of k values has instead of 1 as the sum of its
// weights.
func correction(beta float64, k int64) float32 { return float32(1 - math.Pow(beta, float64(k))) }

// Update returns the weights after a step against m̂/(√v̂ + ε), and the new moments m and v.
func (a Adam) Update(at Point) After {
	direction, states := RuleOptions(a).adam(at)
	return After{Weights: at.along(direction), States: states}
}

// adam returns the direction m̂/(√v̂ + ε) and the new moments m and v.
func (o RuleOptions) adam(at Point) (direction *g.Node, states []*g.Node) {
	first := mean(o.Beta1, at.States[0], at.Gradient)
	second := mean(o.Beta2, at.States[1], g.Mul(at.Gradient, at.Gradient))
	direction = g.Div(g.Div(first, at.Scalars[0]), g.AddScalar(g.Sqrt(g.Div(second, at.Scalars[1])), o.Epsilon))
	return direction, []*g.Node{first, second}
}

// mean returns βm + (1 − β)x: a mean m over steps with one value x more.
func mean(beta float64, m, x *g.Node) *g.Node {
	return g.Add(g.MulScalar(m, beta), g.MulScalar(x, 1-beta))
}

// AdamW is Adam with weight decay that the moments do not see: matrices shrink by the
// learning rate times the decay (Loshchilov and Hutter 2019, algorithm 2). Gains, biases
// and what is fixed do not.
type AdamW RuleOptions

// States returns the names of the states of [Adam], which are those of AdamW too.
func (a AdamW) States() []string { return Adam(a).States() }

// Scalars returns the corrections of the two moments, as with [Adam].
func (a AdamW) Scalars(k int64, rate func(int64) float64) []float32 { return Adam(a).Scalars(k, rate) }

// Update returns the weights w after a step against m̂/(√v̂ + ε) + decay·w, and the new
// moments m and v.
func (a AdamW) Update(at Point) After {
	direction, states := RuleOptions(a).adam(at)
	return After{Weights: at.along(RuleOptions(a).decayed(at, direction)), States: states}
}

// decayed returns a direction with the decay of the matrices.
func (o RuleOptions) decayed(at Point, direction *g.Node) *g.Node {
	if o.WeightDecay == 0 {
		return direction
	}
	parts := Views(at.Variables, at.Weights)
	for i, v := range at.Variables {
		if v.Kind != weights.Matrix {
			parts[i] = g.ZerosLike(parts[i])
		}
	}
	return g.Add(direction, g.MulScalar(concatenated(parts), o.WeightDecay))
}
