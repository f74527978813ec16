package unet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

var tiny = Config{Dim: 8, Multiples: []int{1, 2}, Heads: 2, HeadDim: 4}.WithDefaults()

// TestOddSizes has heights and widths that are padded inside: two levels need
// multiples of two, three multiples of four.
func TestOddSizes(t *testing.T) {
	c := tiny
	c.Channels, c.OutChannels, c.Multiples = 2, 3, []int{1, 1, 2}
	weights := variablesOf(c, 1)
	lambda := normal(3, 1)
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		variables := c.Variables()
		p := compile(t, be, func(in []*graph.Node) []*graph.Node {
			w := Weights{}
			for i, v := range variables {
				w[v.Name] = in[i]
			}
			n := len(variables)
			v := Apply(c, w, in[n], in[n+1])
			g := graph.Gradient(graph.ReduceAllSum(graph.Mul(v, in[n+2])), in[n])
			return []*graph.Node{v, g[0]}
		})
		z, cotangent := normal(1, 1, 2, 5, 7, 2), normal(2, 1, 2, 5, 7, 3)
		at := func(z array) (v, g array) {
			out := p.run(arguments(c, weights, z, lambda, cotangent)...)
			return out[0], out[1]
		}
		v, g := at(z)
		if !slices.Equal(v.dims, []int{1, 2, 5, 7, 3}) || !slices.Equal(g.dims, z.dims) {
			t.Fatalf("v̂ is %v and its gradient %v for z %v", v.dims, g.dims, z.dims)
		}
		if !finite(v.values) || !finite(g.values) || norm(g.values) == 0 {
			t.Fatal("v̂ or its gradient is not finite, or zero")
		}

		// What padding means: the same as zeros around the clip, cropped.
		padded := array{[]int{1, 2, 8, 8, 2}, make([]float32, 2*8*8*2)}
		for f := range 2 {
			for y := range 5 {
				copy(padded.values[((f*8+y)*8)*2:], z.values[((f*5+y)*7)*2:][:7*2])
			}
		}
		whole := applied(t, be, c).run(arguments(c, weights, padded, lambda)...)[0]
		var cropped []float64
		for f := range 2 {
			for y := range 5 {
				for _, x := range whole.values[((f*8 + y) * 8 * 3):][:7*3] {
					cropped = append(cropped, float64(x))
				}
			}
		}
		close64(t, v.values, cropped, 1e-6)

		// And the gradient, by differences as in gradients_test.go. The whole
		// network bends faster than a block: a smaller step.
		const h = 1. / 512
		d := normal(4, z.dims...)
		moved := func(h float64) float64 {
			m := array{z.dims, slices.Clone(z.values)}
			for i := range m.values {
				m.values[i] += float32(h) * d.values[i]
			}
			v, _ := at(m)
			return dot(v.values, cotangent.values)
		}
		difference := (8*(moved(h)-moved(-h)) - (moved(2*h) - moved(-2*h))) / (12 * h)
		derived := dot(g.values, d.values)
		t.Logf("directional derivative %.6g, by differences %.6g", derived, difference)
		if e := math.Abs(difference - derived); e > 2e-3*norm(g.values) {
			t.Errorf("directional derivative %.5g, by differences %.5g, norm of the gradient %.5g", derived, difference, norm(g.values))
		}
	})
}

// TestBatchIndependence: sample i of a batch is what it is alone.
func TestBatchIndependence(t *testing.T) {
	weights := variablesOf(tiny, 1)
	z := normal(1, 3, 2, 4, 4, 1)
	lambda := array{[]int{3}, []float32{-12, 0.5, 9}}
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		p := applied(t, be, tiny)
		together := p.run(arguments(tiny, weights, z, lambda)...)[0]
		const size = 2 * 4 * 4
		for i := range 3 {
			one := array{[]int{1, 2, 4, 4, 1}, z.values[i*size:][:size]}
			alone := p.run(arguments(tiny, weights, one, array{[]int{1}, lambda.values[i:][:1]})...)[0]
			var want []float64
			for _, x := range alone.values {
				want = append(want, float64(x))
			}
			close64(t, together.values[i*size:][:size], want, 1e-6)
		}
	})
}

