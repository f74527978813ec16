package unet

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// eachEngine runs a test on every engine at hand; pure Go always is.
func eachEngine(t *testing.T, f func(t *testing.T, be compute.Backend)) {
	t.Helper()
	for _, name := range enginetest.Names() {
		t.Run(name, func(t *testing.T) { f(t, enginetest.Named(t, name)) })
	}
}

// array is a float32 tensor on the host.
type array struct {
	dims   []int
	values []float32
}

func (a array) tensor() *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(a.values, a.dims...)
}

// normal is an array of standard normal numbers that depend on key only.
func normal(key uint32, dims ...int) array {
	n := 1
	for _, d := range dims {
		n *= d
	}
	a := array{dims, make([]float32, n)}
	noise.Key{Seed: 20, Stream: noise.Probe, Sample: key}.Normal(a.values)
	return a
}

// program is a graph function compiled for one engine.
type program struct {
	t    testing.TB
	exec *graph.Exec
}

func compile(t testing.TB, be compute.Backend, f func(in []*graph.Node) []*graph.Node) program {
	t.Helper()
	exec, err := graph.NewExec(be, f)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(exec.Finalize)
	return program{t, exec}
}

func (p program) run(in ...array) []array {
	p.t.Helper()
	args := make([]any, len(in))
	for i, a := range in {
		args[i] = a.tensor()
	}
	results, err := p.exec.Call(args...)
	if err != nil {
		p.t.Fatal(err)
	}
	out := make([]array, len(results))
	for i, r := range results {
		values, err := tensors.CopyFlatData[float32](r)
		if err != nil {
			p.t.Fatal(err)
		}
		out[i] = array{r.Shape().Dimensions, values}
	}
	return out
}

// runOnce is for a graph of one result.
func runOnce(t testing.TB, be compute.Backend, f func(in []*graph.Node) *graph.Node, in ...array) array {
	t.Helper()
	return compile(t, be, func(in []*graph.Node) []*graph.Node { return []*graph.Node{f(in)} }).run(in...)[0]
}

// variablesOf returns values for the variables of c: PyTorch's initialisation,
// with gains and offsets away from 1 and 0 so that they are seen.
func variablesOf(c Config, seed uint64) map[string]array {
	values := map[string]array{}
	first := c.Initial(seed)
	for i, v := range c.Variables() {
		x := first[v.Name]
		if v.Init.Uniform == 0 && v.Init.Normal == 0 {
			for j, n := range normal(1000+uint32(i), len(x)).values {
				x[j] += 0.3 * n
			}
		}
		values[v.Name] = array{v.Shape, x}
	}
	return values
}

// applied is a program of Apply: weights in the order of the variables, z, λ.
func applied(t testing.TB, be compute.Backend, c Config) program {
	t.Helper()
	variables := c.Variables()
	return compile(t, be, func(in []*graph.Node) []*graph.Node {
		w := Weights{}
		for i, v := range variables {
			w[v.Name] = in[i]
		}
		return []*graph.Node{Apply(c, w, in[len(variables)], in[len(variables)+1])}
	})
}

func arguments(c Config, weights map[string]array, more ...array) []array {
	var args []array
	for _, v := range c.Variables() {
		args = append(args, weights[v.Name])
	}
	return append(args, more...)
}

// close64 compares a result with numbers computed in float64.
func close64(t testing.TB, got []float32, want []float64, limit float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d values, want %d", len(got), len(want))
	}
	var difference, size float64
	for i, w := range want {
		difference += math.Pow(float64(got[i])-w, 2)
		size += w * w
	}
	if e := math.Sqrt(difference / size); !(e <= limit) || size == 0 {
		t.Errorf("relative L2 error %.2e, want at most %.0e", e, limit)
	}
}

func finite(values []float32) bool {
	for _, v := range values {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return false
		}
	}
	return true
}
