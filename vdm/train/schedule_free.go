package train

import (
	g "github.com/gomlx/gomlx/core/graph"
)

// ScheduleFree is AdamW whose learning rate needs no decay (Defazio et al. 2024, "The
// road less scheduled", algorithm 1). A sequence z takes the steps, its average x is the
// result, and the gradient is taken at y = (1 − β₁)z + β₁x. Here y are the weights and x
// takes the place of their exponential average, whose decay is therefore not used. The
// learning rate should be constant after a warm-up.
type ScheduleFree RuleOptions

// States returns the name of the mean of the squared gradient; z follows from x and y.
func (s ScheduleFree) States() []string { return []string{"schedule_free_second"} }

// Scalars returns the correction of the mean of the squared gradient, and the weight of
// the step's z in the average, γₖ²/Σγᵢ² with the learning rates γ.
func (s ScheduleFree) Scalars(k int64, rate func(int64) float64) []float32 {
	sum := 0.0
	for i := range k {
		sum += rate(i) * rate(i)
	}
	weight := 1.0
	if sum > 0 {
		weight = rate(k-1) * rate(k-1) / sum
	}
	return []float32{correction(s.Beta2, k), float32(weight)}
}

// Update returns the weights y after the step, their average x and the mean of the squared
// gradient.
func (s ScheduleFree) Update(at Point) After {
	y, x := at.Weights, at.Average
	z := g.Add(y, g.MulScalar(g.Sub(y, x), s.Beta1/(1-s.Beta1)))
	second := mean(s.Beta2, at.States[0], g.Mul(at.Gradient, at.Gradient))
	direction := g.Div(at.Gradient, g.AddScalar(g.Sqrt(g.Div(second, at.Scalars[0])), s.Epsilon))
	z = g.Sub(z, g.Mul(at.Rate, RuleOptions(s).decayed(at, direction)))
	x = g.Add(x, g.Mul(at.Scalars[1], g.Sub(z, x)))
	return After{Weights: mean(s.Beta1, x, z), States: []*g.Node{second}, Average: x}
}
