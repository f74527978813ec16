package vdm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// operators over clips of 4×3×6 cells with two channels: one axis, two, all.
var operatorClip = [4]int{4, 3, 6, 2}

func someOperators(t testing.TB) map[string]Operator {
	t.Helper()
	r := rand.New(rand.NewPCG(11, 1))
	matrix := func(out, in int) [][]float64 {
		m := make([][]float64, out)
		for i := range m {
			for range in {
				m[i] = append(m[i], r.NormFloat64())
			}
		}
		return m
	}
	blocks, err := BlockMeans(3, 6, 3)
	if err != nil {
		t.Fatal(err)
	}
	times, err := TimeMeans(4, 2)
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Operator{
		"identity": {}, "blocks": blocks, "times": times,
		"frames": {Frames: matrix(5, 4)}, "rows": {Rows: matrix(2, 3)}, "columns": {Columns: matrix(1, 6)},
		"all": {Frames: matrix(2, 4), Rows: matrix(4, 3), Columns: matrix(3, 6)},
	}
}

func volume(shape [4]int) int { return shape[0] * shape[1] * shape[2] * shape[3] }

// On the host the operator is the sum over all cells that its definition says,
// its transpose is the adjoint, ⟨Ax, y⟩ = ⟨x, Aᵀy⟩, and orthogonal rows have the
// squared norms that AAᵀ has on its diagonal.
func TestOperatorOnTheHost(t *testing.T) {
	r := rand.New(rand.NewPCG(12, 1))
	entry := func(m [][]float64, i, j int) float64 {
		switch {
		case m != nil:
			return m[i][j]
		case i == j:
			return 1
		}
		return 0
	}
	for name, a := range someOperators(t) {
		shape, err := a.Shape(operatorClip)
		if err != nil {
			t.Fatal(err)
		}
		x, y := enginetest.Normals(r, volume(operatorClip)), enginetest.Normals(r, volume(shape))
		ax, err := a.Apply(x, operatorClip)
		if err != nil {
			t.Fatal(err)
		}
		if len(ax) != volume(shape) {
			t.Fatalf("%s: %d values of shape %v", name, len(ax), shape)
		}
		// Of one output cell, by the definition.
		at := [4]int{shape[0] - 1, shape[1] - 1, shape[2] / 2, 1}
		want := 0.0
		for f := range operatorClip[0] {
			for h := range operatorClip[1] {
				for w := range operatorClip[2] {
					weight := entry(a.Frames, at[0], f) * entry(a.Rows, at[1], h) * entry(a.Columns, at[2], w)
					want += weight * x[((f*operatorClip[1]+h)*operatorClip[2]+w)*2+at[3]]
				}
			}
		}
		enginetest.Near(t, name, ax[((at[0]*shape[1]+at[1])*shape[2]+at[2])*2+at[3]], want, 1e-12)

		back, err := a.transpose().Apply(y, shape)
		if err != nil {
			t.Fatal(err)
		}
		enginetest.Near(t, name+": ⟨Ax, y⟩ − ⟨x, Aᵀy⟩", dot(ax, y)-dot(x, back), 0, 1e-11)

		// The diagonal of AAᵀ, from the definition: the norm of Aᵀ·e.
		squares := a.squares([3]int(shape[:3]))
		for _, i := range []int{0, len(squares) / 2, len(squares) - 1} {
			e := make([]float64, volume(shape))
			e[2*i] = 1
			row, err := a.transpose().Apply(e, shape)
			if err != nil {
				t.Fatal(err)
			}
			enginetest.Near(t, fmt.Sprintf("%s: squared norm of row %d", name, i), squares[i], dot(row, row), 1e-11)
		}
	}
}

// Rows of means of blocks, and of cells, are orthogonal; those of means that
// overlap, of a random matrix and a row of zeros are not.
func TestOperatorIsOrthogonal(t *testing.T) {
	all := someOperators(t)
	all["overlapping"] = Operator{Columns: [][]float64{{1, 1, 0, 0, 0, 0}, {0, 1, 1, 0, 0, 0}}}
	all["nothing"] = Operator{Rows: [][]float64{{0, 0, 0}}}
	all["scaled"] = Operator{Columns: [][]float64{{1e-9, 0, 0, 0, 0, 0}, {0, 1e9, 0, 0, 0, 0}}}
	want := map[string]bool{"identity": true, "blocks": true, "times": true, "scaled": true, "columns": true}
	for name, a := range all {
		if got := a.orthogonal(); got != want[name] {
			t.Errorf("%s: orthogonal is %v", name, got)
		}
	}
}

