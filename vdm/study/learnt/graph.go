package learnt

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// These are the names of the transform's variables, in the order of the weights of
// transform.Learnt.
var names = []string{"transform.1.weight", "transform.1.bias", "transform.2.weight", "transform.2.bias", "transform.3.weight", "transform.3.bias"}

// variables lists the variables of the transform with a number of hidden units. Their
// initial values are PyTorch's own, as those of the dissertation's program were.
func variables(hidden int) []weights.Variable {
	one := func(name string, kind weights.Kind, fanIn int, shape ...int) weights.Variable {
		return weights.Variable{Name: name, Shape: shape, Kind: kind, Init: weights.FanIn(fanIn)}
	}
	return []weights.Variable{
		one(names[0], weights.Matrix, 1, 1, hidden), one(names[1], weights.Bias, 1, hidden),
		one(names[2], weights.Matrix, hidden, hidden, hidden), one(names[3], weights.Bias, hidden, hidden),
		one(names[4], weights.Matrix, hidden, hidden, 1), one(names[5], weights.Bias, hidden, 1),
	}
}

// function is the transform as a part of a graph.
type function struct {
	w            map[string]*g.Node
	slope, most  float64
	endsConstant bool
}

// at returns g(u) and dg/du of a column of inputs, both [value, 1]. The derivative is
// written out, so that the gradient of a loss that contains it needs no second
// derivative of the framework.
func (f function) at(u *g.Node) (value, derivative *g.Node) {
	layer := func(x, dx *g.Node, i int) (y, dy *g.Node) {
		w, b := f.w[names[2*i]], f.w[names[2*i+1]]
		y = g.Tanh(g.Add(g.MatMul(x, w), g.Reshape(b, 1, b.Shape().Size())))
		// An engine's tanh may round to just above 1, and the slope to just below 0.
		return y, g.Mul(g.MaxScalar(g.OneMinus(g.Square(y)), 0), g.MatMul(dx, w))
	}
	y, dy := u, g.OnesLike(u)
	for i := range 3 {
		y, dy = layer(y, dy, i)
	}
	return g.Add(y, g.MulScalar(u, f.slope)), g.AddScalar(dy, f.slope)
}

// apply returns y and ln dy/dx of rain x ≥ 0, both shaped as x. With constant ends the
// gradient does not see that g(0) and g(2) depend on the weights.
func (f function) apply(x *g.Node) (y, logDerivative *g.Node) {
	u := g.MulScalar(g.Reshape(x, x.Shape().Size(), 1), 2/f.most)
	value, derivative := f.at(u)
	ends, _ := f.at(g.Const(x.Graph(), [][]float32{{0}, {2}}))
	if f.endsConstant {
		ends = g.StopGradient(ends)
	}
	// Products with constants pick the ends: the gradient of a slice needs Pad, which not
	// every engine has.
	low := g.MatMul(g.Const(x.Graph(), [][]float32{{1, 0}}), ends)
	width := g.MatMul(g.Const(x.Graph(), [][]float32{{-1, 1}}), ends)
	y = g.AddScalar(g.MulScalar(g.Div(g.Sub(value, low), width), 2), -1)
	logDerivative = g.AddScalar(g.Log(g.Div(derivative, width)), math.Log(4/f.most)) // dy/dx = g′·(2/width)·(2/max)
	like := x.Shape().Dimensions
	return g.Reshape(y, like...), g.Reshape(logDerivative, like...)
}

// step returns the transform with the values of its variables, as a step of a chain.
func step(values map[string][]float32, slope, most float64) (transform.Spec, error) {
	s := transform.Step{Kind: transform.KindLearnt, Max: &most, Slope: &slope}
	for _, name := range names {
		for _, v := range values[name] {
			s.Weights = append(s.Weights, float64(v))
		}
	}
	spec := transform.Spec{Steps: []transform.Step{s}}
	if err := spec.Validate(); err != nil {
		return transform.Spec{}, fmt.Errorf("what was trained is no transform: %w", err)
	}
	return spec, nil
}
