package unet

import (
	"strings"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
)

// sameConvGradient returns the gradient of a stride-1 convolution of odd kernel k with
// zero padding.
//
// For x it is a convolution with the rotated kernel. For the kernel, derived gradients
// convolve x with v, a kernel as large as the picture, which only GPU libraries do well.
// Here it is a matrix product: with rows of the padded pictures laid end to end, tap
// (i, j) is Σ_p x[p + i·pitch + j]·v[p] = Σ_p x[p + j]·v[p − i·pitch], so k copies of x
// shifted by j and k copies of v shifted by i give all k² taps at once.
func sameConvGradient(node, v *Node) []*Node {
	x, kernel := node.Inputs()[0], node.Inputs()[1]
	if strings.HasPrefix(node.Graph().Backend().Name(), "xla") {
		return nil
	}
	dx := convolve(v, Transpose(Reverse(kernel, 2, 3), 0, 1))

	k, in, out := kernel.Shape().Dim(2), kernel.Shape().Dim(1), kernel.Shape().Dim(0)
	d := x.Shape().Dimensions
	pictures, pad, pitch := d[0], k/2, d[3]+k-1
	length := (d[2] + k - 1) * pitch // of a padded picture
	// The sum over the pictures is part of the product where the taps of each would be
	// larger than the copies.
	whole := k*in*out > length*(in+out)
	if whole {
		x, v = TransposeAllDims(x, 1, 0, 2, 3), TransposeAllDims(v, 1, 0, 2, 3)
	}
	x, v = padBoth(x, 3, 0, k-1), padBoth(v, 3, 0, k-1)
	shape := x.Shape().Dimensions
	x = Reshape(x, shape[0], shape[1], d[2]*pitch)
	shape = v.Shape().Dimensions
	v = Reshape(v, shape[0], shape[1], d[2]*pitch)
	xs, vs := make([]*Node, k), make([]*Node, k)
	for i := range k {
		before := pad*pitch + pad - i
		xs[i] = padBoth(x, 2, before, length-d[2]*pitch-before)
		vs[i] = padBoth(v, 2, i*pitch, (k-1-i)*pitch)
	}
	var taps *Node // [k·in (j), k·out (i)]
	if whole {
		side := func(copies []*Node, channels int) *Node {
			return Reshape(Concatenate(copies, 0), k*channels, pictures*length)
		}
		taps = batchMatMul(side(xs, in), swapLast(side(vs, out)))
	} else {
		taps = batchMatMul(Concatenate(xs, 1), swapLast(Concatenate(vs, 1)))
		taps = ConvertDType(ReduceSum(ConvertDType(taps, dtypes.Float32), 0), v.DType())
	}
	return []*Node{dx, TransposeAllDims(Reshape(taps, k, in, k, out), 3, 1, 2, 0)}
}
