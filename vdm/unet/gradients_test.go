package unet

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
)

// Every block's gradient is compared with finite differences along random
// directions d of one variable x at a time, for f = Σ c·block(x) with random c:
//
//	f′ = (8·(f(x+hd) − f(x−hd)) − (f(x+2hd) − f(x−2hd))) / 12h + O(h⁴)
//
// d is normal with the variable's own root mean square s, so that h = 1/64 is a
// step of 1.6 %. The truncation, h⁴/30·f⁽⁵⁾, is 2e-9 of a function that bends
// over a distance of s; the sharpest softmax here bends some ten times as fast
// and leaves 4e-5. The engine computes the block in float32, with a relative
// rounding of some u = 2⁻²⁴ in each output; f is summed in float64. So f has an
// error of about k·u·‖y‖ and f′ one of 1.2·k·u·‖y‖/h = 4.6e-6·k·‖y‖; k = 4 is
// above what is seen.
//
// The limit is differenceLimit of the derivative's standard deviation over the
// directions, ‖s·∂f/∂x‖, plus that rounding. A gradient wrong by 1 % must not
// pass: this is checked each time, and fails where rounding would hide it.
const (
	differenceStep  = 1. / 64
	differenceLimit = 1e-3
	roundings       = 4
	directions      = 3
)

// block is a part of the network with what it is fed.
type block struct {
	name   string
	config Config
	inputs []array
	scales []float64 // s for each input; 0 or none: its root mean square
	uses   []string  // prefixes of the names of the variables that it uses
	build  func(n *network, x []*graph.Node) *graph.Node
}

// inner returns a function of clips with channels last, made of one of clips in the
// network's own layout.
func inner(build func(n *network, x []*graph.Node) *graph.Node) func(n *network, x []*graph.Node) *graph.Node {
	return func(n *network, x []*graph.Node) *graph.Node {
		x = slices.Clone(x)
		var shape []int
		if len(x) > 0 {
			shape = x[0].Shape().Dimensions
		}
		for i := range x {
			if x[i].Rank() == 5 {
				x[i] = inward(x[i])
			}
		}
		y := build(n, x)
		if y.Rank() == 4 && len(shape) == 5 { // cells as one axis
			y = graph.Reshape(y, shape[0], shape[1], y.Shape().Dim(2), shape[2], shape[3])
		}
		if y.Rank() == 5 {
			y = outward(y)
		}
		return y
	}
}