// TestRebind: one graph holds two networks, as training does with the weights
// and their moving average.
func TestRebind(t *testing.T) {
	first, second := variablesOf(tiny, 1), variablesOf(tiny, 2)
	z, lambda := normal(1, 1, 2, 4, 4, 1), normal(2, 1)
	variables := tiny.Variables()
	n := len(variables)
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		both := compile(t, be, func(in []*graph.Node) []*graph.Node {
			a, b := Weights{}, Weights{}
			for i, v := range variables {
				a[v.Name], b[v.Name] = in[i], in[n+i]
			}
			return []*graph.Node{Apply(tiny, a, in[2*n], in[2*n+1]), Apply(tiny, b, in[2*n], in[2*n+1])}
		}).run(append(arguments(tiny, first), arguments(tiny, second, z, lambda)...)...)
		one := applied(t, be, tiny)
		for i, w := range []map[string]array{first, second} {
			var want []float64
			for _, x := range one.run(arguments(tiny, w, z, lambda)...)[0].values {
				want = append(want, float64(x))
			}
			close64(t, both[i].values, want, 1e-6)
		}
		if slices.Equal(both[0].values, both[1].values) {
			t.Error("other weights give the same v̂")
		}
	})
}

// TestEveryVariableMatters: none of the variables is left out of the graph.
func TestEveryVariableMatters(t *testing.T) {
	weights := variablesOf(tiny, 1)
	z, lambda, cotangent := normal(1, 2, 3, 4, 4, 1), normal(2, 2), normal(3, 2, 3, 4, 4, 1)
	variables := tiny.Variables()
	n := len(variables)
	gradients := compile(t, enginetest.Named(t, "go"), func(in []*graph.Node) []*graph.Node {
		w := Weights{}
		for i, v := range variables {
			w[v.Name] = in[i]
		}
		return graph.Gradient(graph.ReduceAllSum(graph.Mul(Apply(tiny, w, in[n], in[n+1]), in[n+2])), in[:n]...)
	}).run(arguments(tiny, weights, z, lambda, cotangent)...)
	for i, v := range variables {
		if !finite(gradients[i].values) || norm(gradients[i].values) == 0 {
			t.Errorf("the gradient of %s has the norm %g", v.Name, norm(gradients[i].values))
		}
	}
}

func TestApplyRefuses(t *testing.T) {
	weights := variablesOf(tiny, 1)
	for _, c := range []struct {
		want   string
		config Config
		z      array
		lambda array
		drop   string
	}{
		{"z is (Float32)[1, 2, 4, 4, 2], want [batch, frame, height, width, 1]", tiny, normal(1, 1, 2, 4, 4, 2), normal(2, 1), ""},
		{"want [batch, frame, height, width, 1]", tiny, normal(1, 1, 2, 4, 4), normal(2, 1), ""},
		{"λ is (Float32)[2], want [1]", tiny, normal(1, 1, 2, 4, 4, 1), normal(2, 2), ""},
		{"λ is (Float32)[1, 1]", tiny, normal(1, 1, 2, 4, 4, 1), normal(2, 1, 1), ""},
		{`no weight is bound to "mid_block1.mlp.1.bias"`, tiny, normal(1, 1, 2, 4, 4, 1), normal(2, 1), "mid_block1.mlp.1.bias"},
		{"heads is -1", Config{Dim: 8, Heads: -1}, normal(1, 1, 2, 4, 4, 1), normal(2, 1), ""},
	} {
		var said string
		exec, err := graph.NewExec(enginetest.Named(t, "go"), func(in []*graph.Node) *graph.Node {
			defer func() {
				p := recover()
				said = fmt.Sprint(p)
				panic(p)
			}()
			w := Weights{}
			for name, x := range weights {
				if name != c.drop {
					w[name] = constant(in[0].Graph(), x.values, x.dims...)
				}
			}
			return Apply(c.config, w, in[0], in[1])
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := exec.Call(c.z.tensor(), c.lambda.tensor()); err == nil || !strings.Contains(said, c.want) {
			t.Errorf("%q (error %v) does not say %q", said, err, c.want)
		}
	}
}
