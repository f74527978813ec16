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
	// copies returns the copies of t, each in a picture of zeros from its own place on: a
	// row for each channel and copy.
	copies := func(t *Node, place func(i int) int) *Node {
		t = padBoth(t, 3, 0, k-1)
		dims := t.Shape().Dimensions
		size := d[2] * pitch
		t = Reshape(t, dims[0], dims[1], size)
		var parts []*Node
		end := 0 // of what has been laid out
		fill := func(to int) {
			if to > end {
				parts = append(parts, zeros(t.Graph(), t.DType(), dims[0], dims[1], to-end))
			}
			end = to
		}
		for i := range k {
			fill(i*length + place(i))
			parts = append(parts, t)
			end += size
		}
		fill(k * length)
		laid := Concatenate(parts, 2)
		if whole {
			laid = Transpose(Reshape(laid, dims[0], dims[1], k, length), 1, 2)
			return Reshape(laid, dims[0]*k, pictures*length)
		}
		return Reshape(laid, pictures, dims[1]*k, length)
	}
	xs := copies(x, func(j int) int { return pad*pitch + pad - j })
	vs := copies(v, func(i int) int { return i * pitch })
	taps := batchMatMul(xs, swapLast(vs)) // [in·k (j), out·k (i)], of each picture or of all
	if !whole {
		taps = ConvertDType(ReduceSum(ConvertDType(taps, dtypes.Float32), 0), v.DType())
	}
	return []*Node{dx, TransposeAllDims(Reshape(taps, in, k, out, k), 2, 0, 3, 1)}
}
