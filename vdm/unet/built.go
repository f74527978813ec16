package unet

import (
	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	. "github.com/gomlx/gomlx/support/exceptions"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// network is one use of the weights in one graph.
type network struct {
	Config
	g     *Graph
	w     Weights
	dtype dtypes.DType // of the activations
	watch func(name string, x *Node)

	embedding *Node // SiLU of the embedded λ, [batch, 4·dim], float32
	bias      *Node // relative position bias, [heads, frame, frame], float32
}

// weight returns a parameter in float32.
func (n *network) weight(name string) *Node {
	w, ok := n.w[name]
	if !ok {
		Panicf("unet: no weight is bound to %q", name)
	}
	return w
}

// cast returns x in the activations' type.
func (n *network) cast(x *Node) *Node { return ConvertDType(x, n.dtype) }

// Weights binds the network's parameters, by name, to nodes of one graph. Bound to other
// nodes, such as the exponential moving averages, the same network computes with those
// weights.
type Weights = vdm.Weights