func blocks() []block {
	small := Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}.WithDefaults()
	wide := small // heads wider than the rotary embedding turns
	wide.HeadDim = 40
	many := small
	many.Channels = 3
	clip := func(key uint32, channels int) array { return normal(key, 2, 3, 4, 6, channels) }
	embedding := normal(7, 2, 4*16)
	embedded := func(name string) func(n *network, x []*graph.Node) *graph.Node {
		return func(n *network, x []*graph.Node) *graph.Node {
			n.embedding = x[1]
			return n.block(name, x[0], true)
		}
	}
	temporal := func(n *network, x []*graph.Node) *graph.Node {
		n.bias = n.positionBias(x[0].Shape().Dim(1))
		return n.temporalAttention("downs.0.3", x[0])
	}
	table := "time_rel_pos_bias"
	all := []block{
		{"conv 1", small, []array{clip(1, 16)}, nil, []string{"final_conv.1"},
			func(n *network, x []*graph.Node) *graph.Node { return n.conv("final_conv.1", x[0]) }},
		{"conv 3", small, []array{clip(1, 16)}, nil, []string{"downs.1.0.block1.proj"},
			func(n *network, x []*graph.Node) *graph.Node { return n.conv("downs.1.0.block1.proj", x[0]) }},
		{"conv 7", many, []array{clip(1, 3)}, nil, []string{"init_conv"},
			func(n *network, x []*graph.Node) *graph.Node { return n.conv("init_conv", x[0]) }},
		{"downsample", small, []array{clip(1, 16)}, nil, []string{"downs.0.4"},
			func(n *network, x []*graph.Node) *graph.Node { return n.downsample("downs.0.4", x[0]) }},
		{"upsample", small, []array{normal(1, 2, 3, 2, 3, 16)}, nil, []string{"ups.0.4"},
			func(n *network, x []*graph.Node) *graph.Node { return n.upsample("ups.0.4", x[0]) }},
		{"group norm and SiLU", small, []array{clip(1, 16)}, nil, []string{"downs.0.0.block2.norm"},
			func(n *network, x []*graph.Node) *graph.Node {
				return n.normSiLU("downs.0.0.block2.norm", x[0], nil, nil)
			}},
		{"group norm, scale, shift and SiLU", small, []array{clip(1, 16), normal(2, 2, 16), normal(3, 2, 16)}, nil,
			[]string{"downs.0.0.block1.norm"},
			func(n *network, x []*graph.Node) *graph.Node {
				return n.normSiLU("downs.0.0.block1.norm", x[0], x[1], x[2])
			}},
		{"channel norm", small, []array{clip(1, 16)}, nil, []string{"downs.0.3.fn.norm"},
			func(n *network, x []*graph.Node) *graph.Node { return n.channelNorm("downs.0.3.fn.norm", x[0]) }},
		{"block", small, []array{clip(1, 16), embedding}, nil, []string{"downs.0.0."}, embedded("downs.0.0")},
		{"block to another width", small, []array{clip(1, 16), embedding}, nil, []string{"downs.1.0."}, embedded("downs.1.0")},
		{"block without embedding", small, []array{clip(1, 32)}, nil, []string{"final_conv.0."},
			func(n *network, x []*graph.Node) *graph.Node { return n.block("final_conv.0", x[0], false) }},
		{"linear attention", small, []array{clip(1, 16)}, nil, []string{"downs.0.2"},
			func(n *network, x []*graph.Node) *graph.Node { return n.linearAttention("downs.0.2", x[0]) }},
		{"linear attention, fewer cells than channels", small, []array{clip(1, 32)}, nil, []string{"downs.1.2"},
			func(n *network, x []*graph.Node) *graph.Node { return n.linearAttention("downs.1.2", x[0]) }},
		{"linear attention of few cells", small, []array{normal(1, 2, 3, 1, 3, 32)}, nil, []string{"downs.1.2"},
			func(n *network, x []*graph.Node) *graph.Node { return n.linearAttention("downs.1.2", x[0]) }},
		{"conv 1 of few cells", small, []array{normal(1, 2, 3, 1, 2, 16)}, nil, []string{"downs.1.0.res_conv"},
			func(n *network, x []*graph.Node) *graph.Node { return n.conv("downs.1.0.res_conv", x[0]) }},
		{"conv 3 of few cells", small, []array{normal(1, 2, 3, 2, 2, 16)}, nil, []string{"downs.1.0.block1.proj"},
			func(n *network, x []*graph.Node) *graph.Node { return n.conv("downs.1.0.block1.proj", x[0]) }},
		{"spatial attention", small, []array{clip(1, 32)}, nil, []string{"mid_spatial_attn"},
			func(n *network, x []*graph.Node) *graph.Node { return n.spatialAttention("mid_spatial_attn", x[0]) }},
		{"temporal attention", small, []array{clip(1, 16)}, nil, []string{"downs.0.3", table}, temporal},
		{"temporal attention, wide heads", wide, []array{clip(1, 16)}, nil, []string{"downs.0.3", table}, temporal},
		{"embedding of λ", small, []array{{[]int{2}, []float32{-3.2, 7.1}}}, []float64{1}, []string{"time_mlp"},
			func(n *network, x []*graph.Node) *graph.Node { return n.embedLogSNR(x[0]) }},
		{"scale and shift", small, []array{embedding}, nil, []string{"downs.0.0.mlp.1"},
			func(n *network, x []*graph.Node) *graph.Node {
				n.embedding = x[0]
				scale, shift := n.scaleAndShift("downs.0.0.mlp.1")
				return graph.Concatenate([]*graph.Node{scale, shift}, 0)
			}},
		{"position bias", small, nil, nil, []string{table},
			func(n *network, x []*graph.Node) *graph.Node { return n.positionBias(12) }},
	}
	for i := range all {
		all[i].build = inner(all[i].build)
	}
	return append(all, []block{
		{"padding", small, []array{normal(1, 2, 3, 3, 5, 2)}, nil, nil,
			func(n *network, x []*graph.Node) *graph.Node { return padTo(padTo(x[0], 2, 4), 3, 4) }},
		{"cropping", small, []array{normal(1, 2, 3, 4, 8, 2)}, nil, nil,
			func(n *network, x []*graph.Node) *graph.Node { return cropTo(cropTo(x[0], 2, 3), 3, 5) }},
	}...)
}

