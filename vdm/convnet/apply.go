package convnet

import (
	"fmt"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors/images"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/climate-vdm/climate-vdm/vdm"
)

const (
	neighbours  = 3 // frames that a block mixes: the one before, itself, the one after
	normEpsilon = 1e-5
)

// Apply returns the output for z, [batch, frame, height, width, channel], at λ: the
// shape of z with the output's channels. The network reads no covariates.
func (c Config) Apply(w vdm.Weights, z *Node, at vdm.Level, in vdm.Batch) *Node {
	return c.ApplyWatched(w, z, at, in, func(string, *Node) {})
}

// ApplyWatched computes what Apply does, and calls watch with the output of each part,
// under the name with which its variables begin.
func (c Config) ApplyWatched(w vdm.Weights, z *Node, at vdm.Level, _ vdm.Batch, watch func(name string, x *Node)) *Node {
	c = c.WithDefaults()
	if dims := z.Shape().Dimensions; len(dims) != 5 || dims[4] != c.Channels {
		Panicf("convnet: z is %s, want [batch, frame, height, width, %d]", z.Shape(), c.Channels)
	}
	if λ := at.LogSNR.Shape(); λ.Rank() != 1 || λ.Dim(0) != z.Shape().Dim(0) {
		Panicf("convnet: λ is %s, want [%d] as z is %s", λ, z.Shape().Dim(0), z.Shape())
	}
	n := network{Config: c, w: w}
	seen := func(name string, x *Node) *Node {
		watch(name, x)
		return x
	}
	embedding := seen("embedding", silu(n.linear("embedding", n.waves(at.LogSNR))))
	x := seen("input", n.space("input", z))
	for i := range c.Depth {
		name := fmt.Sprintf("blocks.%d", i)
		x = seen(name, n.block(name, x, embedding))
	}
	return seen("output", n.linear("output", silu(normed(x))))
}

// network is one use of the weights in one graph.
type network struct {
	Config
	w vdm.Weights
}

// weight returns the node of the variable with a name.
func (n network) weight(name string) *Node {
	w, ok := n.w[name]
	if !ok {
		Panicf("convnet: no weight is bound to %q", name)
	}
	return w
}

// waves returns sines, then cosines, of λ [batch] times the frequencies,
// [batch, width].
func (n network) waves(logSNR *Node) *Node {
	frequencies := Const(logSNR.Graph(), n.frequencies())
	angles := Mul(InsertAxes(logSNR, -1), InsertAxes(frequencies, 0))
	return Concatenate([]*Node{Sin(angles), Cos(angles)}, -1)
}

// block returns x plus a function of x and of λ, in the shape of x.
func (n network) block(name string, x, embedding *Node) *Node {
	channels := func(y *Node) *Node { // one number for each sample and channel
		return Reshape(y, y.Shape().Dim(0), 1, 1, 1, n.Width)
	}
	scale, shift := channels(n.linear(name+".scale", embedding)), channels(n.linear(name+".shift", embedding))
	h := silu(Add(Mul(normed(x), OnePlus(scale)), shift))
	h = silu(n.space(name+".space", h))
	return Add(x, n.linear(name+".time", besideEachOther(h)))
}

// space returns each frame of x convolved with an odd kernel [k, k, in, out] and zeros
// outside. Frames are folded into the batch: engines are far faster at convolutions over
// two axes than over three.
func (n network) space(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	kernel := n.weight(name + ".weight")
	y := Convolve(Reshape(x, d[0]*d[1], d[2], d[3], d[4]), kernel).ChannelsAxis(images.ChannelsLast).PadSame().Done()
	return n.biased(name, Reshape(y, d[0], d[1], d[2], d[3], kernel.Shape().Dim(3)))
}

// linear returns the last axis of x multiplied by a matrix [in, out], plus a bias.
func (n network) linear(name string, x *Node) *Node {
	dims := x.Shape().Clone().Dimensions
	last := len(dims) - 1
	matrix := n.weight(name + ".weight")
	y := MatMul(Reshape(x, x.Shape().Size()/dims[last], dims[last]), matrix)
	dims[last] = matrix.Shape().Dim(1)
	return n.biased(name, Reshape(y, dims...))
}

func (n network) biased(name string, x *Node) *Node {
	return Add(x, ExpandLeftToRank(n.weight(name+".bias"), x.Rank()))
}

// besideEachOther returns, for each cell, the channels of the frame before, of its own
// and of the frame after, zeros where there is none: [batch, frame, height, width,
// 3·channel]. A product with a constant 0/1 matrix shifts the frames, as the gradient
// of a slice needs Pad, which not every engine has.
func besideEachOther(x *Node) *Node {
	d := x.Shape().Dimensions
	batch, frames, rest := d[0], d[1], d[2]*d[3]*d[4]
	pick := make([]float32, neighbours*frames*frames)
	for offset := range neighbours {
		for f := range frames {
			if from := f + offset - 1; from >= 0 && from < frames {
				pick[(offset*frames+f)*frames+from] = 1
			}
		}
	}
	shifts := BroadcastToDims(Reshape(Const(x.Graph(), pick), 1, neighbours*frames, frames), batch, neighbours*frames, frames)
	y := MatMul(shifts, Reshape(x, batch, frames, rest))
	y = Reshape(y, batch, neighbours, frames, d[2]*d[3], d[4])
	return Reshape(TransposeAllDims(y, 0, 2, 3, 1, 4), batch, frames, d[2], d[3], neighbours*d[4])
}

// normed returns x with mean 0 and variance 1 over the channels of each cell.
func normed(x *Node) *Node {
	centred := Sub(x, ReduceAndKeep(x, ReduceMean, -1))
	variance := ReduceAndKeep(Mul(centred, centred), ReduceMean, -1)
	return Div(centred, Sqrt(AddScalar(variance, normEpsilon)))
}

func silu(x *Node) *Node { return Mul(x, Sigmoid(x)) }
