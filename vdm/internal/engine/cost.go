package engine

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
)

// Cost is the work and the memory for one run of a graph, counted from its nodes. It is
// an account, not a measurement: engines fuse operators, pad buffers and work in another
// order.
type Cost struct {
	// FLOPs counts the operations of the matrix products, convolutions and fused
	// attentions, 2 for a multiplication with its addition. Everything else is limited
	// by memory: see Bytes.
	FLOPs float64
	// Bytes counts what the operators read and write if none is fused with another.
	Bytes float64
	// Least is the number of bytes that move if everything else is fused into the
	// products, convolutions and attentions: these read their operands and write their
	// results once each, inputs of the graph are read once and outputs written once. No
	// step of this graph takes less time than these bytes take to move.
	Least float64
	// Peak is the largest number of bytes that are live at once, in node order, with the
	// parameters (all the time) and the outputs (from when they are made). Reshape,
	// Identity and barriers share their input's buffer; nothing else works in place.
	// Measured: a training step on ONNX Runtime takes 1.4 to 1.7 times this for the
	// first step and 2.8 to 3.1 times from the second on.
	Peak int64
}

// String returns the cost in words.
func (c Cost) String() string {
	return fmt.Sprintf("%.4g GFLOP, %.4g GB moved (at least %.4g), %.4g GiB at the peak", c.FLOPs/1e9, c.Bytes/1e9, c.Least/1e9, float64(c.Peak)/(1<<30))
}

// CostOf returns the cost of a graph. The graph need not be compiled: make it with
// graph.NewGraph and graph.Parameter, and counting takes no longer than building it, a
// fraction of a second.
//
// Only nodes that the outputs depend on count, as engines drop the rest. Without
// outputs, every node that no other one uses is an output.
//
// Matrix products should contract the last axis of their left operand, and the channels of
// a convolution be either second in pictures and first in kernels or last in both, as the
// networks of this project write both and their gradients.
func CostOf(g *graph.Graph, outputs ...*graph.Node) Cost {
	nodes := g.Nodes()
	if len(outputs) == 0 {
		outputs = sinks(nodes)
	}
	used := UsedBy(nodes, outputs)
	var c Cost
	buffer := make([]int, len(nodes)) // the node whose buffer contains the value
	last := make([]int, len(nodes))   // the node at which a buffer is used for the last time
	for i, n := range nodes {
		if !used[i] {
			continue
		}
		buffer[i] = i
		if sharesInput(n) {
			buffer[i] = buffer[n.Inputs()[0].Id()]
		}
		last[buffer[i]] = i
		for _, in := range n.Inputs() {
			last[buffer[in.Id()]] = i
		}
		c.FLOPs += FLOPs(n)
		if buffer[i] == i && !isSource(n) {
			c.Bytes += float64(bytesOf(n))
			for _, in := range n.Inputs() {
				c.Bytes += float64(bytesOf(in))
			}
		}
	}
	for _, o := range outputs {
		last[buffer[o.Id()]] = len(nodes)
	}
	c.Least = leastBytes(nodes, used, outputs)

	var live int64
	freed := make([][]int, len(nodes)+1)
	for i, n := range nodes {
		if !used[i] || buffer[i] != i {
			continue
		}
		if isSource(n) {
			live += bytesOf(n)
			continue
		}
		freed[last[i]] = append(freed[last[i]], i)
	}
	c.Peak = live
	for i, n := range nodes {
		if used[i] && buffer[i] == i && !isSource(n) {
			live += bytesOf(n)
			c.Peak = max(c.Peak, live)
		}
		for _, j := range freed[i] {
			live -= bytesOf(nodes[j])
		}
	}
	return c
}

// leastBytes returns Cost.Least.
func leastBytes(nodes []*graph.Node, used []bool, outputs []*graph.Node) (sum float64) {
	for i, n := range nodes {
		switch {
		case !used[i]:
		case isSource(n) || n.Type() == graph.NodeTypeSplitNode:
			sum += float64(bytesOf(n))
		case isProduct(n):
			sum += float64(bytesOf(n))
			for _, in := range n.Inputs() {
				if from, bytes := origin(in); !isSource(from) {
					sum += float64(bytes)
				}
			}
		}
	}
	for _, o := range outputs {
		if from, _ := origin(o); !isProduct(from) && from.Type() != graph.NodeTypeSplitNode {
			sum += float64(bytesOf(o))
		}
	}
	return sum
}

