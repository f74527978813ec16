package train

import (
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Rule is an update rule of an optimiser: how weights follow their gradient, without the
// schedule of the learning rate, clipping and accumulation, which are the same for all
// rules. Averaging is too, unless a rule returns an average of its own.
//
// A new rule is one file with a type that has these methods, and a line in the list of
// rules.go.
type Rule interface {
	// States names the vectors, each as long as the weights, that the rule carries from
	// step to step; they begin at zero. Snapshots use these names, so that they must not
	// change.
	States() []string

	// Scalars returns the numbers that enter step k, counted from 1, where rate is the
	// learning rate after the given number of steps. Their count is the same for every step.
	Scalars(k int64, rate func(step int64) float64) []float32

	// Update returns the weights and the states after the step. Like all graph functions
	// it panics on a wrong shape.
	Update(at Point) After
}

// Point is the input of a rule at one step, inside a graph. [Views] cuts a vector into
// the variables, whose kinds say which of them are matrices.
type Point struct {
	Variables []weights.Variable
	Weights   *g.Node   // [weight]
	Average   *g.Node   // of the weights, [weight]; before the first step the weights themselves
	Gradient  *g.Node   // [weight]; the mean over the batch, clipped
	Rate      *g.Node   // the learning rate, a scalar
	States    []*g.Node // in the order of the rule's States, each [weight]
	Scalars   []*g.Node // in the order of the rule's Scalars
}

// After is the output of a rule at one step.
type After struct {
	Weights *g.Node   // [weight]
	States  []*g.Node // in the order of the rule's States, each [weight]
	Average *g.Node   // of the weights, [weight]; nil for the exponential moving average
}

// along returns the weights less the learning rate times a direction, each [weight].
func (at Point) along(direction *g.Node) *g.Node {
	return g.Sub(at.Weights, g.Mul(at.Rate, direction))
}

// RuleOptions contains the settings of all update rules. Each rule uses the settings
// that it has.
type RuleOptions struct {
	Beta1       float64 // decay of the mean of the gradient, in [0, 1)
	Beta2       float64 // decay of the mean of the squared gradient, in [0, 1)
	Epsilon     float64 // added to the root of that mean
	WeightDecay float64 // share of the matrices that a step takes off, over the learning rate; at least 0
}
