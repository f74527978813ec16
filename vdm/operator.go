package vdm

import (
	"fmt"
	"math"
	"slices"

	g "github.com/gomlx/gomlx/core/graph"
)

// Operator is a linear map A of a clip: a matrix over frames, one over rows and one over
// columns (their Kronecker product), each [out][in]; nil means the identity. Channels
// are kept apart. The zero value leaves a clip as it is.
type Operator struct {
	Frames, Rows, Columns [][]float64
}

// BlockMeans returns the operator that takes means over blocks of factor × factor cells
// of each frame. height and width must be multiples of factor.
func BlockMeans(height, width, factor int) (Operator, error) {
	rows, err := groupMeans("height", height, factor)
	if err != nil {
		return Operator{}, err
	}
	columns, err := groupMeans("width", width, factor)
	return Operator{Rows: rows, Columns: columns}, err
}

// TimeMeans returns the operator that takes means over group consecutive frames. frames
// must be a multiple of group.
func TimeMeans(frames, group int) (Operator, error) {
	means, err := groupMeans("frames", frames, group)
	return Operator{Frames: means}, err
}

func groupMeans(name string, n, group int) ([][]float64, error) {
	if group < 1 || n < 1 || n%group != 0 {
		return nil, fmt.Errorf("means of groups of %d: %s is %d, want a multiple", group, name, n)
	}
	m := make([][]float64, n/group)
	for i := range m {
		m[i] = make([]float64, n)
		for j := range group {
			m[i][i*group+j] = 1 / float64(group)
		}
	}
	return m, nil
}

// axes returns the operator's matrices for the axes frame, height and width of a clip.
func (a Operator) axes() [3][][]float64 { return [3][][]float64{a.Frames, a.Rows, a.Columns} }

// identity reports whether the operator leaves a clip as it is.
func (a Operator) identity() bool { return a.Frames == nil && a.Rows == nil && a.Columns == nil }

// Shape returns the shape (frames, height, width, channels) that A·x has for a clip x of
// the given shape. The error names an axis that does not fit.
func (a Operator) Shape(clip [4]int) ([4]int, error) {
	for i, m := range a.axes() {
		if m == nil {
			continue
		}
		name := [3]string{"frames", "rows", "columns"}[i]
		if len(m) == 0 {
			return clip, fmt.Errorf("operator over %s: a matrix without rows", name)
		}
		for r, row := range m {
			if len(row) != clip[i] {
				return clip, fmt.Errorf("operator over %s: row %d of its matrix has %d entries, the clip %d %s", name, r, len(row), clip[i], name)
			}
			for _, v := range row {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return clip, fmt.Errorf("operator over %s: row %d of its matrix holds %v", name, r, v)
				}
			}
		}
		clip[i] = len(m)
	}
	return clip, nil
}

// transpose returns Aᵀ.
func (a Operator) transpose() Operator {
	turn := func(m [][]float64) [][]float64 {
		if m == nil {
			return nil
		}
		t := make([][]float64, len(m[0]))
		for j := range t {
			for i := range m {
				t[j] = append(t[j], m[i][j])
			}
		}
		return t
	}
	return Operator{turn(a.Frames), turn(a.Rows), turn(a.Columns)}
}

// Apply returns A·x of one clip of the given shape, computed on the host.
func (a Operator) Apply(x []float64, clip [4]int) ([]float64, error) {
	if _, err := a.Shape(clip); err != nil {
		return nil, err
	}
	if n := clip[0] * clip[1] * clip[2] * clip[3]; len(x) != n {
		return nil, fmt.Errorf("operator: %d values, a clip has %d", len(x), n)
	}
	for axis, m := range a.axes() {
		if m == nil {
			continue
		}
		inner := 1
		for _, n := range clip[axis+1:] {
			inner *= n
		}
		in := clip[axis]
		outer := len(x) / (in * inner)
		y := make([]float64, outer*len(m)*inner)
		for o := range outer {
			for i, row := range m {
				to := y[(o*len(m)+i)*inner:][:inner]
				for j, w := range row {
					if w == 0 {
						continue
					}
					for k, v := range x[(o*in+j)*inner:][:inner] {
						to[k] += w * v
					}
				}
			}
		}
		x, clip[axis] = y, len(m)
	}
	return x, nil
}

// Graph returns A·x of a batch [batch, frame, height, width, channel].
func (a Operator) Graph(x *g.Node) *g.Node {
	// The matrix comes second: with the matrix first, ONNX Runtime returns a product
	// over columns in a shape other than the one it announces.
	equations := [3]string{"bfhwc,of->bohwc", "bfhwc,oh->bfowc", "bfhwc,ow->bfhoc"}
	for axis, m := range a.axes() {
		if m == nil {
			continue
		}
		flat := make([][]float32, len(m))
		for i, row := range m {
			for _, v := range row {
				flat[i] = append(flat[i], float32(v))
			}
		}
		x = g.Einsum(equations[axis], x, g.Const(x.Graph(), flat))
	}
	return x
}

// orthogonal reports whether the rows of A are orthogonal to each other, to rounding,
// and none is zero.
func (a Operator) orthogonal() bool {
	for _, m := range a.axes() {
		for i, row := range m {
			own := dot(row, row)
			for _, other := range m[:i] {
				if math.Abs(dot(row, other)) > 1e-12*math.Sqrt(own*dot(other, other)) {
					return false
				}
			}
			if own == 0 {
				return false
			}
		}
	}
	return true
}

// squares returns the squared norms of the rows of A, the diagonal of AAᵀ, shaped as A·x
// without the channels. An axis without a matrix has the given size.
func (a Operator) squares(sizes [3]int) []float64 {
	all := []float64{1}
	for axis, m := range a.axes() {
		norms := slices.Repeat([]float64{1}, sizes[axis])
		if m != nil {
			norms = nil
			for _, row := range m {
				norms = append(norms, dot(row, row))
			}
		}
		var next []float64
		for _, outer := range all {
			for _, inner := range norms {
				next = append(next, outer*inner)
			}
		}
		all = next
	}
	return all
}

func dot(a, b []float64) (sum float64) {
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
