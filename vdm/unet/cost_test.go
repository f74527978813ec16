package unet

import (
	"math"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	"github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// built is the network's graph, not compiled.
func built(be compute.Backend, c Config, batch, frames, height, width int) (*graph.Graph, *graph.Node) {
	c = c.WithDefaults()
	g := graph.NewGraph(be, "cost")
	parameter := func(name string, dims ...int) *graph.Node {
		return graph.Parameter(g, name, shapes.Make(dtypes.Float32, dims...))
	}
	w := Weights{}
	for _, v := range c.Variables() {
		w[v.Name] = parameter(v.Name, v.Shape...)
	}
	return g, Apply(c, w, parameter("z", batch, frames, height, width, c.Channels), parameter("λ", batch))
}

// stepOf is a training step less its optimiser: loss and gradients.
func stepOf(be compute.Backend, c Config, batch, frames, size int) (g *graph.Graph, outputs []*graph.Node) {
	g, v := built(be, c, batch, frames, size, size)
	var wrt []*graph.Node
	for _, p := range c.Variables() {
		wrt = append(wrt, g.GetParameterByName(p.Name))
	}
	loss := graph.ReduceAllMean(graph.Mul(v, v))
	return g, append(graph.Gradient(loss, wrt...), loss)
}

// TestCostByHand is small enough to count on paper.
func TestCostByHand(t *testing.T) {
	g := graph.NewGraph(enginetest.Named(t, "go"), "by hand")
	x := graph.Parameter(g, "x", shapes.Make(dtypes.Float32, 3, 5)) // 60 bytes
	w := graph.Parameter(g, "w", shapes.Make(dtypes.Float32, 5, 7)) // 140 bytes
	y := matMul(x, w)                                               // 84 bytes
	e := graph.Exp(y)                                               // 84 bytes; y is needed to the end
	s := graph.ReduceSum(graph.Reshape(e, 21), 0)                   // 4 bytes
	out := graph.Mul(y, graph.Exp(graph.BroadcastToDims(s, 3, 7)))  // 84, 84 and 84 bytes
	dead := matMul(x, w)
	got := engine.CostOf(g, out)
	if want := float64(2 * 3 * 5 * 7); got.FLOPs != want {
		t.Errorf("%g FLOP, want %g", got.FLOPs, want)
	}
	// Broadcasting may make a reshape first, which is free.
	if want := float64((60 + 140 + 84) + (84 + 84) + (84 + 4) + (4 + 84) + (84 + 84) + (84 + 84 + 84)); got.Bytes != want {
		t.Errorf("%g bytes moved, want %g", got.Bytes, want)
	}
	// Parameters once, the product once, the output once.
	if want := float64(60 + 140 + 84 + 84); got.Least != want {
		t.Errorf("at least %g bytes moved, want %g", got.Least, want)
	}
	// At the end: parameters, y, exp and the product.
	if want := int64(60 + 140 + 3*84); got.Peak != want {
		t.Errorf("%d bytes at the peak, want %d", got.Peak, want)
	}
	if all := engine.CostOf(g); all.FLOPs != 2*got.FLOPs {
		t.Errorf("without outputs %g FLOP, want %g: %s counts", all.FLOPs, 2*got.FLOPs, dead)
	}
}

// TestCostOfTheFullNetwork compares with 154.5 GFLOP for one clip of 10×64×64,
// counted from the convolutions and linear maps of the original. The graph does
// 5 % more: strided and transposed convolutions of 16 taps run as 36, of which
// 20 are zeros, and some weights are rearranged by products with constants; the
// linear attentions take their products in a cheaper order.
func TestCostOfTheFullNetwork(t *testing.T) {
	c := Config{}.WithDefaults()
	g, out := built(enginetest.Named(t, "go"), c, 1, 10, 64, 64)
	cost := engine.CostOf(g, out)
	useful := cost.FLOPs
	cells := 10. * 64 * 64
	for i := range c.Levels() - 1 {
		cells /= 4                               // of the lower level
		width := float64(c.Dim * c.Multiples[i]) // of the way down here, and of the way up to here
		useful -= 2 * cells * (36 - 16) * 2 * width * width
	}
	widths := c.widths()
	for i := range c.Levels() {
		cells := (64 >> i) * (64 >> i)
		for _, width := range []int{widths[i+1], widths[i]} { // of the way down and of the way up
			useful += 10 * 2 * 2 * float64(max(0, cells-width)*c.Heads*spatialHead*spatialHead)
		}
	}
	var constants float64
	for _, n := range g.Nodes() {
		if n.Type() == graph.NodeTypeDotGeneral && (n.Inputs()[0].IsConstantExpression() || n.Inputs()[1].IsConstantExpression()) {
			constants += engine.FLOPs(n)
		}
	}
	useful -= constants
	t.Logf("%s; %.2f GFLOP less zero taps and constants", cost, useful/1e9)
	if !(math.Abs(useful/154.5e9-1) <= 0.01) {
		t.Errorf("%.2f GFLOP that the original does too, want 154.5", useful/1e9)
	}
	if excess := cost.FLOPs/154.5e9 - 1; excess < 0 || excess > 0.06 {
		t.Errorf("%.2f GFLOP, want 154.5 and at most 6 %% more", cost.FLOPs/1e9)
	}
}

// TestCostGrowsWithTheBatch: what is proportional to the batch, and what is not.
func TestCostGrowsWithTheBatch(t *testing.T) {
	be := enginetest.Named(t, "go")
	cost := func(c Config, batch int) engine.Cost {
		g, outputs := stepOf(be, c, batch, 4, 16)
		return engine.CostOf(g, outputs...)
	}
	one, two, three := cost(tiny, 1), cost(tiny, 2), cost(tiny, 3)
	for name, x := range map[string][3]float64{
		"FLOPs": {one.FLOPs, two.FLOPs, three.FLOPs},
		"Bytes": {one.Bytes, two.Bytes, three.Bytes},
		"Least": {one.Least, two.Least, three.Least},
		"Peak":  {float64(one.Peak), float64(two.Peak), float64(three.Peak)},
	} {
		// Broadcasting to a batch of one is left out of the graph.
		if more := x[2] - x[1]; more <= 0 || !(math.Abs(x[1]+more-x[2]) <= 1) || x[1]-x[0] < more*0.9 || x[1]-x[0] > more*1.2 {
			t.Errorf("%s for a batch of 1, 2, 3: %.6g, want steps alike", name, x)
		}
	}
	kept := tiny
	kept.Rematerialise = true
	if again := cost(kept, 2); again.Peak > two.Peak/2 || again.FLOPs < 1.1*two.FLOPs || again.FLOPs > 1.5*two.FLOPs {
		t.Errorf("rematerialised: %s, want at most half the peak of %s for 10 to 50 %% more work", again, two)
	}
}
