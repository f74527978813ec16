package unet

import (
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// No engine here has the fused operator. These tests run on engines that are
// given one (see flashing), so they prove the layouts, the bias in the widened
// heads and all gradients, and not cuDNN's kernel.

// fusedBlocks are the fused attentions beside the plain ones that they replace.
func fusedBlocks() (fused, plain []block) {
	for _, b := range blocks() {
		switch b.name {
		case "spatial attention":
			plain = append(plain, b)
			b.build = inner(func(n *network, x []*graph.Node) *graph.Node {
				return n.fusedSpatialAttention("mid_spatial_attn", x[0])
			})
		case "temporal attention", "temporal attention, wide heads":
			plain = append(plain, b)
			b.build = inner(func(n *network, x []*graph.Node) *graph.Node {
				n.bias = n.positionBias(x[0].Shape().Dim(1))
				return n.fusedTemporalAttention("downs.0.3", x[0])
			})
		default:
			continue
		}
		b.name = "fused " + b.name
		fused = append(fused, b)
	}
	return fused, plain
}

// TestFusedGradientsAgainstFiniteDifferences has the position table among the
// variables of the temporal attention: a bias that the operator adds itself would
// have no gradient.
func TestFusedGradientsAgainstFiniteDifferences(t *testing.T) {
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		fused, _ := fusedBlocks()
		for _, b := range fused {
			t.Run(b.name, func(t *testing.T) { b.check(t, flashing{be}) })
		}
	})
}

// TestFusedEqualsPlain compares results and gradients.
func TestFusedEqualsPlain(t *testing.T) {
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		fused, plain := fusedBlocks()
		if len(fused) != 3 {
			t.Fatalf("%d blocks, want 3", len(fused))
		}
		for i := range fused {
			t.Run(fused[i].name, func(t *testing.T) {
				weights := variablesOf(plain[i].config, 5)
				in := append(plain[i].inputs, arguments(plain[i].config, weights)...)
				run := func(b block) []array {
					return compile(t, flashing{be}, func(nodes []*graph.Node) []*graph.Node {
						n := &network{Config: b.config, g: nodes[0].Graph(), w: Weights{}, dtype: dtypes.Float32}
						for j, v := range b.config.Variables() {
							n.w[v.Name] = nodes[len(b.inputs)+j]
						}
						y := b.build(n, nodes[:len(b.inputs)])
						loss := graph.ReduceAllSum(graph.Mul(y, graph.Sin(graph.Iota(n.g, y.Shape(), 4))))
						return append(graph.Gradient(loss, nodes...), y)
					}).run(in...)
				}
				want, got := run(plain[i]), run(fused[i])
				for j := range want {
					if norm(want[j].values) == 0 {
						continue
					}
					if e := relativeError(got[j].values, want[j].values); !(e < 3e-6) {
						t.Errorf("result %d of %d: relative error %.1e", j+1, len(want), e)
					}
				}
			})
		}
	})
}

// TestFusedNetwork runs the whole network with it in bfloat16, as a GPU would, and
// with rematerialisation.
func TestFusedNetwork(t *testing.T) {
	be := flashing{enginetest.Named(t, "go")}
	c := tiny
	c.BFloat16, c.FusedAttention, c.HeadDim = true, FusedBoth, 8
	c.Rematerialise = true
	plain := c
	plain.FusedAttention, plain.Rematerialise = FusedNone, false
	weights := variablesOf(plain, 1)
	in := arguments(plain, weights, normal(1, 1, 3, 4, 4, 1), normal(2, 1), normal(3, 1, 3, 4, 4, 1))
	want, got := trained(t, be, plain).run(in...), trained(t, be, c).run(in...)
	var a, b []float32
	for i := range want[1:] {
		a, b = append(a, got[1+i].values...), append(b, want[1+i].values...)
	}
	output, gradient := relativeError(got[0].values, want[0].values), relativeError(a, b)
	t.Logf("output %.1e, gradients %.1e", output, gradient)
	if output > 3e-2 || gradient > 5e-2 {
		t.Errorf("relative error of the output %.1e, of the gradients %.1e", output, gradient)
	}
	table := relativeError(got[1].values, want[1].values) // the first variable
	if table > 5e-2 {
		t.Errorf("relative error of the position table's gradient %.1e", table)
	}

	g, _ := stepOf(be, c, 1, 3, 4)
	temporal := 2*c.Levels() + 2 // each level down and up, the input and the middle
	if n := countType(g, graph.NodeTypeFusedScaledDotProductAttentionVJP); n != temporal+1 {
		t.Errorf("%d fused backward passes, want %d", n, temporal+1)
	}
	c.FusedAttention = FusedSpatial
	g, _ = stepOf(be, c, 1, 3, 4)
	if n := countType(g, graph.NodeTypeFusedScaledDotProductAttentionVJP); n != 1 {
		t.Errorf("%d fused backward passes, want 1", n)
	}
}

// TestFusedRefused: never a silent return to the plain form.
func TestFusedRefused(t *testing.T) {
	be := enginetest.Named(t, "go")
	c := Config{FusedAttention: FusedBoth, BFloat16: true}
	for _, one := range []struct {
		want string
		c    Config
	}{
		{`fused_attention "both" cannot be used on the engine ` + be.Name() + ": it has no FusedScaledDotProductAttention", c},
		{"takes bfloat16 only", Config{FusedAttention: FusedSpatial}},
		{"head_dim is 12, want a multiple of 8", Config{FusedAttention: FusedTemporal, BFloat16: true, HeadDim: 12}},
		{`fused_attention is "all", want`, Config{FusedAttention: "all"}},
	} {
		if err := one.c.Check(be); err == nil || !strings.Contains(err.Error(), one.want) {
			t.Errorf("%v does not say %q", err, one.want)
		}
	}
	if err := c.Check(flashing{be}); err != nil {
		t.Error(err)
	}
	defer func() {
		if p, ok := recover().(error); !ok || !strings.Contains(p.Error(), "100 frames needs heads of 136, want at most 128") {
			t.Errorf("100 frames: %v", p)
		}
	}()
	built(flashing{be}, c, 1, 100, 8, 8)
}

// TestFusedCost is counted by hand: two products of 6 queries and 6 keys.
func TestFusedCost(t *testing.T) {
	g := graph.NewGraph(flashing{enginetest.Named(t, "go")}, "by hand")
	q := graph.Parameter(g, "q", shapes.Make(dtypes.Float32, 2, 6, 3, 8))
	y := fusedAttention(q, q, q)
	const product, tensor = 2 * 2 * 3 * 6 * 6 * 8, 4 * 2 * 6 * 3 * 8
	if got := engine.CostOf(g, y).FLOPs; got != 2*product {
		t.Errorf("forward %g FLOP, want %d", got, 2*product)
	}
	if got := engine.CostOf(g, y).Least; got != tensor+tensor { // q, once, and y
		t.Errorf("forward at least %g bytes, want %d", got, 2*tensor)
	}
	dq := graph.Gradient(graph.ReduceAllSum(y), q)[0]
	if got := engine.CostOf(g, dq).FLOPs; got != 7*product {
		t.Errorf("forward and backward %g FLOP, want %d", got, 7*product)
	}
}
