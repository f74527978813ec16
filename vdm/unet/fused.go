package unet

import (
	"github.com/gomlx/compute"
	. "github.com/gomlx/gomlx/core/graph"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// fusedAttention returns softmax(q·kᵀ)·v by one operator of the engine, forward and
// backward (Dao et al. 2022, FlashAttention): the logits are not stored. q, k and v are
// [batch, position, head, width]. An engine without it panics.
func fusedAttention(q, k, v *Node) *Node {
	y, _ := BackendFusedScaledDotProductAttention(q, k, v, compute.AttentionAxesLayoutBSHD,
		&compute.ScaledDotProductAttentionConfig{Scale: 1})
	return y
}

// fusedSpatialAttention returns what spatialAttention does, by the fused operator, which
// has cells before heads.
func (n *network) fusedSpatialAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, cells := d[0]*d[1], d[3]*d[4]
	xn := swapLast(n.channelNorm(name+".fn.norm", x))
	wq, wk, wv := n.spatialWeights(name)
	project := func(w *Node) *Node {
		return Reshape(matMul(xn, n.cast(transposed(w))), rows, cells, n.Heads, spatialHead)
	}
	y := fusedAttention(project(wq), project(wk), project(wv))
	y = matMul(Reshape(y, d[0], d[1], cells, n.Heads*spatialHead), n.cast(transposed(n.weight(name+".fn.fn.fn.to_out.weight"))))
	return Add(Reshape(swapLast(y), d...), x)
}

// fusedTemporalAttention returns what temporalAttention does, by the fused operator.
//
// The operator can add a bias to the logits but gives it no gradient (GoMLX's VJP
// returns those of q, k and v), which would freeze the trained position table without a
// warning. So the bias goes into the product: a head is widened by a dimension for each
// frame, in which query i has its row of the bias, b_i, and key j the unit vector e_j:
// q_i·k_j + b_i·e_j. The projections make both from a channel of ones beside the normed
// x, so that the table gets its gradient as part of a projection.
//
// Cells are next to heads, not to clips: that is the order in memory, and nothing is
// transposed.
func (n *network) fusedTemporalAttention(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	batch, frames, width, cells := d[0], d[1], d[2], d[3]*d[4]
	heads, headDim := n.Heads, n.HeadDim
	more := (frames + fusedStep - 1) / fusedStep * fusedStep
	wide := headDim + more
	if wide > fusedWidth {
		Panicf("unet: fused temporal attention of %d frames needs heads of %d, want at most %d: leave temporal out of fused_attention, or take fewer frames", frames, wide, fusedWidth)
	}
	ones := constant(n.g, append([]float32{1}, make([]float32, fusedStep-1)...), 1, 1, 1, fusedStep)
	xn := swapLast(n.channelNorm(name+".fn.norm", x))
	xn = Concatenate([]*Node{xn, BroadcastToDims(n.cast(ones), batch, frames, cells, fusedStep)}, -1)

	// widened returns w [turn, width, head·headDim] with room for the bias, and the row of
	// the channel of ones, [turn, head, frame] at the end of each head.
	widened := func(w, ofOnes *Node) *Node {
		turns := w.Shape().Dim(0)
		w = Reshape(w, turns, width, heads, headDim)
		row := zeros(n.g, w.DType(), turns, 1, heads, wide)
		if ofOnes != nil {
			row = Concatenate([]*Node{zeros(n.g, w.DType(), turns, heads, headDim), ofOnes}, -1)
			row = Reshape(padTo(row, 2, wide), turns, 1, heads, wide)
		}
		w = Concatenate([]*Node{padTo(w, 3, wide), row, zeros(n.g, w.DType(), turns, fusedStep-1, heads, wide)}, 1)
		return Reshape(w, turns, width+fusedStep, heads*wide)
	}
	split := func(t *Node) *Node { return Reshape(t, batch, frames, cells*heads, wide) }
	turned := func(w, ofOnes *Node) *Node {
		w = InsertAxes(widened(w, ofOnes), 0)
		// The copy is in float32, so that the gradient is summed over the batch in
		// float32.
		w = n.cast(BroadcastToDims(w, batch, frames, width+fusedStep, heads*wide))
		return split(batchMatMul(xn, w))
	}
	wq, wk, wv := n.temporalWeights(name, frames)
	units := Reshape(constant(n.g, identity(frames), frames, frames), frames, 1, frames)
	q := turned(wq, TransposeAllDims(n.bias, 1, 0, 2))
	k := turned(wk, BroadcastToDims(units, frames, heads, frames))
	wv = Reshape(widened(InsertAxes(wv, 0), nil), width+fusedStep, heads*wide)
	y := fusedAttention(q, k, split(matMul(xn, n.cast(wv))))

	out := Reshape(transposed(n.weight(name+".fn.fn.fn.to_out.weight")), heads, headDim, width)
	out = Reshape(padTo(out, 1, wide), heads*wide, width)
	y = matMul(Reshape(y, batch, frames, cells, heads*wide), n.cast(out))
	return Add(Reshape(swapLast(y), d...), x)
}

// identity returns the unit matrix of n rows.
func identity(n int) []float32 {
	m := make([]float32, n*n)
	for i := range n {
		m[i*n+i] = 1
	}
	return m
}
