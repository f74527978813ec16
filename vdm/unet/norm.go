package unet

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// normSiLU returns the group norm (Wu and He 2018) of x, times scale+1 plus shift where
// they are given ([batch, width]), and then SiLU.
//
// The statistics of a group are taken over all frames and cells of the clip together.
// Norm, gain, scale and shift are all affine in x, so they become one multiplication and
// one addition with numbers for each sample and channel.
func (n *network) normSiLU(name string, x, scale, shift *Node) *Node {
	dims := x.Shape().Dimensions
	batch, width := dims[0], dims[2]

	// A group's channels lie side by side, and so are one for the statistics.
	grouped := Reshape(ConvertDType(x, dtypes.Float32), batch, dims[1], groups, -1)
	grouped = Sub(grouped, StopGradient(beside(channelMeans(grouped))))
	variance := StopGradient(channelMeans(Mul(grouped, grouped)))
	centred := Reshape(grouped, batch, dims[1], width, -1)

	gain := Reshape(n.weight(name+".weight"), 1, groups, width/groups)
	gain = Reshape(Div(gain, InsertAxes(Sqrt(AddScalar(variance, normEpsilon)), -1)), batch, width)
	offset := BroadcastToDims(InsertAxes(n.weight(name+".bias"), 0), batch, width)
	if scale != nil {
		scale = OnePlus(scale)
		gain = Mul(gain, scale)
		offset = Add(Mul(offset, scale), shift)
	}
	y := mark(Add(mark(Mul(centred, beside(gain)), "groupnorm"), beside(offset)), "offset")
	return Reshape(silu(n.cast(y)), dims...)
}

// channelNorm returns the pre-norm of the attentions, [batch, frame, channel, cell]: over
// the channels at each position, with a gain and no offset.
func (n *network) channelNorm(name string, x *Node) *Node {
	width := x.Shape().Dim(2)
	full := ConvertDType(flat(x), dtypes.Float32)
	centred := Sub(full, StopGradient(ReduceAndKeep(full, ReduceMean, 2)))
	variance := StopGradient(ReduceAndKeep(Mul(centred, centred), ReduceMean, 2))
	y := mark(Div(centred, Sqrt(AddScalar(variance, normEpsilon))), "standardise")
	gain := Reshape(n.weight(name+".gamma"), 1, 1, width, 1)
	return n.cast(mark(Mul(y, gain), "gain"))
}
