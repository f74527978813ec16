package train

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// graphs builds the programs of training.
type graphs struct {
	p Problem
	o Options // with its defaults
}

// gradient returns the graph of one pass of an accumulated step. Inputs: weights, sum of
// the gradients so far, constants, batch. Outputs: loss, new sum.
func (b graphs) gradient(in []*g.Node) []*g.Node {
	loss, grad := b.lossAndGradient(in[0], in[2:])
	return []*g.Node{loss, g.Add(in[1], grad)}
}

func (b graphs) lossAndGradient(weights *g.Node, in []*g.Node) (loss, grad *g.Node) {
	views := Views(b.p.Variables, weights)
	loss = g.ReduceAllMean(b.p.Loss(Named(b.p.Variables, views), b.p.name(in), nil))
	return loss, concatenated(g.Gradient(loss, views...))
}

// step returns the graph of one step of the optimiser with the last pass of the
// gradient. Inputs: the vectors of the state, sum of the gradients of the passes before,
// the scalars, constants, batch. Outputs: loss, norm of the gradient, and the new
// vectors, which are worth nothing where the norm is not finite.
func (b graphs) step(in []*g.Node) []*g.Node {
	moments := len(b.o.Rule.States())
	old, in := in[:moments+2], in[moments+2:]
	sum, in := in[0], in[1:]
	own := len(b.o.Rule.Scalars(1, b.o.Rate))
	rate, scalars, decay, in := in[0], in[1:1+own], in[1+own], in[own+2:]
	weights, ema := old[0], old[moments+1]

	loss, grad := b.lossAndGradient(weights, in)
	if b.o.Passes > 1 {
		grad = g.MulScalar(g.Add(sum, grad), 1/float64(b.o.Passes))
	}
	means := meanOverDevices(loss, grad)
	loss, grad = means[0], means[1]
	norm := g.Sqrt(g.ReduceAllSum(g.Mul(grad, grad)))
	if b.o.Clip > 0 {
		grad = g.Mul(grad, g.MinScalar(g.Div(g.Const(norm.Graph(), float32(b.o.Clip)), g.AddScalar(norm, 1e-12)), 1))
	}
	after := b.o.Rule.Update(Point{b.p.Variables, weights, ema, grad, rate, old[1 : 1+moments], scalars})
	average := after.Average
	if average == nil {
		average = g.Add(g.Mul(decay, ema), g.Mul(g.OneMinus(decay), after.Weights))
	}

	return append(append([]*g.Node{loss, norm, after.Weights}, after.States...), average)
}

// StepProgram returns the program of one optimiser step with the last of its passes,
// which an engine compiles at its first execution, and the shapes of its inputs, device
// after device. Call it to inspect how a problem is compiled; [New] and [Cost] use the
// same program.
func StepProgram(be compute.Backend, p Problem, o Options) (*g.Exec, []shapes.Shape, error) {
	b := graphs{p, o.withDefaults()}
	exec, err := b.compile(be, "training step", b.step)
	var all []shapes.Shape
	for range b.o.Devices {
		all = append(all, b.inputs(b.o.Batch/b.o.Devices)...)
	}
	return exec, all, err
}

// compile returns a program that runs on all devices at once. Its arguments are all
// those of the first device, then all those of the second, and so on; so are its
// outputs.
func (b graphs) compile(be compute.Backend, name string, graph func([]*g.Node) []*g.Node) (*g.Exec, error) {
	exec, err := engine.Compile(be, name, graph)
	if err != nil {
		return nil, err
	}
	return exec, onDevices(exec, b.o.Devices)
}

// inputs returns the shapes of a step's inputs on one device, for its number of
// samples.
func (b graphs) inputs(samples int) (all []shapes.Shape) {
	weights := shapes.Make(dtypes.Float32, weights.Count(b.p.Variables))
	for range len(b.o.Rule.States()) + 3 { // the state and the sum of gradients
		all = append(all, weights)
	}
	for range b.o.scalars(1) {
		all = append(all, shapes.Make(dtypes.Float32))
	}
	for _, c := range b.p.Constants {
		all = append(all, shapes.Make(dtypes.Float32, c.Dims...))
	}
	for _, in := range b.p.Inputs {
		all = append(all, in.shape(samples))
	}
	return all
}

// Cost returns the operations and memory of the last pass of a step with the update of
// the weights, on one device, for the batch of the options. Nothing is compiled, and
// neither the problem's batches nor the values of its constants are used.
func Cost(be compute.Backend, p Problem, o Options) (cost engine.Cost, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("building the training step: %v", r)
		}
	}()
	b := graphs{p, o.withDefaults()}
	graph := g.NewGraph(be, "estimate")
	defer graph.Finalize()
	var in []*g.Node
	for i, s := range b.inputs(b.o.Batch) {
		in = append(in, g.Parameter(graph, fmt.Sprintf("in%d", i), s))
	}
	return engine.CostOf(graph, b.step(in)...), nil
}
