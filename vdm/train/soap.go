package train

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// SOAP takes the steps of [AdamW] in the basis of the eigenvectors of each matrix's second
// moments, in which the directions of its gradient are uncorrelated (Vyas et al. 2024,
// "SOAP: improving and stabilizing Shampoo using Adam", algorithm 3). With G the gradient
// of an n × m matrix, the bases are those of the means of GGᵀ and of GᵀG. A kernel of a
// convolution has a basis on each of its two axes of channels. All other variables, and
// matrices without a basis, move as with AdamW.
//
// An axis has no basis, which is the paper's one-sided variant, where it is longer than 256
// or the means do not fit into as many numbers as the variable has: so of a matrix the
// shorter axis alone has one, and of nearly every kernel of 3 × 3 both.
//
// The bases are updated on the host ([Refresher]), as engines cannot factorise matrices. In
// the first step a matrix has none yet and rests, as in the authors' program.
type SOAP RuleOptions

// soapLongest is the length of the longest axis that has a basis.
const soapLongest = 256

// States returns the names of the mean of the gradient, of the mean of its square in the
// bases, of the second moments, and of the bases. Of the last two, each matrix has those of
// its first axis, then those of its second, then zeros.
func (s SOAP) States() []string {
	return []string{"soap_first", "soap_second", "soap_moments", "soap_bases"}
}

// Scalars returns the corrections of the two means, as with [Adam], and the correction of
// the second where it began with step 2.
func (s SOAP) Scalars(k int64, rate func(int64) float64) []float32 {
	return append(Adam(s).Scalars(k, rate), correction(s.Beta2, max(1, k-1)))
}

// Update returns the weights after the step and the states, in which the bases are the old
// ones. Most of its operators take the time of being called: so all vectors are cut into
// variables together.
func (s SOAP) Update(at Point) After {
	direction, adam := RuleOptions(s).adam(at)
	in := cutRows(at.Variables, at.Gradient, adam[0], at.States[1], at.States[2], at.States[3])
	out := cutRows(at.Variables, direction, adam[1], at.States[2])
	for _, alike := range alikeInSOAP(at.Variables) {
		var some []*g.Node
		for _, i := range alike {
			some = append(some, g.ExpandAxes(in[i], 1))
		}
		stack := g.Concatenate(some, 1)
		after := s.step(at, soapAxes(at.Variables[alike[0]]), func(row int) *g.Node { return g.Slice(stack, g.AxisElem(row)) })
		for j, i := range alike {
			out[i] = g.Reshape(g.Slice(after, g.AxisRange(), g.AxisElem(j)), 3, at.Variables[i].Size())
		}
	}
	all := g.Concatenate(out, 1)
	row := func(i int) *g.Node { return g.Reshape(g.Slice(all, g.AxisElem(i)), at.Weights.Shape().Size()) }
	return After{
		Weights: at.along(RuleOptions(s).decayed(at, row(0))),
		// A copy of the bases: ONNX Runtime must not return an input as it came.
		States: []*g.Node{adam[0], row(1), row(2), g.AddScalar(at.States[3], 0)},
	}
}

// step returns the directions, the means of the squared gradient in the bases and the second
// moments of variables of the same axes, [of these three, variable, number]. The rows are the
// gradients, their means, and the old squares, second moments and bases, [1, variable, number].
func (s SOAP) step(at Point, a axes, row func(int) *g.Node) *g.Node {
	gradient, q, moments := a.shaped(row(0)), a.matrices(row(4)), a.matrices(row(3))
	turned := a.turned(gradient, q, 1)
	second := mean(s.Beta2, a.shaped(row(2)), g.Mul(turned, turned))
	step := g.Div(g.Div(a.turned(a.shaped(row(1)), q, 1), at.Scalars[0]), g.AddScalar(g.Sqrt(g.Div(second, at.Scalars[2])), s.Epsilon))

	count := gradient.Shape().Dimensions[0]
	size := a.length[0] * a.length[1] * a.length[2]
	var parts []*g.Node
	room := size
	for axis, m := range moments {
		if m != nil {
			x := a.along(gradient, axis)
			m = mean(s.Beta2, m, g.Dot(x, x).General([]int{2}, []int{0}, []int{2}, []int{0}))
			n := a.length[axis] * a.length[axis]
			parts = append(parts, g.Reshape(m, 1, count, n))
			room -= n
		}
	}
	if room > 0 {
		parts = append(parts, g.Zeros(step.Graph(), shapes.Make(dtypes.Float32, 1, count, room)))
	}
	return g.Concatenate([]*g.Node{
		g.Reshape(a.turned(step, q, 2), 1, count, size), g.Reshape(second, 1, count, size), g.Concatenate(parts, 2),
	}, 0)
}

