package unet

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// temporalAttention returns x after the frames of each cell have attended to each other,
// with rotary embedding of queries and keys and the shared relative position bias,
// pre-normed and residual. x is [batch, frame, channel, height, width].
//
// Queries and keys have a projection for each frame. Frames are therefore the first axis,
// and channels the last: it is then one product a frame for the whole batch, and what is
// rearranged is x, which is smaller than queries, keys and values (in two steps, each of
// which engines are fast at). The products for each cell and head then have these side by
// side in memory, so that a library of matrix products takes them as they lie (XLA can
// fold the transpositions into the products).
func (n *network) temporalAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	batch, frames, width, cells := d[0], d[1], d[2], d[3]*d[4]
	heads, headDim := n.Heads, n.HeadDim
	xn := Reshape(swapLast(n.channelNorm(name+".fn.norm", x)), batch, frames, cells*width)
	xn = Reshape(Transpose(xn, 0, 1), frames, batch*cells, width)

	wq, wk, wv := n.temporalWeights(name, frames)
	split := func(t *Node) *Node { // [batch·cell, head, frame, headDim]
		return TransposeAllDims(Reshape(t, frames, batch*cells, heads, headDim), 1, 2, 0, 3)
	}
	q := split(batchMatMul(xn, n.cast(wq)))
	k := split(batchMatMul(xn, n.cast(wk)))
	v := split(matMul(xn, n.cast(wv)))

	logits := batchMatMul(q, swapLast(k)) // [batch·cell, head, frame, frame]
	logits = Add(ConvertDType(logits, dtypes.Float32), InsertAxes(n.bias, 0))
	y := batchMatMul(n.cast(softmax(logits, -1)), v) // [batch·cell, head, frame, headDim]
	y = TransposeAllDims(Reshape(y, batch, cells, heads, frames, headDim), 0, 3, 1, 2, 4)
	y = matMul(Reshape(y, batch, frames, cells, heads*headDim), n.cast(transposed(n.weight(name+".fn.fn.fn.to_out.weight"))))
	return Add(Reshape(swapLast(y), d...), x)
}

// temporalWeights returns the projections of queries (with their factor d^−½) and keys,
// [frame, width, head·headDim], and of values, [width, head·headDim], in float32.
//
// The rotary embedding of frame f is a linear map R_f, so it is applied to the
// projection instead of its result: q_f = x_f·(W_q·R_f), the same numbers for the price
// of turning a small matrix.
func (n *network) temporalWeights(name string, frames int) (wq, wk, wv *Node) {
	wqkv := n.weight(name + ".fn.fn.fn.to_qkv.weight") // [3·head·headDim, width]
	width := wqkv.Shape().Dim(1)
	turn := rotations(n.g, frames, n.HeadDim)
	rotated := func(i int, scale float64) *Node {
		w := MulScalar(transposed(part(wqkv, i, 3)), scale)
		w = matMul(Reshape(w, width*n.Heads, n.HeadDim), turn)
		w = TransposeAllDims(Reshape(w, width, n.Heads, frames, n.HeadDim), 2, 0, 1, 3)
		return Reshape(w, frames, width, n.Heads*n.HeadDim)
	}
	return rotated(0, 1/math.Sqrt(float64(n.HeadDim))), rotated(1, 1), transposed(part(wqkv, 2, 3))
}

