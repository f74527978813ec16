package spectral

import (
	"math"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// waves returns the orthonormal DCT-II of clips over the given axes, in the shape of x,
// or its inverse.
func waves(x *g.Node, axes []int, inverse bool) *g.Node {
	for _, axis := range axes {
		matrix := verify.Cosines(x.Shape().Dim(axis))
		if inverse {
			matrix = transposed(matrix)
		}
		x = engine.AlongAxis(x, axis, matrix)
	}
	return x
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
