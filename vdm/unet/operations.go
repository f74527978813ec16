package unet

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors/images"
)

// batchMatMul returns the products of the last two axes of a and b for each entry of the
// axes before them, which both share.
func batchMatMul(a, b *Node) *Node {
	rank := a.Rank()
	batch := make([]int, rank-2)
	for i := range batch {
		batch[i] = i
	}
	return mark(Dot(a, b).General([]int{rank - 1}, batch, []int{rank - 2}, batch), "matmul")
}

// padTo returns x with zeros appended along an axis up to a multiple of m. (It uses
// Concatenate, because not every engine has Pad.)
func padTo(x *Node, axis, m int) *Node {
	missing := (m - x.Shape().Dim(axis)%m) % m
	if missing == 0 {
		return x
	}
	dims := x.Shape().Clone().Dimensions
	dims[axis] = missing
	return Concatenate([]*Node{x, zeros(x.Graph(), x.DType(), dims...)}, axis)
}

// cropTo returns the first size entries of x along an axis. It is a product with a
// constant 0/1 matrix: the gradient of a slice needs Pad.
func cropTo(x *Node, axis, size int) *Node {
	dims := x.Shape().Clone().Dimensions
	padded := dims[axis]
	if padded == size {
		return x
	}
	keep := make([]float32, padded*size)
	for i := range size {
		keep[i*size+i] = 1
	}
	rank := len(dims)
	perm := make([]int, rank)
	for i := range perm {
		perm[i] = i
	}
	perm[axis], perm[rank-1] = rank-1, axis
	x = TransposeAllDims(x, perm...)
	x = matMul(x, constant(x.Graph(), keep, padded, size))
	return TransposeAllDims(x, perm...)
}

// part returns block i of n equal blocks of w along its first axis, by a
// product with a constant unit vector: the gradient of a slice needs Pad, which
// not every engine has.
func part(w *Node, i, n int) *Node {
	dims := w.Shape().Clone().Dimensions
	unit := make([]float32, n)
	unit[i] = 1
	dims[0] /= n
	return Reshape(matMul(constant(w.Graph(), unit, 1, n), Reshape(w, n, w.Shape().Size()/n)), dims...)
}

func constant(g *Graph, flat []float32, dims ...int) *Node {
	return Reshape(Const(g, flat), dims...)
}

func transposed(x *Node) *Node { return Transpose(x, 0, 1) }

// matMul returns the product of a [..., k] with b [k, n], as one product of matrices,
// for which engines are fastest.
func matMul(a, b *Node) *Node {
	dims := a.Shape().Clone().Dimensions
	last := len(dims) - 1
	rows := Reshape(a, a.Shape().Size()/dims[last], dims[last])
	dims[last] = b.Shape().Dim(1)
	return Reshape(batchMatMul(rows, b), dims...)
}

func silu(x *Node) *Node { return mark(Mul(x, Sigmoid(x)), "silu") }

func zeros(g *Graph, dtype dtypes.DType, dims ...int) *Node {
	return Zeros(g, shapes.Make(dtype, dims...))
}

// swapLast returns x with its last two axes swapped: of a result of swapLast, its input.
func swapLast(x *Node) *Node {
	if swapped(x) {
		return x.Inputs()[0]
	}
	return mark(Transpose(x, -2, -1), "swap")
}

// swapped reports whether x is a result of swapLast.
func swapped(x *Node) bool { return strings.HasPrefix(x.GetAlias(), aliasRoot+"swap/") }

// convolve returns pictures x [picture, in, height, width] convolved with a kernel [out,
// in, k, k] of odd k, with zero padding that keeps the size.
func convolve(x, kernel *Node) *Node {
	return mark(Convolve(x, kernel).ChannelsAxis(images.ChannelsFirst).PadSame().Done(), "conv")
}

// mark names a node so that the gradient called kind is used for it.
func mark(node *Node, kind string) *Node {
	return node.WithAlias(fmt.Sprintf("%s%s/%d", aliasRoot, kind, node.Id()))
}

const aliasRoot = "/vdm/unet/"
