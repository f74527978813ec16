package unet

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// normSiLU is the group norm (Wu and He 2018) of x, ·(scale+1)+shift where they
// are given ([batch, width]), and SiLU.
//
// The statistics of a group are taken over all frames and cells of the clip
// together. Norm, gain, scale and shift are all affine in x, so they become one
// multiplication and one addition with numbers a sample and channel.
func (n *network) normSiLU(name string, x, scale, shift *Node) *Node {
	dims := x.Shape().Dimensions
	batch, width := dims[0], dims[4]
	cells := dims[1] * dims[2] * dims[3]
	flat := Reshape(x, batch, cells, width)

	perGroup := func(s *Node) *Node { // [batch, width] sums to [batch, width] means of the groups
		s = ReduceAndKeep(Reshape(s, batch, groups, width/groups), ReduceSum, -1)
		s = MulScalar(s, 1/float64(cells*width/groups))
		s = BroadcastToDims(s, batch, groups, width/groups)
		return Reshape(s, batch, width)
	}
	full := ConvertDType(flat, dtypes.Float32)
	mean := perGroup(ReduceSum(full, 1))
	centred := Sub(full, InsertAxes(mean, 1))
	variance := perGroup(ReduceSum(Mul(centred, centred), 1))

	gain := Div(InsertAxes(n.weight(name+".weight"), 0), Sqrt(AddScalar(variance, normEpsilon)))
	offset := BroadcastToDims(InsertAxes(n.weight(name+".bias"), 0), batch, width)
	if scale != nil {
		scale = OnePlus(scale)
		gain = Mul(gain, scale)
		offset = Add(Mul(offset, scale), shift)
	}
	y := Add(Mul(centred, InsertAxes(gain, 1)), InsertAxes(offset, 1))
	return Reshape(silu(n.cast(y)), dims...)
}

// channelNorm is the pre-norm of the attentions: over the channels at each
// position, with a gain and no offset.
func (n *network) channelNorm(name string, x *Node) *Node {
	width := x.Shape().Dim(-1)
	full := ConvertDType(x, dtypes.Float32)
	mean := ReduceAndKeep(full, ReduceMean, -1)
	centred := Sub(full, mean)
	variance := ReduceAndKeep(Mul(centred, centred), ReduceMean, -1)
	y := Div(centred, Sqrt(AddScalar(variance, normEpsilon)))
	gain := Reshape(n.weight(name+".gamma"), 1, 1, 1, 1, width)
	return n.cast(Mul(y, gain))
}