// In the graph the operator is what it is on the host, for every sample of a
// batch, and so is the adjoint of an observation of which not all is seen.
func TestOperatorInTheGraph(t *testing.T) {
	const batch = 3
	r := rand.New(rand.NewPCG(13, 1))
	x := enginetest.Normals(r, batch*volume(operatorClip))
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for name, a := range someOperators(t) {
			shape, _ := a.Shape(operatorClip)
			n := volume(shape)
			y := enginetest.Normals(r, batch*n)
			observed := make([]float32, n)
			for i := range observed {
				if i%3 == 1 {
					observed[i] = float32(math.NaN())
				}
			}
			out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
				given, err := Observation{{Of: a, Y: observed, Std: 1}}.Fixed(in[0], nil)
				if err != nil {
					t.Fatal(err)
				}
				return []*g.Node{given.Apply(in[0])[0], given.Adjoint(Values{in[1]})}
			}, enginetest.Tensor(enginetest.Float32s(x), append([]int{batch}, operatorClip[:]...)...), enginetest.Tensor(enginetest.Float32s(y), append([]int{batch}, shape[:]...)...))
			for b := range batch {
				ax, _ := a.Apply(x[b*volume(operatorClip):][:volume(operatorClip)], operatorClip)
				masked := append([]float64(nil), y[b*n:][:n]...)
				for i, v := range observed {
					if v != v {
						ax[i], masked[i] = 0, 0
					}
				}
				back, _ := a.transpose().Apply(masked, shape)
				for i, want := range ax {
					enginetest.Near(t, name+": A·x", float64(out[0][b*n+i]), want, 1e-5)
				}
				for i, want := range back {
					enginetest.Near(t, name+": Aᵀ·y", float64(out[1][b*volume(operatorClip)+i]), want, 1e-5)
				}
			}
		}
	})
}

func TestOperatorRefuses(t *testing.T) {
	_, err := BlockMeans(6, 7, 3)
	enginetest.WantError(t, "blocks", err, "groups of 3: width is 7, want a multiple")
	_, err = BlockMeans(7, 6, 3)
	enginetest.WantError(t, "blocks", err, "height is 7")
	_, err = BlockMeans(6, 6, 0)
	enginetest.WantError(t, "blocks of none", err, "groups of 0")
	_, err = TimeMeans(10, 4)
	enginetest.WantError(t, "times", err, "frames is 10")
	for says, a := range map[string]Operator{
		"columns: row 1 of its matrix has 2 entries, the clip 6 columns": {Columns: [][]float64{make([]float64, 6), {1, 2}}},
		"rows: a matrix without rows":                                    {Rows: [][]float64{}},
		"frames: row 0 of its matrix holds NaN":                          {Frames: [][]float64{{1, math.NaN(), 0, 0}}},
		"frames: row 0 of its matrix holds +Inf":                         {Frames: [][]float64{{1, math.Inf(1), 0, 0}}},
	} {
		_, err := a.Shape(operatorClip)
		enginetest.WantError(t, "shape", err, says)
		_, err = a.Apply(make([]float64, volume(operatorClip)), operatorClip)
		enginetest.WantError(t, "apply", err, says)
	}
	_, err = Operator{}.Apply(make([]float64, 3), operatorClip)
	enginetest.WantError(t, "values", err, "3 values, a clip has 144")
}

// The means of blocks of 2×2 cells of one frame.
func ExampleBlockMeans() {
	means, err := BlockMeans(2, 4, 2)
	if err != nil {
		panic(err)
	}
	coarse, err := means.Apply([]float64{
		1, 2, 5, 5,
		3, 4, 5, 9,
	}, [4]int{1, 2, 4, 1})
	if err != nil {
		panic(err)
	}
	fmt.Println(coarse)
	// Output: [2.5 6]
}
