package train

import (
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Rule is an update rule of an optimiser: how weights follow their gradient, without the
// learning rate, clipping, accumulation and averaging, which are the same for all rules.
//
// A new rule is one file with a type that has these methods, and a line in the list of
// rules.go.
type Rule interface {
	// States names the vectors, each as long as the weights, that the rule carries from
	// step to step; they begin at zero. Snapshots use these names, so that they must not
	// change.
	States() []string

	// Scalars returns the numbers that enter step k, counted from 1. Their count is the
	// same for every step.
	Scalars(k int64) []float32

	// Update returns the direction of the step, [weight], and the new states: the
	// weights change by minus the learning rate times the direction. Like all graph
	// functions it panics on a wrong shape.
	Update(at Point) (direction *g.Node, states []*g.Node)
}

// Point is the input of a rule at one step, inside a graph. [Views] cuts a vector into
// the variables, whose kinds say which of them are matrices.
type Point struct {
	Variables         []weights.Variable
	Weights, Gradient *g.Node   // [weight]; the gradient is the mean over the batch, clipped
	States            []*g.Node // in the order of the rule's States, each [weight]
	Scalars           []*g.Node // in the order of the rule's Scalars
}

// RuleOptions contains the settings of all update rules. Each rule uses the settings
// that it has.
type RuleOptions struct {
	Beta1   float64 // decay of the mean of the gradient, in [0, 1)
	Beta2   float64 // decay of the mean of the squared gradient, in [0, 1)
	Epsilon float64 // added to the root of that mean
}
