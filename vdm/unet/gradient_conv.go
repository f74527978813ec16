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
// Here it is a matrix product: with the rows of the pictures laid end to end, rows of width
// w and pad rows of zeros above and below, tap (i, j) is Σ_p x[p + i·w + j − pad]·v[p], so
// k copies of x shifted by j and k copies of v shifted by i rows give all k² taps at once.
// A shifted copy of x lacks the columns that the shift would carry into another row.
func sameConvGradient(node, v *Node) []*Node {
	x, kernel := node.Inputs()[0], node.Inputs()[1]
	if strings.HasPrefix(node.Graph().Backend().Name(), "xla") {
		return nil
	}
	dx := convolve(v, Transpose(Reverse(kernel, 2, 3), 0, 1))

	k, in, out := kernel.Shape().Dim(2), kernel.Shape().Dim(1), kernel.Shape().Dim(0)
	d := x.Shape().Dimensions
	pictures, pad, w := d[0], k/2, d[3]
	size, length := d[2]*w, (d[2]+k-1)*w+k-1 // of a picture, and of one in its zeros
	// The sum over the pictures is part of the product where the taps of each would be
	// larger than the copies.
	whole := k*in*out > length*(in+out)
	if whole {
		x, v = TransposeAllDims(x, 1, 0, 2, 3), TransposeAllDims(v, 1, 0, 2, 3)
	}
	// laid returns the copies, each in a picture of zeros from its own place on: a row for
	// each channel and copy.
	laid := func(copies []*Node, place func(i int) int) *Node {
		dims := copies[0].Shape().Dimensions
		var parts []*Node
		end := 0 // of what has been laid out
		fill := func(to int) {
			if to > end {
				parts = append(parts, zeros(x.Graph(), x.DType(), dims[0], dims[1], to-end))
			}
			end = to
		}
		for i, c := range copies {
			fill(i*length + place(i))
			parts = append(parts, c)
			end += size
		}
		fill(k * length)
		t := Concatenate(parts, 2)
		if whole {
			t = Transpose(Reshape(t, dims[0], dims[1], k, length), 1, 2)
			return Reshape(t, dims[0]*k, pictures*length)
		}
		return Reshape(t, pictures, dims[1]*k, length)
	}
	rows := func(t *Node) *Node {
		dims := t.Shape().Dimensions
		return Reshape(t, dims[0], dims[1], size)
	}
	x, v = rows(x), rows(v)
	xs, vs := make([]*Node, k), make([]*Node, k)
	for i := range k {
		xs[i], vs[i] = withinRows(x, w, i-pad), v
	}
	xl := laid(xs, func(j int) int { return pad*w + 2*pad - j })
	vl := laid(vs, func(i int) int { return i*w + pad })
	taps := batchMatMul(xl, swapLast(vl)) // [in·k (j), out·k (i)], of each picture or of all
	if !whole {
		taps = ConvertDType(ReduceSum(ConvertDType(taps, dtypes.Float32), 0), v.DType())
	}
	return []*Node{dx, TransposeAllDims(Reshape(taps, in, k, out, k), 2, 0, 3, 1)}
}

// withinRows returns pictures of a width, each as one row of cells, without the columns
// that would leave their row of the picture if all were moved by shift cells to the left:
// the first ones, or where shift is negative the last ones.
func withinRows(x *Node, width, shift int) *Node {
	if shift == 0 {
		return x
	}
	keep := make([]float32, x.Shape().Dim(2))
	for i := range keep {
		if c := i % width; c >= shift && c < width+shift {
			keep[i] = 1
		}
	}
	return Mul(x, ConvertDType(constant(x.Graph(), keep, 1, 1, len(keep)), x.DType()))
}
