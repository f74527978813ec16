package run

import (
	"fmt"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// All weights travel as one flat vector, in the order of the network's
// Variables: a step of the optimiser is then twenty operators, not three
// thousand, and a snapshot of it one copy.

// weightViews cuts a flat vector into the network's variables.
func weightViews(n vdm.Network, flat *g.Node) (views []*g.Node, w vdm.Weights) {
	w = vdm.Weights{}
	at := 0
	for _, v := range n.Variables() {
		view := g.Reshape(g.Slice(flat, g.AxisRange(at, at+v.Size())), v.Shape...)
		at += v.Size()
		views = append(views, view)
		w[v.Name] = view
	}
	return views, w
}

// flatten joins the variables of a network in order.
func flatten(n vdm.Network, values map[string][]float32) ([]float32, error) {
	var flat []float32
	for _, v := range n.Variables() {
		x, ok := values[v.Name]
		if !ok {
			return nil, fmt.Errorf("no value for the variable %s", v.Name)
		}
		if len(x) != v.Size() {
			return nil, fmt.Errorf("variable %s has %d values, the network's has %d (shape %v)", v.Name, len(x), v.Size(), v.Shape)
		}
		flat = append(flat, x...)
	}
	return flat, nil
}

// unflatten is the inverse of flatten; the values share flat's memory.
func unflatten(n vdm.Network, flat []float32) map[string][]float32 {
	values := map[string][]float32{}
	for _, v := range n.Variables() {
		values[v.Name], flat = flat[:v.Size()], flat[v.Size():]
	}
	return values
}

// networkDenoiser is the configured network with the given weights.
func (c Config) networkDenoiser(w vdm.Weights) vdm.Denoiser {
	return c.Parameterisation.Denoiser(func(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
		return c.Network.Apply(w, z, at, in)
	})
}

// fixedDenoiser is the configured network with weights that do not change while
// it is used: inputs of its graph, or constants of it on engines that compile
// convolutions faster so.
func (c Config) fixedDenoiser(be compute.Backend, flat []float32) (vdm.EngineDenoiser, error) {
	if be.Capabilities().PreferConstantsForVariables {
		values := unflatten(c.Network, flat)
		return vdm.OnEngine(be, func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
			w := vdm.Weights{}
			for _, v := range c.Network.Variables() {
				w[v.Name] = g.Const(z.Graph(), tensors.FromFlatDataAndDimensions(values[v.Name], v.Shape...))
			}
			return c.networkDenoiser(w)(z, at, in)
		}), nil
	}
	v, err := engine.NewDeviceVector(be, 0, append([]float32(nil), flat...))
	if err != nil {
		return vdm.EngineDenoiser{}, err
	}
	return vdm.EngineDenoiser{Engine: be, Weights: []*tensors.Tensor{v.Tensor}, Denoiser: func(weights []*g.Node) vdm.Denoiser {
		_, w := weightViews(c.Network, weights[0])
		return c.networkDenoiser(w)
	}}, nil
}

// Scalars of the training step, in the order of stepScalars.values.
type stepScalars struct {
	rate, bias1, bias2, ema float32
}

func (s stepScalars) values() []any {
	return []any{s.rate, s.bias1, s.bias2, s.ema}
}

// gradientGraph is one pass of an accumulated step. Inputs: weights, sum of
// gradients so far, batch. Outputs: loss, new sum.
func (c Config) gradientGraph(l batchLayout) func(in []*g.Node) []*g.Node {
	return func(in []*g.Node) []*g.Node {
		loss, grad := c.lossAndGradient(in[0], l.unpack(in[2:]))
		return []*g.Node{loss, g.Add(in[1], grad)}
	}
}

func (c Config) lossAndGradient(weights *g.Node, batch vdm.Batch) (loss, grad *g.Node) {
	views, w := weightViews(c.Network, weights)
	loss = g.ReduceAllMean(vdm.WeightedLoss(c.networkDenoiser(w), batch))
	grads := g.Gradient(loss, views...)
	for i, x := range grads {
		grads[i] = g.Reshape(x, x.Shape().Size())
	}
	return loss, g.Concatenate(grads, 0)
}

// stepGraph is one step of the optimiser (Adam: Kingma and Ba 2015), with the
// last pass of the gradient. Inputs: weights, first and second moment, EMA, sum
// of the gradients of the passes before, the scalars, batch. Outputs: loss,
// norm of the gradient, and the four new states.
//
// Where the gradient is not finite the states come back unchanged, so a run that
// fails keeps what it had.
func (c Config) stepGraph(l batchLayout) func(in []*g.Node) []*g.Node {
	return func(in []*g.Node) []*g.Node {
		states, scalars := in[:5], in[5:9]
		return c.step([5]*g.Node(states), [4]*g.Node(scalars), l.unpack(in[9:]))
	}
}

func (c Config) step(states [5]*g.Node, scalars [4]*g.Node, batch vdm.Batch) []*g.Node {
	t := c.Training
	weights, first, second, ema, sum := states[0], states[1], states[2], states[3], states[4]
	rate, bias1, bias2, decay := scalars[0], scalars[1], scalars[2], scalars[3]
	loss, grad := c.lossAndGradient(weights, batch)
	means := meanOverDevices(loss, g.Add(sum, grad))
	loss, grad = means[0], g.MulScalar(means[1], 1/float64(t.Accumulate))
	norm := g.Sqrt(g.ReduceAllSum(g.Mul(grad, grad)))
	if t.Clip > 0 {
		grad = g.Mul(grad, g.MinScalar(g.Div(g.Const(norm.Graph(), float32(t.Clip)), g.AddScalar(norm, 1e-12)), 1))
	}
	newFirst := g.Add(g.MulScalar(first, t.Beta1), g.MulScalar(grad, 1-t.Beta1))
	newSecond := g.Add(g.MulScalar(second, t.Beta2), g.MulScalar(g.Mul(grad, grad), 1-t.Beta2))
	update := g.Div(g.Div(newFirst, bias1), g.AddScalar(g.Sqrt(g.Div(newSecond, bias2)), t.Epsilon))
	newWeights := g.Sub(weights, g.Mul(rate, update))
	newEMA := g.Add(g.Mul(decay, ema), g.Mul(g.OneMinus(decay), newWeights))

	// A comparison with NaN is false.
	finite := g.LessThan(norm, g.Const(norm.Graph(), float32(3e38)))
	keep := func(updated, old *g.Node) *g.Node {
		return g.Where(g.BroadcastToDims(finite, old.Shape().Dim(0)), updated, old)
	}
	return []*g.Node{loss, norm, keep(newWeights, weights), keep(newFirst, first), keep(newSecond, second), keep(newEMA, ema)}
}

// lossGraph is the loss of each sample of a batch. Inputs: weights, batch.
func (c Config) lossGraph(in []*g.Node) *g.Node {
	_, w := weightViews(c.Network, in[0])
	return vdm.WeightedLoss(c.networkDenoiser(w), c.layout().unpack(in[1:]))
}