// linearAttention returns the spatial attention of every level (Shen et al. 2021,
// Efficient Attention): each frame alone, softmax of q over the head's dimensions and of
// k over the frame's positions, so that its cost is linear in the number of positions.
// Pre-normed and residual.
//
// The rest is a chain of products, out = W_out·((W_v·x)·kᵀ)·q. Where a frame has more
// positions than x has channels it is cheaper as (W_out·W_v·(x·kᵀ))·q: neither the values
// nor the heads' results, both much larger than x, are made, and only small matrices are
// split into heads.
func (n *network) linearAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, width, cells := d[0]*d[1], d[2], d[3]*d[4]
	heads := n.Heads
	inner := heads * spatialHead
	xn := n.channelNorm(name+".fn.norm", x)
	wqkv := Reshape(n.weight(name+".fn.fn.to_qkv.weight"), 3*inner, width)
	wout := Reshape(n.weight(name+".fn.fn.to_out.weight"), width, inner)
	project := func(i int) *Node { // [row, head, spatialHead, cell]
		return Reshape(n.mix(part(wqkv, i, 3), xn), rows, heads, spatialHead, cells)
	}
	// Both softmaxes are over the last axis, where engines are fastest.
	q := n.features(part(wqkv, 0, 3), xn)
	q = softmax(ConvertDType(Reshape(q, rows, cells, heads, spatialHead), dtypes.Float32), -1)
	k := softmax(ConvertDType(project(1), dtypes.Float32), -1)
	q, k = n.cast(q), n.cast(k)
	scale := 1 / math.Sqrt(spatialHead) // the factor of q, multiplied here because these matrices are smaller

	var y *Node
	if cells > width {
		wv := Reshape(part(wqkv, 2, 3), heads, spatialHead, width)
		wout = TransposeAllDims(Reshape(MulScalar(wout, scale), width, heads, spatialHead), 1, 2, 0)
		xn = Reshape(xn, rows, width, cells)
		m := batchMatMul(Reshape(k, rows, inner, cells), swapLast(xn))
		m = TransposeAllDims(Reshape(m, rows, heads, spatialHead, width), 1, 0, 2, 3)
		m = batchMatMul(Reshape(m, heads, rows*spatialHead, width), n.cast(swapLast(wv)))
		m = Reshape(batchMatMul(m, n.cast(wout)), heads, rows, spatialHead, width)
		m = Reshape(TransposeAllDims(m, 1, 0, 2, 3), rows, inner, width)
		y = swapLast(batchMatMul(Reshape(q, rows, cells, inner), m))
	} else {
		context := MulScalar(batchMatMul(project(2), swapLast(k)), scale) // [row, head, spatialHead of v, of k]
		y = batchMatMul(context, TransposeAllDims(q, 0, 2, 3, 1))
		y = n.mix(wout, Reshape(y, d[0], d[1], inner, cells))
	}
	y = n.addBias(name+".fn.fn.to_out", Reshape(y, rows, width, d[3], d[4]))
	return Add(unfolded(y, x), x)
}

// spatialAttention returns the softmax attention over the positions of each frame in the
// middle of the network, without position information or biases. Pre-normed and
// residual.
func (n *network) spatialAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, cells := d[0]*d[1], d[3]*d[4]
	xn := n.channelNorm(name+".fn.norm", x)
	wq, wk, wv := n.spatialWeights(name)
	project := func(w *Node) *Node { // [row, head, spatialHead, cell]
		return Reshape(n.mix(w, xn), rows, n.Heads, spatialHead, cells)
	}
	logits := batchMatMul(swapLast(project(wq)), project(wk)) // [row, head, cell of q, of k]
	weights := n.cast(softmax(ConvertDType(logits, dtypes.Float32), -1))
	y := swapLast(batchMatMul(weights, swapLast(project(wv))))
	y = n.mix(n.weight(name+".fn.fn.fn.to_out.weight"), Reshape(y, d[0], d[1], n.Heads*spatialHead, cells))
	return Add(Reshape(y, d...), x)
}

// spatialWeights returns the projections of queries (with their factor d^−½), keys and
// values of spatialAttention, [head·spatialHead, width] each, in float32.
func (n *network) spatialWeights(name string) (wq, wk, wv *Node) {
	wqkv := n.weight(name + ".fn.fn.fn.to_qkv.weight")
	return MulScalar(part(wqkv, 0, 3), 1/math.Sqrt(spatialHead)), part(wqkv, 1, 3), part(wqkv, 2, 3)
}

// softmax returns the softmax of x along one axis. The largest logit is subtracted only
// to avoid overflow; its gradient is zero.
func softmax(x *Node, axis int) *Node {
	e := mark(Exp(Sub(x, StopGradient(ReduceAndKeep(x, ReduceMax, axis)))), "softmax")
	return mark(Div(e, ReduceAndKeep(e, ReduceSum, axis)), "softmax")
}