// cutRows returns the parts of all vectors, [vector, number], that belong to each variable.
func cutRows(variables []weights.Variable, vectors ...*g.Node) (parts []*g.Node) {
	var rows []*g.Node
	for _, x := range vectors {
		rows = append(rows, g.ExpandAxes(x, 0))
	}
	all, from := g.Concatenate(rows, 0), 0
	for _, v := range variables {
		parts = append(parts, g.Slice(all, g.AxisRange(), g.AxisRange(from, from+v.Size())))
		from += v.Size()
	}
	return parts
}

// axes describes a matrix or the kernel of a convolution: the lengths of its first two axes
// and of all others together, and of the first two which have a basis.
type axes struct {
	length [3]int
	based  [2]bool
}

// soapAxes returns the axes of a variable; without a basis where SOAP is Adam.
func soapAxes(v weights.Variable) (a axes) {
	a.length = [3]int{1, 1, 1}
	for i, n := range v.Shape {
		a.length[min(i, 2)] *= n
	}
	if v.Kind != weights.Matrix {
		return a
	}
	short, long := 0, 1
	if a.length[1] < a.length[0] {
		short, long = 1, 0
	}
	room := v.Size()
	for _, axis := range []int{short, long} {
		if n := a.length[axis]; n > 1 && n <= soapLongest && n*n <= room {
			a.based[axis] = true
			room -= n * n
		}
	}
	return a
}

// alikeInSOAP returns the numbers of the variables that have a basis, those of the same
// axes together, in an order that is the same every time.
func alikeInSOAP(variables []weights.Variable) (all [][]int) {
	place := map[axes]int{}
	for i, v := range variables {
		a := soapAxes(v)
		if a.based == [2]bool{} {
			continue
		}
		if _, known := place[a]; !known {
			place[a] = len(all)
			all = append(all, nil)
		}
		all[place[a]] = append(all[place[a]], i)
	}
	return all
}

// shaped returns a row with the axes of its variables: [variable, first axis, second, others].
func (a axes) shaped(row *g.Node) *g.Node {
	return g.Reshape(row, row.Shape().Dimensions[1], a.length[0], a.length[1], a.length[2])
}

// matrices returns the matrices of the first axis and of the second that a row contains,
// [variable, row, column]; nil for an axis without a basis.
func (a axes) matrices(row *g.Node) (squares [2]*g.Node) {
	from := 0
	for axis, based := range a.based {
		if n := a.length[axis]; based {
			part := g.Slice(row, g.AxisRange(), g.AxisRange(), g.AxisRange(from, from+n*n))
			squares[axis] = g.Reshape(part, row.Shape().Dimensions[1], n, n)
			from += n * n
		}
	}
	return squares
}

// along returns shaped variables as matrices whose rows are those of the first or of the
// second axis.
func (a axes) along(x *g.Node, axis int) *g.Node {
	if axis == 1 {
		x = g.Transpose(x, 1, 2)
	}
	d := x.Shape().Dimensions
	return g.Reshape(x, d[0], d[1], d[2]*d[3])
}

// turned returns shaped variables multiplied along each axis by its matrix q, of which
// the given axis is summed over: by qᵀ, into the bases, with 1, and by q, back, with 2.
func (a axes) turned(x *g.Node, q [2]*g.Node, over int) *g.Node {
	for axis, q := range q {
		if q == nil {
			continue
		}
		d := x.Shape().Dimensions
		y := g.Dot(q, a.along(x, axis)).General([]int{over}, []int{0}, []int{1}, []int{0})
		if axis == 0 {
			x = g.Reshape(y, d...)
		} else {
			x = g.Transpose(g.Reshape(y, d[0], d[2], d[1], d[3]), 1, 2)
		}
	}
	return x
}
