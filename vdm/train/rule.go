package train

import (
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Rule is how weights follow their gradient: what one calls an optimiser, without the
// learning rate, clipping, accumulation and averaging, which are the same for all.
//
// A new rule is one file with a type that has these methods, and a line in the list of
// rules.go.
type Rule interface {
	// States names the vectors, each as long as the weights, that the rule carries from
	// step to step; they begin at zero. Snapshots have these names, so that they must
	// not change.
	States() []string

	// Scalars returns the numbers that enter step k, counted from 1. Their count is the
	// same for every step.
	Scalars(k int64) []float32

	// Update returns the direction of the step, [weight], and the states after it: the
	// weights move by the learning rate times the direction, against it. Like all graph
	// functions it panics on a wrong shape.
	Update(at Point) (direction *g.Node, states []*g.Node)
}

// Point is what a rule sees of a step, inside a graph. [Views] cuts a vector into the
// variables, whose kinds say which of them are matrices.
type Point struct {
	Variables         []weights.Variable
	Weights, Gradient *g.Node   // [weight]; the gradient is the mean over the batch, clipped
	States            []*g.Node // by the rule's States, each [weight]
	Scalars           []*g.Node // by the rule's Scalars
}

// RuleOptions are the settings of update rules. A rule uses those that it has.
type RuleOptions struct {
	Beta1   float64 // decay of the mean of the gradient, in [0, 1)
	Beta2   float64 // decay of the mean of its square, in [0, 1)
	Epsilon float64 // added to the root of that mean
}
