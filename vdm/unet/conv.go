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
		dims := x.Shape().Clone().Dimensions
		dims[2] = out
		return n.addBias(name, Reshape(n.mix(Reshape(kernel, out, in), flat(x)), dims...))
	}
	return n.addBias(name, sameConv(x, n.cast(Reshape(kernel, out, in, k, k))))
}

// addBias adds a bias for each channel to x [batch, frame, channel, …], in float32: the
// gradient of a bias is a sum over all cells, millions of them, and an engine may add
// bfloat16 numbers in bfloat16, where a sum stops growing once it is 256 times a summand.
// Frames are folded into the batch as in a convolution, of which an engine can then make
// the bias a part.
func (n *network) addBias(name string, x *Node) *Node {
	d := x.Shape().Dimensions
	folded := Reshape(x, append([]int{d[0] * d[1]}, d[2:]...)...)
	shape := []int{1, d[2]}
	for range d[3:] {
		shape = append(shape, 1)
	}
	bias := Reshape(n.weight(name+".bias"), shape...)
	y := mark(Add(ConvertDType(folded, dtypes.Float32), bias), "bias")
	return n.cast(Reshape(y, d...))
}

// sameConv returns each frame of x [batch, frame, in, height, width] convolved with a
// kernel [out, in, k, k] of odd k. (GoMLX's gradient is wrong for an even k.)
func sameConv(x, kernel *Node) *Node {
	d := x.Shape().Dimensions
	folded := Reshape(x, d[0]*d[1], d[2], d[3], d[4])
	return Reshape(convolve(folded, kernel), d[0], d[1], kernel.Shape().Dim(0), d[3], d[4])
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
	y := sameConv(spaceToDepth(x), n.cast(k))
	return n.addBias(name, y)
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
	y := depthToSpace(sameConv(x, n.cast(k)))
	return n.addBias(name, y)
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

// spaceToDepth returns blocks of 2×2 cells as channels ordered (channel, row, column). Rows
// and columns go one after the other: engines are slow at moving several axes at once.
func spaceToDepth(x *Node) *Node {
	d := x.Shape().Dimensions
	x = Transpose(Reshape(x, d[0]*d[1]*d[2], d[3]/2, 2, d[4]), 1, 2)
	x = swapLast(Reshape(x, d[0]*d[1]*d[2]*2, d[3]/2*d[4]/2, 2))
	return Reshape(x, d[0], d[1], 4*d[2], d[3]/2, d[4]/2)
}

// depthToSpace returns channels ordered (channel, row, column) as blocks of 2×2 cells, the
// inverse of spaceToDepth.
func depthToSpace(x *Node) *Node {
	d := x.Shape().Dimensions
	x = swapLast(Reshape(x, d[0]*d[1]*d[2]/2, 2, d[3]*d[4]))
	x = Transpose(Reshape(x, d[0]*d[1]*d[2]/4, 2, d[3], 2*d[4]), 1, 2)
	return Reshape(x, d[0], d[1], d[2]/4, 2*d[3], 2*d[4])
}
