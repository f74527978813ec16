package unet

import (
	"fmt"

	"github.com/gomlx/compute/dtypes"
	. "github.com/gomlx/gomlx/core/graph"
	. "github.com/gomlx/gomlx/support/exceptions"
)

// Apply returns v̂(z, λ).
//
//   - z: the noisy clip, [batch, frame, height, width, channel], float32.
//   - logSNR: λ of each sample of the batch, [batch], float32, not rescaled.
//   - result: [batch, frame, height, width, out channel], float32.
//
// If the height or width is not a multiple of c.Divisor(), the clip is padded with zeros
// below and to the right, and the result cropped. Like all graph functions it panics on
// a wrong shape or a missing weight.
func Apply(c Config, w Weights, z, logSNR *Node) *Node {
	return ApplyWatched(c, w, z, logSNR, nil)
}

// ApplyWatched computes what Apply does, and calls watch with the output of each part of
// the network, in order and under the name that its weights have.
func ApplyWatched(c Config, w Weights, z, logSNR *Node, watch func(name string, x *Node)) *Node {
	c = c.WithDefaults()
	if err := c.Check(z.Graph().Backend()); err != nil {
		panic(err)
	}
	dims := z.Shape().Dimensions
	if len(dims) != 5 || dims[4] != c.Channels {
		Panicf("unet: z is %s, want [batch, frame, height, width, %d]", z.Shape(), c.Channels)
	}
	if logSNR.Rank() != 1 || logSNR.Shape().Dim(0) != dims[0] {
		Panicf("unet: λ is %s, want [%d] as z is %s", logSNR.Shape(), dims[0], z.Shape())
	}
	n := &network{Config: c, g: z.Graph(), w: w, dtype: dtypes.Float32, watch: watch}
	if c.BFloat16 {
		n.dtype = dtypes.BFloat16
	}
	height, width := dims[2], dims[3]
	z = padTo(z, 2, c.Divisor())
	z = padTo(z, 3, c.Divisor())
	v := outward(n.forward(ConvertDType(inward(z), n.dtype), logSNR))
	v = cropTo(v, 2, height)
	return cropTo(v, 3, width)
}

// seen shows x to the watcher, if there is one, and returns it.
func (n *network) seen(name string, x *Node) *Node {
	if n.watch != nil {
		if x.Rank() == 5 {
			n.watch(name, outward(x))
		} else {
			n.watch(name, x)
		}
	}
	return x
}

// remat returns f(x) with its inner activations marked for recomputation in the backward
// pass.
func (n *network) remat(x *Node, f func(x *Node) *Node) *Node {
	if !n.Rematerialise {
		return f(x)
	}
	return f(x.Checkpoint()).StopCheckpoint()
}

func (n *network) forward(z, logSNR *Node) *Node {
	n.embedding = silu(n.seen("time_mlp", n.embedLogSNR(logSNR)))
	n.bias = n.positionBias(z.Shape().Dim(1))
	last := len(n.Multiples) - 1

	x := n.seen("init_conv", n.conv("init_conv", z))
	x = n.attend("init_temporal_attn", x, n.temporal())
	r := x
	var skips []*Node
	for i := range n.Multiples {
		name := fmt.Sprintf("downs.%d", i)
		x = n.level(name, x)
		skips = append(skips, x)
		if i < last {
			x = n.seen(name+".4", n.downsample(name+".4", x))
		}
	}

	x = n.block("mid_block1", x, true)
	x = n.attend("mid_spatial_attn", x, n.spatial())
	x = n.attend("mid_temporal_attn", x, n.temporal())
	x = n.block("mid_block2", x, true)

	for j := range n.Multiples {
		i := last - j
		name := fmt.Sprintf("ups.%d", j)
		x = n.level(name, Concatenate([]*Node{x, skips[i]}, 2))
		if i > 0 {
			x = n.seen(name+".4", n.upsample(name+".4", x))
		}
	}

	x = n.block("final_conv.0", Concatenate([]*Node{x, r}, 2), false)
	return ConvertDType(n.conv("final_conv.1", x), dtypes.Float32)
}

// level returns the output of a level, in which the way down and the way up are alike:
// two residual blocks, the spatial and the temporal attention.
func (n *network) level(name string, x *Node) *Node {
	x = n.block(name+".0", x, true)
	x = n.block(name+".1", x, true)
	x = n.attend(name+".2", x, n.linearAttention)
	return n.attend(name+".3", x, n.temporal())
}

// attention is one kind of attention.
type attention func(name string, x *Node) *Node

func (n *network) temporal() attention {
	if n.fusesTemporal() {
		return n.fusedTemporalAttention
	}
	return n.temporalAttention
}

func (n *network) spatial() attention {
	if n.fusesSpatial() {
		return n.fusedSpatialAttention
	}
	return n.spatialAttention
}

func (n *network) attend(name string, x *Node, attention attention) *Node {
	return n.seen(name, n.remat(x, func(x *Node) *Node { return attention(name, x) }))
}

// block returns the output of a residual block: convolution, norm, scale and shift by
// the embedding of λ, SiLU; convolution, norm, SiLU; plus the input.
func (n *network) block(name string, x *Node, embedded bool) *Node {
	var scale, shift *Node
	if embedded {
		scale, shift = n.scaleAndShift(name + ".mlp.1")
	}
	return n.seen(name, n.remat(x, func(x *Node) *Node {
		h := n.conv(name+".block1.proj", x)
		h = n.normSiLU(name+".block1.norm", h, scale, shift)
		h = n.conv(name+".block2.proj", h)
		h = n.normSiLU(name+".block2.norm", h, nil, nil)
		if x.Shape().Dim(2) != h.Shape().Dim(2) {
			x = n.conv(name+".res_conv", x)
		}
		return Add(h, x)
	}))
}
