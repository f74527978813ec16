package train

import (
	"math"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Muon moves each matrix along the nearest matrix with orthonormal rows, or columns, to
// the mean of its gradient, so that all of its directions learn equally (Jordan et al.
// 2024, "Muon: an optimizer for hidden layers in neural networks"). A kernel of a
// convolution is the matrix of its first axis by all others. All other variables, and
// matrices of one row or column, which have one direction only, move as with [Adam].
//
// The move of an n × m matrix is multiplied by 0.2·√max(n, m): the root mean square of
// its entries is then near 0.2, as with Adam, whose learning rates and weight decay thus
// serve for both (Liu et al. 2025, "Muon is scalable for LLM training", equation 4).
type Muon RuleOptions

// muonSize is the ratio of the root mean square of the entries of a matrix's move to the
// learning rate.
const muonSize = 0.2

// States returns the names of the mean of the gradient and of the mean of its square, which
// the matrices do not need.
func (m Muon) States() []string { return []string{"muon_first", "muon_second"} }

// Scalars returns the corrections of the two means, as with [Adam].
func (m Muon) Scalars(k int64, rate func(int64) float64) []float32 { return Adam(m).Scalars(k, rate) }

// Update returns the weights after the step and the two means.
func (m Muon) Update(at Point) After {
	direction, states := RuleOptions(m).adam(at)
	// The mean is updated with the gradient of this step once more, after Nesterov.
	ahead := Views(at.Variables, mean(m.Beta1, states[0], at.Gradient))
	parts := Views(at.Variables, direction)
	alike := map[[2]int][]int{} // variables by the shape of their matrices, the long side last
	var shapes [][2]int         // in the order of the variables, so that the graph is the same every time
	for i, v := range at.Variables {
		rows, columns := sides(v)
		if v.Kind != weights.Matrix || min(rows, columns) < 2 {
			continue
		}
		shape := [2]int{min(rows, columns), max(rows, columns)}
		if alike[shape] == nil {
			shapes = append(shapes, shape)
		}
		alike[shape] = append(alike[shape], i)
	}
	for _, shape := range shapes {
		var stack []*g.Node
		for _, i := range alike[shape] {
			rows, columns := sides(at.Variables[i])
			x := g.Reshape(ahead[i], rows, columns)
			if rows > columns {
				x = g.Transpose(x, 0, 1)
			}
			stack = append(stack, g.Reshape(x, 1, shape[0], shape[1]))
		}
		all := g.MulScalar(orthogonalised(g.Concatenate(stack, 0)), muonSize*math.Sqrt(float64(shape[1])))
		for j, i := range alike[shape] {
			x := g.Reshape(g.Slice(all, g.AxisElem(j)), shape[0], shape[1])
			if rows, columns := sides(at.Variables[i]); rows > columns {
				x = g.Transpose(x, 0, 1)
			}
			parts[i] = x
		}
	}
	return After{Weights: at.along(RuleOptions(m).decayed(at, concatenated(parts))), States: states}
}

// sides returns the rows and columns of a variable as a matrix.
func sides(v weights.Variable) (rows, columns int) {
	if len(v.Shape) == 0 {
		return 1, 1
	}
	return v.Shape[0], v.Size() / max(1, v.Shape[0])
}

// The iteration X ← aX + (bA + cA²)X with A = XXᵀ moves every singular value in (0, 1]
// close to 1, between 0.68 and 1.14 within five steps from 0.01 on, which is faster than
// convergence to 1 itself: Jordan et al. 2024.
const (
	newtonSteps = 5
	newtonA     = 3.4445
	newtonB     = -4.7750
	newtonC     = 2.0315
)

// orthogonalised returns for each matrix of x, [matrix, row, column] with no more rows
// than columns, approximately the product of its singular vectors UVᵀ; 0 for 0.
func orthogonalised(x *g.Node) *g.Node {
	size := g.Sqrt(g.ReduceAndKeep(g.Mul(x, x), g.ReduceSum, 1, 2))
	x = g.Div(x, g.AddScalar(size, 1e-20))
	for range newtonSteps {
		a := g.Dot(x, x).General([]int{2}, []int{0}, []int{2}, []int{0})
		aa := g.Dot(a, a).General([]int{2}, []int{0}, []int{1}, []int{0})
		p := g.Add(g.MulScalar(a, newtonB), g.MulScalar(aa, newtonC))
		x = g.Add(g.MulScalar(x, newtonA), g.Dot(p, x).General([]int{2}, []int{0}, []int{1}, []int{0}))
	}
	return x
}
