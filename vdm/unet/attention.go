package unet

import (
	"math"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// temporalAttention returns x after the frames of each cell have attended to each other,
// with rotary embedding of queries and keys and the shared relative position bias,
// pre-normed and residual. x is [batch, frame, height, width, channel].
//
// Queries and keys have a projection for each frame. Frames are therefore the first
// axis: it is then one product a frame for the whole batch, and no matrix is copied for
// each clip. The products for each cell and head then have these side by side in memory,
// so that a library of matrix products takes queries, keys and values as they lie (XLA
// can fold the transpositions into the products).
func (n *network) temporalAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	batch, frames, cells, width := d[0], d[1], d[2]*d[3], d[4]
	heads, headDim := n.Heads, n.HeadDim
	inner := heads * headDim
	xn := Reshape(n.channelNorm(name+".fn.norm", x), batch, frames, cells, width)
	xn = Reshape(TransposeAllDims(xn, 1, 0, 2, 3), frames, batch*cells, width)

	wq, wk, wv := n.temporalWeights(name, frames)
	split := func(t *Node) *Node { // [batch·cell, head, frame, headDim]
		return TransposeAllDims(Reshape(t, frames, batch*cells, heads, headDim), 1, 2, 0, 3)
	}
	q := split(batchMatMul(xn, n.cast(Reshape(wq, frames, width, inner))))
	k := split(batchMatMul(xn, n.cast(Reshape(wk, frames, width, inner))))
	v := split(matMul(xn, n.cast(wv)))

	logits := batchMatMul(q, swapLast(k)) // [batch·cell, head, frame, frame]
	logits = Add(ConvertDType(logits, dtypes.Float32), InsertAxes(n.bias, 0))
	y := batchMatMul(n.cast(softmax(logits, -1)), v) // [batch·cell, head, frame, headDim]
	y = Reshape(TransposeAllDims(y, 2, 0, 1, 3), frames, batch, cells, inner)
	y = matMul(y, n.cast(transposed(n.weight(name+".fn.fn.fn.to_out.weight"))))
	return Add(Reshape(TransposeAllDims(y, 1, 0, 2, 3), d...), x)
}

// temporalWeights returns the projections of queries (with their factor d^−½) and keys,
// [frame, width, head, headDim], and of values, [width, head·headDim], in float32.
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
		return TransposeAllDims(Reshape(w, width, n.Heads, frames, n.HeadDim), 2, 0, 1, 3)
	}
	return rotated(0, 1/math.Sqrt(float64(n.HeadDim))), rotated(1, 1), transposed(part(wqkv, 2, 3))
}

// linearAttention returns the spatial attention of every level (Shen et al. 2021,
// Efficient Attention): each frame alone, softmax of q over the head's dimensions and of
// k over the frame's positions, so that its cost is linear in the number of positions.
// Pre-normed and residual.
//
// The rest is a chain of products, out = q·((kᵀ·(x·W_v))·W_out). Where a frame has more
// positions than x has channels it is cheaper as q·(((kᵀ·x)·W_v)·W_out): neither the
// values nor the heads' results, both much larger than x, are made, and only small
// matrices are split into heads.
func (n *network) linearAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, cells, width := d[0]*d[1], d[2]*d[3], d[4]
	heads := n.Heads
	inner := heads * spatialHead
	xn := Reshape(n.channelNorm(name+".fn.norm", x), rows, cells, width)
	wqkv := Reshape(n.weight(name+".fn.fn.to_qkv.weight"), 3*inner, width)
	wout := transposed(Reshape(n.weight(name+".fn.fn.to_out.weight"), width, inner))
	project := func(i int) *Node { return matMul(xn, n.cast(transposed(part(wqkv, i, 3)))) }

	q := softmax(ConvertDType(Reshape(project(0), rows, cells, heads, spatialHead), dtypes.Float32), -1)
	k := softmax(ConvertDType(project(1), dtypes.Float32), 1)
	q, k = n.cast(q), n.cast(k)
	scale := 1 / math.Sqrt(spatialHead) // the factor of q, multiplied here because these matrices are smaller

	var y *Node
	if cells > width {
		wv := TransposeAllDims(Reshape(part(wqkv, 2, 3), heads, spatialHead, width), 0, 2, 1)
		wout = Reshape(MulScalar(wout, scale), heads, spatialHead, width)
		m := batchMatMul(swapLast(k), xn) // [row, head·spatialHead, width]
		m = TransposeAllDims(Reshape(m, rows, heads, spatialHead, width), 1, 0, 2, 3)
		m = batchMatMul(Reshape(m, heads, rows*spatialHead, width), n.cast(wv))
		m = Reshape(batchMatMul(m, n.cast(wout)), heads, rows, spatialHead, width)
		m = Reshape(TransposeAllDims(m, 1, 0, 2, 3), rows, inner, width)
		y = batchMatMul(Reshape(q, rows, cells, inner), m)
	} else {
		k, v := Reshape(k, rows, cells, heads, spatialHead), Reshape(project(2), rows, cells, heads, spatialHead)
		context := batchMatMul(TransposeAllDims(k, 0, 2, 3, 1), TransposeAllDims(v, 0, 2, 1, 3))
		y = batchMatMul(TransposeAllDims(q, 0, 2, 1, 3), MulScalar(context, scale))
		y = matMul(Reshape(TransposeAllDims(y, 0, 2, 1, 3), rows, cells, inner), n.cast(wout))
	}
	return Add(n.addBias(name+".fn.fn.to_out", Reshape(y, d...)), x)
}

// spatialAttention returns the softmax attention over the positions of each frame in the
// middle of the network, without position information or biases. Pre-normed and
// residual.
func (n *network) spatialAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, cells, width := d[0]*d[1], d[2]*d[3], d[4]
	q, k, v := n.spatialProjections(name, Reshape(n.channelNorm(name+".fn.norm", x), rows, cells, width))
	q, k, v = TransposeAllDims(q, 0, 2, 1, 3), TransposeAllDims(k, 0, 2, 3, 1), TransposeAllDims(v, 0, 2, 1, 3)
	y := batchMatMul(n.cast(softmax(ConvertDType(batchMatMul(q, k), dtypes.Float32), -1)), v)
	y = Reshape(TransposeAllDims(y, 0, 2, 1, 3), d[0], d[1], d[2], d[3], n.Heads*spatialHead)
	return Add(matMul(y, n.cast(transposed(n.weight(name+".fn.fn.fn.to_out.weight")))), x)
}

// spatialProjections returns the queries (with their factor d^−½), keys and values of
// spatialAttention for xn [row, cell, width], [row, cell, head, spatialHead] each.
func (n *network) spatialProjections(name string, xn *Node) (q, k, v *Node) {
	wqkv := n.weight(name + ".fn.fn.fn.to_qkv.weight")
	project := func(i int, scale float64) *Node {
		w := MulScalar(transposed(part(wqkv, i, 3)), scale)
		return Reshape(matMul(xn, n.cast(w)), xn.Shape().Dim(0), xn.Shape().Dim(1), n.Heads, spatialHead)
	}
	return project(0, 1/math.Sqrt(spatialHead)), project(1, 1), project(2, 1)
}

// softmax returns the softmax of x along one axis. The largest logit is subtracted only
// to avoid overflow; its gradient is zero.
func softmax(x *Node, axis int) *Node {
	e := Exp(Sub(x, StopGradient(ReduceAndKeep(x, ReduceMax, axis))))
	return mark(Div(e, ReduceAndKeep(e, ReduceSum, axis)), "softmax")
}
