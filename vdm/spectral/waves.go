package spectral

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// waves returns the orthonormal DCT-II of clips over the given axes, in the shape of x,
// or its inverse.
func waves(x *g.Node, axes []int, inverse bool) *g.Node {
	for _, axis := range axes {
		matrix := verify.Cosines(x.Shape().Dim(axis))
		if inverse {
			matrix = transposed(matrix)
		}
		x = AlongAxis(x, axis, matrix)
	}
	return x
}

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

func transposed(m [][]float64) [][]float64 {
	t := make([][]float64, len(m[0]))
	for k := range t {
		for i := range m {
			t[k] = append(t[k], m[i][k])
		}
	}
	return t
}

// between returns the matrix, [in][out], that interpolates n values of waves, of k half
// periods across n places each, to the waves across m places.
func between(n, m int) [][]float64 {
	matrix := make([][]float64, n)
	for i := range matrix {
		matrix[i] = make([]float64, m)
	}
	for k := range m {
		at := math.Min(float64(k)*float64(n)/float64(m), float64(n-1))
		low := min(int(at), n-1)
		high := min(low+1, n-1)
		matrix[low][k] += 1 - (at - float64(low))
		matrix[high][k] += at - float64(low)
	}
	return matrix
}
