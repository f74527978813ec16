package train

import (
	"math"

	g "github.com/gomlx/gomlx/core/graph"
)

// Adam divides a mean of the gradient by the root of a mean of its square, each
// corrected for its start at zero (Kingma and Ba 2015, algorithm 1).
type Adam RuleOptions

// States returns the names of the first and the second moment.
func (a Adam) States() []string { return []string{"adam_first", "adam_second"} }

// Scalars returns the corrections of the two moments, 1 − βᵏ.
func (a Adam) Scalars(k int64) []float32 {
	return []float32{float32(1 - math.Pow(a.Beta1, float64(k))), float32(1 - math.Pow(a.Beta2, float64(k)))}
}

// Update returns the direction m̂/(√v̂ + ε) and the new moments m and v, each [weight].
func (a Adam) Update(at Point) (direction *g.Node, states []*g.Node) {
	first := g.Add(g.MulScalar(at.States[0], a.Beta1), g.MulScalar(at.Gradient, 1-a.Beta1))
	second := g.Add(g.MulScalar(at.States[1], a.Beta2), g.MulScalar(g.Mul(at.Gradient, at.Gradient), 1-a.Beta2))
	direction = g.Div(g.Div(first, at.Scalars[0]), g.AddScalar(g.Sqrt(g.Div(second, at.Scalars[1])), a.Epsilon))
	return direction, []*g.Node{first, second}
}
