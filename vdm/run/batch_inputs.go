package run

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// batchLayout says which inputs a training graph takes for a batch. Only this file knows
// their order.
type batchLayout struct {
	clip     ClipConfig
	mask     bool // whether missing cells are masked
	recorded bool // whether the clips lie in a record on the device

	conditions ConditionsConfig
}

// layout returns the layout of the run's batches where the clips are uploaded.
func (c Config) layout() batchLayout {
	return batchLayout{clip: c.Clip, mask: c.Training.MissingCells == "mask" || c.Conditions.TakesMap(), conditions: c.Conditions}
}

// batchInput is one input of the graph with its name.
type batchInput struct {
	name  string
	dtype dtypes.DType
	dims  []int
}

// inputs returns the inputs of a batch of n samples in order, without the record.
func (l batchLayout) inputs(n int) []batchInput {
	shape := l.clip.shape()
	clips := func(name string) batchInput { return batchInput{name, f32, append([]int{n}, shape[:]...)} }
	each := func(name string) batchInput { return batchInput{name, f32, []int{n}} }
	if l.recorded {
		frames := batchInput{"frames", dtypes.Int64, []int{n, l.clip.Frames}}
		return []batchInput{clips("noise"), each("logSNR"), frames, each("alpha"), each("sigma"), each("factor")}
	}
	all := []batchInput{clips("z"), each("logSNR"), clips("v"), each("factor")}
	if l.mask {
		all = append(all, clips("mask"))
	}
	if l.conditions.TakesMap() {
		all = append(all, clips("levels"))
	}
	for _, c := range l.conditions.Covariates {
		dims := []int{n, shape[0], shape[1], shape[2], covariateChannels}
		all = append(all, batchInput{covariateInput + c.Name, f32, dims})
	}
	return all
}

// pack returns the tensors of a batch in the order of inputs.
func (l batchLayout) pack(b *batch) (out []*tensors.Tensor) {
	for _, in := range l.inputs(len(b.logSNR)) {
		if in.name == "frames" {
			out = append(out, tensors.FromFlatDataAndDimensions(b.frames, in.dims...))
			continue
		}
		values := map[string][]float32{
			"z": b.z, "noise": b.z, "v": b.v, "mask": b.mask,
			"logSNR": b.logSNR, "alpha": b.alpha, "sigma": b.sigma, "factor": b.factor, "levels": b.levels,
		}
		for name, field := range b.covariates {
			values[covariateInput+name] = field
		}
		out = append(out, tensors.FromFlatDataAndDimensions(values[in.name], in.dims...))
	}
	return out
}

// covariateInput is the prefix of the covariates' names among the inputs of a graph.
const covariateInput = "covariate "

// recordName is the name of the record on the device among the inputs of a graph.
const recordName = "record"

// named returns the inputs of a graph, in the order of pack, by name.
func (l batchLayout) named(nodes []*g.Node) map[string]*g.Node {
	named := map[string]*g.Node{}
	for i, in := range l.inputs(1) {
		if i >= len(nodes) {
			panic(fmt.Errorf("batch: %d inputs of the graph, want %s too", len(nodes), in.name))
		}
		named[in.name] = nodes[i]
	}
	return named
}

// unpack returns the batch that the named inputs of a graph describe. Clips of a record,
// which is one more input, are assembled here.
func (l batchLayout) unpack(named map[string]*g.Node) vdm.Batch {
	b := vdm.Batch{
		Z: named["z"], At: vdm.Level{LogSNR: named["logSNR"], Map: named["levels"]},
		V: named["v"], Factor: named["factor"], Mask: named["mask"], Covariates: map[string]*g.Node{},
	}
	for _, c := range l.conditions.Covariates {
		b.Covariates[c.Name] = named[covariateInput+c.Name]
	}
	if l.recorded {
		each := func(x *g.Node) *g.Node { return g.Reshape(x, x.Shape().Dim(0), 1, 1, 1, 1) }
		alpha, sigma, eps, frames := each(named["alpha"]), each(named["sigma"]), named["noise"], named["frames"]
		x := g.Gather(named[recordName], g.Reshape(frames, append(frames.Shape().Clone().Dimensions, 1)...))
		b.Z = g.Add(g.Mul(alpha, x), g.Mul(sigma, eps)) // (A.25)
		b.V = g.Sub(g.Mul(alpha, eps), g.Mul(sigma, x)) // (2.60)
	}
	return b
}
