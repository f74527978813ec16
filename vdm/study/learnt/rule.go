package learnt

import (
	"strings"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// projected is Adam, after whose steps the weights of the transform that became negative
// are set to 0, so that it stays monotone. A projection, unlike a clamp in the function,
// lets a weight of 0 grow again.
type projected struct{ train.Adam }

// Update returns the point after a step of Adam and the projection.
func (p projected) Update(at train.Point) train.After {
	next := p.Adam.Update(at)
	next.Weights = g.Max(next.Weights, g.Const(next.Weights.Graph(), lowest(at.Variables)))
	return next
}

// bounded reports whether a variable is one that must not be negative.
func bounded(v weights.Variable) bool {
	return strings.HasPrefix(v.Name, "transform.") && v.Kind == weights.Matrix
}

// lowest returns the smallest value of each weight.
func lowest(variables []weights.Variable) (all []float32) {
	const none = -3e38
	for _, v := range variables {
		least := float32(none)
		if bounded(v) {
			least = 0
		}
		for range v.Size() {
			all = append(all, least)
		}
	}
	return all
}
