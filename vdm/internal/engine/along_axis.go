package engine

import (
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// AlongAxis returns x, [batch, frame, height, width, channel], multiplied along one of the
// axes 1 to 3 by a matrix, [in][out]. A product along
// the last axis is the one that every engine computes correctly and fast.
func AlongAxis(x *g.Node, axis int, matrix [][]float64) *g.Node {
	var flat []float32
	for _, row := range matrix {
		for _, v := range row {
			flat = append(flat, float32(v))
		}
	}
	m := g.ConstTensor(x.Graph(), tensors.FromFlatDataAndDimensions(flat, len(matrix), len(matrix[0])))
	order := []int{0, 1, 2, 3, 4}
	order[axis], order[4] = 4, axis
	x = g.TransposeAllAxes(x, order...)
	x = g.Einsum("bfhwn,nk->bfhwk", x, m)
	return g.TransposeAllAxes(x, order...)
}
