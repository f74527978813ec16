//go:build cgo

package fusion_test

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/backend/fusion"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// softmax returns a softmax as the networks write it.
func softmax(x *g.Node, axis int) *g.Node {
	e := g.Exp(g.Sub(x, g.StopGradient(g.ReduceAndKeep(x, g.ReduceMax, axis))))
	return g.Div(e, g.ReduceAndKeep(e, g.ReduceSum, axis))
}

// TestPrograms runs programs on ONNX Runtime and on the pure Go engine: those with
// softmaxes that are fused, those with some that must not be, and results of all kinds.
func TestPrograms(t *testing.T) {
	onnx, pure := enginetest.Named(t, "onnx"), enginetest.Named(t, "go")
	for _, one := range []struct {
		name  string
		fused int
		build func(x *g.Node) []*g.Node
	}{
		{"last axis", 1, func(x *g.Node) []*g.Node { return []*g.Node{softmax(x, -1)} }},
		{"two, and a number", 2, func(x *g.Node) []*g.Node {
			y := softmax(softmax(x, -1), -1)
			return []*g.Node{g.ReduceAllSum(g.Mul(y, y)), y}
		}},
		{"another axis", 0, func(x *g.Node) []*g.Node { return []*g.Node{softmax(x, 1)} }},
		{"the exponential is used, too", 0, func(x *g.Node) []*g.Node {
			e := g.Exp(g.Sub(x, g.ReduceAndKeep(x, g.ReduceMax, -1)))
			return []*g.Node{g.Div(e, g.ReduceAndKeep(e, g.ReduceSum, -1)), g.Sqrt(e)}
		}},
		{"the sum is a result", 0, func(x *g.Node) []*g.Node {
			e := g.Exp(g.Sub(x, g.ReduceAndKeep(x, g.ReduceMax, -1)))
			sum := g.ReduceAndKeep(e, g.ReduceSum, -1)
			return []*g.Node{g.Div(e, sum), sum}
		}},
		{"the maximum of something else", 0, func(x *g.Node) []*g.Node {
			e := g.Exp(g.Sub(x, g.ReduceAndKeep(g.Abs(x), g.ReduceMax, -1)))
			return []*g.Node{g.Div(e, g.ReduceAndKeep(e, g.ReduceSum, -1))}
		}},
		{"the sum of something else", 0, func(x *g.Node) []*g.Node {
			e := g.Exp(g.Sub(x, g.ReduceAndKeep(x, g.ReduceMax, -1)))
			return []*g.Node{g.Div(e, g.ReduceAndKeep(g.Mul(e, e), g.ReduceSum, -1))}
		}},
		{"in bfloat16", 1, func(x *g.Node) []*g.Node {
			return []*g.Node{g.ConvertDType(softmax(g.ConvertDType(x, dtypes.BFloat16), -1), dtypes.Float32)}
		}},
		{"a result that is a parameter", 0, func(x *g.Node) []*g.Node { return []*g.Node{g.Identity(x)} }},
	} {
		t.Run(one.name, func(t *testing.T) {
			got, before := run(t, onnx, one.build), fusion.Fused()
			again := run(t, onnx, one.build)
			if n := fusion.Fused() - before; n != int64(one.fused) {
				t.Errorf("%d softmaxes were fused, want %d", n, one.fused)
			}
			want := run(t, pure, one.build)
			limit := 1e-6
			if one.name == "in bfloat16" {
				limit = 1e-2
			}
			for i := range want {
				if !got[i].Shape().Equal(want[i].Shape()) {
					t.Fatalf("result %d is %s, want %s", i, got[i].Shape(), want[i].Shape())
				}
				a, b := values(t, got[i]), values(t, want[i])
				c := values(t, again[i])
				for j := range a {
					if !(math.Abs(float64(a[j]-b[j])) <= limit*(1+math.Abs(float64(b[j])))) || a[j] != c[j] {
						t.Fatalf("result %d, number %d: %g and %g, want %g", i, j, a[j], c[j], b[j])
					}
				}
			}
		})
	}
}

func run(t *testing.T, be compute.Backend, build func(x *g.Node) []*g.Node) []*tensors.Tensor {
	t.Helper()
	x := make([]float32, 3*4*5)
	noise.Key{Seed: 3, Stream: noise.Probe}.Normal(x)
	x[7] = 300 // whose exponential is not finite
	exec, err := g.NewExec(be, func(in []*g.Node) []*g.Node { return build(in[0]) })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(exec.Finalize)
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(x, 3, 4, 5))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func values(t *testing.T, x *tensors.Tensor) []float32 {
	t.Helper()
	v, err := tensors.CopyFlatData[float32](x)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
