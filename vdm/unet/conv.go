package unet

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// conv returns a stride-1 convolution over space with zero padding that keeps the size.
// Frames are folded into the batch: the kernels have one frame only, and 2-D
// convolutions are far faster than 3-D ones on every engine. A 1×1 convolution is a
// matrix product.
func (n *network) conv(name string, x *Node) *Node {
	kernel := n.weight(name + ".weight") // [out, in, 1, k, k]
	d := kernel.Shape().Dimensions
	out, in, k := d[0], d[1], d[3]
	if k == 1 {
		y := n.mix(Reshape(kernel, out, in), flat(x))
		s := x.Shape().Dimensions
		return unfolded(n.addBias(name, Reshape(y, s[0]*s[1], out, s[3], s[4])), x)
	}
	return unfolded(n.addBias(name, convolve(folded(x), n.cast(Reshape(kernel, out, in, k, k)))), x)
}

// folded returns x [batch, frame, channel, height, width] as pictures [batch·frame, channel,
// height, width].
func folded(x *Node) *Node {
	d := x.Shape().Dimensions
	return Reshape(x, d[0]*d[1], d[2], d[3], d[4])
}

// unfolded returns pictures with the batch and the frames of like apart.
func unfolded(pictures, like *Node) *Node {
	d := pictures.Shape().Dimensions
	return Reshape(pictures, like.Shape().Dim(0), like.Shape().Dim(1), d[1], d[2], d[3])
}

// addBias adds a bias for each channel to pictures, in float32: the gradient of a bias is a
// sum over all cells, millions of them, and an engine may add bfloat16 numbers in bfloat16,
// where a sum stops growing once it is 256 times a summand. An engine can make a bias part
// of a convolution that it follows at once.
func (n *network) addBias(name string, pictures *Node) *Node {
	bias := Reshape(n.weight(name+".bias"), 1, pictures.Shape().Dim(1), 1, 1)
	return n.cast(mark(Add(ConvertDType(pictures, dtypes.Float32), bias), "bias"))
}

// downsample returns the 4×4 convolution of stride 2 and padding 1, as an exact
// rearrangement that needs neither a stride nor an even kernel: output i reads inputs
// 2i−1 … 2i+2, which after space-to-depth are the second half of block i−1, both halves
// of block i and the first half of block i+1: a 3×3 convolution over blocks.
func (n *network) downsample(name string, x *Node) *Node {
	kernel := n.weight(name + ".weight") // [out, in, 1, 4, 4]
	out, in := kernel.Shape().Dim(0), kernel.Shape().Dim(1)
	// Tap a of the kernel is phase p of block offset b−1: a = 2b + p − 1.
	k := spread(kernel, out*in, func(a int) (block, phase int) { return (a + 1) / 2, (a + 1) % 2 })
	// [out, in, by, py, bx, px] to [out, in, py, px, by, bx]
	k = Reshape(k, out, in, 3, 2, 3, 2)
	k = Reshape(TransposeAllDims(k, 0, 1, 3, 5, 2, 4), out, 4*in, 3, 3)
	return unfolded(n.addBias(name, convolve(spaceToDepth(folded(x)), n.cast(k))), x)
}

// upsample returns the 4×4 transposed convolution of stride 2 and padding 1 (its kernel
// [in, out, 1, 4, 4] is not flipped: output 2i+a−1 receives input i times tap a), as a
// 3×3 convolution to the four phases of each output block, and depth-to-space.
func (n *network) upsample(name string, x *Node) *Node {
	kernel := n.weight(name + ".weight")
	in, out := kernel.Shape().Dim(0), kernel.Shape().Dim(1)
	// Output 2m+p receives input m+b−1 for a = 2m+p+1−2(m+b−1) = p+3−2b.
	k := spread(kernel, in*out, func(a int) (block, phase int) { return (4 - a) / 2, (a + 1) % 2 })
	// [in, out, by, py, bx, px] to [out, py, px, in, by, bx]
	k = Reshape(k, in, out, 3, 2, 3, 2)
	k = Reshape(TransposeAllDims(k, 1, 3, 5, 0, 2, 4), 4*out, in, 3, 3)
	return unfolded(n.addBias(name, depthToSpace(convolve(folded(x), n.cast(k)))), x)
}

// spread returns the taps of a 4×4 kernel [rows·4·4] distributed over 3 blocks of 2
// phases in both directions, [rows, 3, 2, 3, 2], zero elsewhere. It is a product with a
// constant 0/1 matrix, whose gradient every engine has.
func spread(kernel *Node, rows int, place func(tap int) (block, phase int)) *Node {
	s := make([]float32, 16*36)
	for ay := range 4 {
		for ax := range 4 {
			by, py := place(ay)
			bx, px := place(ax)
			s[(ay*4+ax)*36+((by*2+py)*3+bx)*2+px] = 1
		}
	}
	return matMul(Reshape(kernel, rows, 16), constant(kernel.Graph(), s, 16, 36))
}

// spaceToDepth returns pictures with blocks of 2×2 cells as channels ordered (channel, row,
// column). Rows and columns go one after the other: engines are slow at moving several axes
// at once.
func spaceToDepth(x *Node) *Node {
	d := x.Shape().Dimensions
	x = Transpose(Reshape(x, d[0]*d[1], d[2]/2, 2, d[3]), 1, 2)
	x = swapLast(Reshape(x, d[0]*d[1]*2, d[2]/2*d[3]/2, 2))
	return Reshape(x, d[0], 4*d[1], d[2]/2, d[3]/2)
}

// depthToSpace returns pictures with channels ordered (channel, row, column) as blocks of
// 2×2 cells, the inverse of spaceToDepth.
func depthToSpace(x *Node) *Node {
	d := x.Shape().Dimensions
	x = swapLast(Reshape(x, d[0]*d[1]/2, 2, d[2]*d[3]))
	x = Transpose(Reshape(x, d[0]*d[1]/4, 2, d[2], 2*d[3]), 1, 2)
	return Reshape(x, d[0], d[1]/4, 2*d[2], 2*d[3])
}
