package unet

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// trained is a program of v̂ and of the gradient of Σ c·v̂ for every variable
// and z: weights in order, z, λ, c.
func trained(t testing.TB, be compute.Backend, c Config) program {
	variables := c.Variables()
	n := len(variables)
	return compile(t, be, func(in []*graph.Node) []*graph.Node {
		w := Weights{}
		for i, v := range variables {
			w[v.Name] = in[i]
		}
		v := Apply(c, w, in[n], in[n+1])
		return append([]*graph.Node{v}, graph.Gradient(graph.ReduceAllSum(graph.Mul(v, in[n+2])), in[:n+1]...)...)
	})
}

// errorsOf runs c and the plain network and returns the relative L2 errors of
// v̂, and of all gradients together.
func errorsOf(t testing.TB, be compute.Backend, c Config) (output, gradient float64) {
	weights := variablesOf(tiny, 1)
	in := arguments(tiny, weights, normal(1, 2, 3, 4, 4, 1), normal(2, 2), normal(3, 2, 3, 4, 4, 1))
	want := trained(t, be, tiny).run(in...)
	got := trained(t, be, c).run(in...)
	var a, b []float32
	for i := range want[1:] {
		a, b = append(a, got[1+i].values...), append(b, want[1+i].values...)
	}
	return relativeError(got[0].values, want[0].values), relativeError(a, b)
}

func TestRematerialise(t *testing.T) {
	c := tiny
	c.Rematerialise = true
	ran := 0
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		if err := c.Check(be); err != nil {
			for _, want := range []string{"rematerialise", be.Name(), "OptimizationBarrier"} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
			if be.Capabilities().Operations[compute.OpTypeOptimizationBarrier] {
				t.Errorf("refused on an engine that has the operator: %v", err)
			}
			t.Skip(err)
		}
		ran++
		output, gradient := errorsOf(t, be, c)
		t.Logf("output %.1e, gradients %.1e", output, gradient)
		if output > 1e-6 || gradient > 1e-5 {
			t.Errorf("relative error of the output %.1e, of the gradients %.1e", output, gradient)
		}
	})
	if ran == 0 {
		t.Error("no engine rematerialises, but pure Go does")
	}
}

// TestBFloat16 has 8 bits of precision, 2⁻⁹ of rounding in each activation, of
// which some twenty follow each other.
func TestBFloat16(t *testing.T) {
	c := tiny
	c.BFloat16 = true
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		if err := c.Check(be); err != nil {
			t.Skip(err)
		}
		output, gradient := errorsOf(t, be, c)
		t.Logf("output %.1e, gradients %.1e", output, gradient)
		if output > 3e-2 || gradient > 5e-2 {
			t.Errorf("relative error of the output %.1e, of the gradients %.1e", output, gradient)
		}
		// On a CPU, ONNX Runtime runs it in float32.
		if output < 1e-4 && be.Name() != "onnxruntime" {
			t.Errorf("the output differs by %.1e only: nothing was computed in bfloat16", output)
		}
	})
}

// TestBFloat16KeepsFloat32 looks at the graph of a training step: what needs
// range or precision stays in float32, sums over cells in the gradients too; the
// products and convolutions of the clips do not.
func TestBFloat16KeepsFloat32(t *testing.T) {
	c := tiny
	c.BFloat16 = true
	g, out := built(enginetest.Named(t, "go"), c, 2, 2, 4, 4)
	if out.DType() != dtypes.Float32 {
		t.Errorf("v̂ is %s", out.DType())
	}
	half := map[graph.NodeType]int{}
	for _, n := range g.Nodes() {
		if n.DType() == dtypes.BFloat16 {
			half[n.Type()]++
		}
	}
	if half[graph.NodeTypeConvGeneral] != countType(g, graph.NodeTypeConvGeneral) || half[graph.NodeTypeDotGeneral] == 0 {
		t.Errorf("in bfloat16: %v", half)
	}
	g, outputs := stepOf(enginetest.Named(t, "go"), c, 2, 2, 4)
	used := engine.UsedBy(g.Nodes(), outputs)
	for i, n := range g.Nodes() {
		if !used[i] || n.NumOutputs() != 1 || n.DType() != dtypes.BFloat16 {
			continue
		}
		switch n.Type() {
		case graph.NodeTypeExp, graph.NodeTypeDiv, graph.NodeTypeSqrt, graph.NodeTypeReduceSum, graph.NodeTypeReduceMax,
			graph.NodeTypeErf, graph.NodeTypeSin, graph.NodeTypeCos, graph.NodeTypeParameter:
			t.Errorf("%s is in bfloat16: %s", n.Type(), n)
		}
	}
}

func countType(g *graph.Graph, kind graph.NodeType) (count int) {
	for _, n := range g.Nodes() {
		if n.Type() == kind {
			count++
		}
	}
	return count
}

// limited is an engine that says it lacks things.
type limited struct{ compute.Backend }

func (limited) Name() string { return "limited" }

func (limited) Capabilities() compute.Capabilities { return compute.Capabilities{} }

func TestCheck(t *testing.T) {
	be := limited{enginetest.Named(t, "go")}
	for want, c := range map[string]Config{
		"rematerialise cannot be used on the engine limited": {Rematerialise: true},
		"bfloat16 cannot be used on the engine limited":      {BFloat16: true},
		"dim is 3": {Dim: 3},
	} {
		if err := c.Check(be); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
	if err := (Config{}).Check(be); err != nil {
		t.Error(err)
	}
	// Apply says so too, before it builds anything.
	defer func() {
		if p, ok := recover().(error); !ok || !strings.Contains(p.Error(), "rematerialise cannot be used") {
			t.Errorf("Apply panics with %v", p)
		}
	}()
	c := tiny
	c.Rematerialise = true
	built(be, c, 1, 2, 4, 4)
}