func TestGradientsAgainstFiniteDifferences(t *testing.T) {
	eachEngine(t, func(t *testing.T, be compute.Backend) {
		for _, b := range blocks() {
			t.Run(b.name, func(t *testing.T) { b.check(t, be) })
		}
	})
}

// argument is one thing to differentiate by.
type argument struct {
	name  string
	scale float64
	parts int // checked one by one: the largest would hide the others
}

func (b block) check(t *testing.T, be compute.Backend) {
	in := slices.Clone(b.inputs)
	var about []argument
	for i := range in {
		a := argument{name: fmt.Sprintf("input %d", i), parts: 1}
		if i < len(b.scales) {
			a.scale = b.scales[i]
		}
		about = append(about, a)
	}
	weights := variablesOf(b.config, 5)
	for _, v := range b.config.Variables() {
		if !slices.ContainsFunc(b.uses, func(prefix string) bool { return strings.HasPrefix(v.Name, prefix) }) {
			continue
		}
		w, parts := weights[v.Name], 1
		switch {
		case strings.HasSuffix(v.Name, "to_qkv.weight"):
			parts = 3
			for i := range 2 * len(w.values) / 3 { // logits that matter
				w.values[i] *= 3
			}
		case strings.Contains(v.Name, ".mlp.1."):
			parts = 2
		}
		in = append(in, w)
		about = append(about, argument{v.Name, 0, parts})
	}

	build := func(nodes []*graph.Node) *graph.Node {
		n := &network{Config: b.config, g: nodes[0].Graph(), w: Weights{}, dtype: dtypes.Float32}
		for i, a := range about[len(b.inputs):] {
			n.w[a.name] = nodes[len(b.inputs)+i]
		}
		return b.build(n, nodes[:len(b.inputs)])
	}
	forward := compile(t, be, func(nodes []*graph.Node) []*graph.Node { return []*graph.Node{build(nodes)} })
	y := forward.run(in...)[0]
	if !finite(y.values) {
		t.Fatal("the result is not finite")
	}
	cotangent := normal(99, y.dims...)
	f := func(in []array) float64 { return dot(forward.run(in...)[0].values, cotangent.values) }
	gradients := compile(t, be, func(nodes []*graph.Node) []*graph.Node {
		last := len(nodes) - 1
		return graph.Gradient(graph.ReduceAllSum(graph.Mul(build(nodes[:last]), nodes[last])), nodes[:last]...)
	}).run(append(slices.Clone(in), cotangent)...)
	rounding := 1.2 * roundings * math.Exp2(-24) * norm(y.values) / differenceStep

	for i, a := range about {
		size := len(in[i].values) / a.parts
		for part := range a.parts {
			from, to := part*size, (part+1)*size
			x, g := in[i].values[from:to], gradients[i].values[from:to]
			scale := a.scale
			if scale == 0 {
				scale = norm(x) / math.Sqrt(float64(size))
			}
			limit := differenceLimit*scale*norm(g) + rounding
			var right, wrong float64
			for k := range directions {
				d := normal(uint32(200+k), size).values
				at := func(h float64) float64 {
					moved := slices.Clone(in)
					moved[i] = array{in[i].dims, slices.Clone(in[i].values)}
					for j := range d {
						moved[i].values[from+j] += float32(h * scale * float64(d[j]))
					}
					return f(moved)
				}
				const h = differenceStep
				difference := (8*(at(h)-at(-h)) - (at(2*h) - at(-2*h))) / (12 * h)
				derived := scale * dot(g, d)
				right += math.Pow(derived-difference, 2) / directions
				wrong += math.Pow(1.01*derived-difference, 2) / directions
			}
			if e := math.Sqrt(right); !(e <= limit) {
				t.Errorf("%s, part %d of %d: the gradient is off by %.2e of %.2e, want at most %.2e", a.name, part+1, a.parts, e, scale*norm(g), limit)
			}
			if !(math.Sqrt(wrong) > limit) {
				t.Errorf("%s, part %d of %d: a gradient wrong by 1 %% would pass: %.2e of %.2e within %.2e", a.name, part+1, a.parts, math.Sqrt(wrong), scale*norm(g), limit)
			}
			t.Logf("%s, part %d: %.1e", a.name, part+1, math.Sqrt(right)/(scale*norm(g)))
		}
	}
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func norm(a []float32) float64 { return math.Sqrt(dot(a, a)) }
