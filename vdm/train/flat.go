package train

import (
	"fmt"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// All weights travel as one flat vector, in the order of the variables: a step of the
// optimiser is then twenty operators, not three thousand, and copying a state to the
// host one copy a vector.

// Views returns the nodes of the variables, each with its shape, of which a flat vector
// consists: in the variables' order.
func Views(variables []weights.Variable, flat *g.Node) []*g.Node {
	views, at := make([]*g.Node, len(variables)), 0
	for i, v := range variables {
		views[i] = g.Reshape(g.Slice(flat, g.AxisRange(at, at+v.Size())), v.Shape...)
		at += v.Size()
	}
	return views
}

// concatenated returns the flat vector of the nodes of the variables: the inverse of
// [Views].
func concatenated(views []*g.Node) *g.Node {
	flat := make([]*g.Node, len(views))
	for i, x := range views {
		flat[i] = g.Reshape(x, x.Shape().Size())
	}
	return g.Concatenate(flat, 0)
}

// Named returns the nodes by their variables' names.
func Named(variables []weights.Variable, nodes []*g.Node) map[string]*g.Node {
	named := map[string]*g.Node{}
	for i, v := range variables {
		named[v.Name] = nodes[i]
	}
	return named
}

// Join returns the flat vector of the values of all variables. A variable that is
// missing or of another size is an error.
func Join(variables []weights.Variable, values map[string][]float32) ([]float32, error) {
	var flat []float32
	for _, v := range variables {
		x, ok := values[v.Name]
		if !ok {
			return nil, fmt.Errorf("no value for the variable %s", v.Name)
		}
		if len(x) != v.Size() {
			return nil, fmt.Errorf("variable %s has %d values, want %d (shape %v)", v.Name, len(x), v.Size(), v.Shape)
		}
		flat = append(flat, x...)
	}
	return flat, nil
}

// Cut returns the values of all variables by name, the inverse of [Join]. The values
// share the vector's memory.
func Cut(variables []weights.Variable, flat []float32) map[string][]float32 {
	values := map[string][]float32{}
	for _, v := range variables {
		values[v.Name], flat = flat[:v.Size()], flat[v.Size():]
	}
	return values
}