// origin follows a value back through nodes that only move, copy or convert it, and
// returns where it was computed and the fewest bytes that it took on the way.
func origin(n *graph.Node) (*graph.Node, int64) {
	least := bytesOf(n)
	for {
		switch n.Type() {
		case graph.NodeTypeTranspose, graph.NodeTypeBroadcastInDim, graph.NodeTypeConvertDType, graph.NodeTypeSlice:
		default:
			if !sharesInput(n) {
				return n, least
			}
		}
		n = n.Inputs()[0]
		least = min(least, bytesOf(n))
	}
}

// isProduct reports whether a node is one that FLOPs counts.
func isProduct(n *graph.Node) bool {
	switch n.Type() {
	case graph.NodeTypeDotGeneral, graph.NodeTypeConvGeneral, graph.NodeTypeFusedScaledDotProductAttention, graph.NodeTypeFusedScaledDotProductAttentionVJP:
		return true
	}
	return false
}

// UsedBy marks the nodes that the outputs depend on, and the outputs.
func UsedBy(nodes, outputs []*graph.Node) []bool {
	used := make([]bool, len(nodes))
	for _, o := range outputs {
		used[o.Id()] = true
	}
	for i := len(nodes) - 1; i >= 0; i-- { // inputs come before the nodes that use them
		if used[i] {
			for _, in := range nodes[i].Inputs() {
				used[in.Id()] = true
			}
		}
	}
	return used
}

// sinks returns the nodes that no other node uses.
func sinks(nodes []*graph.Node) []*graph.Node {
	used := make([]bool, len(nodes))
	for _, n := range nodes {
		for _, in := range n.Inputs() {
			used[in.Id()] = true
		}
	}
	var s []*graph.Node
	for i, n := range nodes {
		if !used[i] {
			s = append(s, n)
		}
	}
	return s
}

// isSource reports whether a node's value exists before the graph runs.
func isSource(n *graph.Node) bool {
	return n.Type() == graph.NodeTypeParameter || n.Type() == graph.NodeTypeConstant
}

// sharesInput reports whether a node is its first input under another shape or name.
func sharesInput(n *graph.Node) bool {
	switch n.Type() {
	case graph.NodeTypeReshape, graph.NodeTypeIdentity, graph.NodeTypeOptimizationBarrier, graph.NodeTypeSchedulingBarrier:
		return true
	}
	return false
}

// FLOPs returns the operations of one node; see [Cost].
func FLOPs(n *graph.Node) float64 {
	switch n.Type() {
	case graph.NodeTypeDotGeneral:
		return 2 * float64(n.Shape().Size()) * float64(n.Inputs()[0].Shape().Dim(-1))
	case graph.NodeTypeConvGeneral:
		kernel := n.Inputs()[1].Shape()
		return 2 * float64(n.Shape().Size()) * float64(kernel.Size()/kernel.Dim(outputChannels(n)))
	case graph.NodeTypeFusedScaledDotProductAttention: // two products
		return 2 * attentionProduct(n.Inputs())
	case graph.NodeTypeFusedScaledDotProductAttentionVJP: // four, and the logits again
		return 5 * attentionProduct(n.Inputs())
	}
	return 0
}

// outputChannels returns the axis of a convolution's kernel that has the output channels: 0
// where pictures are [picture, channel, height, width], and -1 where channels are last.
func outputChannels(n *graph.Node) int {
	in, kernel := n.Inputs()[0].Shape(), n.Inputs()[1].Shape()
	last := kernel.Dim(-1) == n.Shape().Dim(-1) && kernel.Dim(-2) == in.Dim(-1)
	first := kernel.Dim(0) == n.Shape().Dim(1) && kernel.Dim(1) == in.Dim(1)
	if first && !last {
		return 0
	}
	return -1
}

// attentionProduct returns the operations of one product of queries and keys, both
// [batch, position, head, width].
func attentionProduct(inputs []*graph.Node) float64 {
	return 2 * float64(inputs[0].Shape().Size()) * float64(inputs[1].Shape().Dim(1))
}

// bytesOf returns the size of a node's value.
func bytesOf(n *graph.Node) int64 {
	if n.NumOutputs() != 1 {
		return 0 // its parts are nodes of their own
	}
	s := n.Shape()
	return int64(s.Size()) * int64(s.DType.Size())
}
