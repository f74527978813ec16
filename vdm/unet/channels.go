package unet

import (
	. "github.com/gomlx/gomlx/core/graph"
)

// inward returns a clip [batch, frame, height, width, channel] in the layout in which the
// network computes, [batch, frame, channel, height, width]: a frame's channels are
// pictures that lie in memory as a whole. Convolutions on the CPU want them so, and what a
// norm or a bias does to a channel is then done to a long row of numbers. (Channels last
// made a training step of make bench 1.3 times as long on ONNX Runtime.)
func inward(x *Node) *Node { return TransposeAllDims(x, 0, 1, 4, 2, 3) }

// outward returns what inward was given.
func outward(x *Node) *Node { return TransposeAllDims(x, 0, 1, 3, 4, 2) }

// flat returns x [batch, frame, channel, height, width] with its cells as one axis.
func flat(x *Node) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0], d[1], d[2], d[3]*d[4])
}

// mix returns the channels of x [batch, frame, in, cell] mixed by a matrix [out, in] in
// float32: [batch, frame, out, cell]. Engines know products of stacks of matrices only in
// pairs, so either the matrix is repeated for each frame, or channels come first. What is
// smaller is copied.
func (n *network) mix(matrix, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, cells := d[0]*d[1], d[3]
	out, in := matrix.Shape().Dim(0), matrix.Shape().Dim(1)
	x = Reshape(x, rows, in, cells)
	if in*out <= cells*(in+out) {
		// The copy is in float32, so that the gradient is summed over the frames in float32.
		y := batchMatMul(n.cast(repeated(matrix, rows)), x)
		return Reshape(y, d[0], d[1], out, cells)
	}
	y := batchMatMul(n.cast(matrix), Reshape(TransposeAllDims(x, 1, 0, 2), in, rows*cells))
	return Reshape(TransposeAllDims(Reshape(y, out, rows, cells), 1, 0, 2), d[0], d[1], out, cells)
}

// features returns what mix does with cells before channels, [batch, frame, cell, out].
func (n *network) features(matrix, x *Node) *Node {
	d := x.Shape().Dimensions
	rows, cells := d[0]*d[1], d[3]
	out, in := matrix.Shape().Dim(0), matrix.Shape().Dim(1)
	if in*out <= cells*(in+out) {
		y := batchMatMul(swapLast(Reshape(x, rows, in, cells)), n.cast(repeated(transposed(matrix), rows)))
		return Reshape(y, d[0], d[1], cells, out)
	}
	return matMul(swapLast(x), n.cast(transposed(matrix)))
}

// repeated returns a matrix n times, [n, row, column].
func repeated(matrix *Node, n int) *Node {
	return BroadcastToDims(InsertAxes(matrix, 0), n, matrix.Shape().Dim(0), matrix.Shape().Dim(1))
}

// channelSums returns the sums over frames and cells of x [batch, frame, channel, cell],
// [batch, channel]. Cells come first, and apart: engines are slow at sums over several axes
// at once.
func channelSums(x *Node) *Node {
	d := x.Shape().Dimensions
	sums := ReduceSum(Reshape(x, d[0]*d[1], d[2], d[3]), 2)
	return ReduceSum(Reshape(sums, d[0], d[1], d[2]), 1)
}

// beside returns numbers for each sample and channel, [batch, channel], as they multiply
// or are added to [batch, frame, channel, cell].
func beside(numbers *Node) *Node { return InsertAxes(numbers, 1, -1) }

// channelMeans returns the means over frames and cells of x [batch, frame, channel, cell],
// [batch, channel].
func channelMeans(x *Node) *Node {
	return DivScalar(channelSums(x), float64(x.Shape().Dim(1)*x.Shape().Dim(3)))
}
