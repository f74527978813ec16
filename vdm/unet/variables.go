package unet

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// initOne are the initial values of gains, initNormal those of the position table.
// Offsets of norms start at 0.
var (
	initOne    = weights.Init{Constant: 1}
	initNormal = weights.Init{Normal: 1}
)

// Variables lists every trainable variable of the network, in a fixed order, under
// the original program's names and in its layout (PyTorch's: [out, in, 1, height,
// width] for a convolution, [in, out, 1, height, width] for a transposed one,
// [out, in] for a linear map), so that weights move in and out unchanged.
func (c Config) Variables() []weights.Variable {
	c = c.WithDefaults()
	l := &parameterList{c: c}
	w := c.widths()
	l.add("time_rel_pos_bias.relative_attention_bias.weight", weights.Bias, initNormal, buckets, c.Heads)
	l.conv("init_conv", c.Channels, c.Dim, 7)
	l.temporal("init_temporal_attn", c.Dim)
	l.linear("time_mlp.1", c.Dim, 4*c.Dim)
	l.linear("time_mlp.3", 4*c.Dim, 4*c.Dim)
	last := len(w) - 2
	for i := range c.Multiples {
		name := fmt.Sprintf("downs.%d", i)
		l.block(name+".0", w[i], w[i+1], true)
		l.block(name+".1", w[i+1], w[i+1], true)
		l.linearAttention(name+".2", w[i+1])
		l.temporal(name+".3", w[i+1])
		if i < last {
			l.conv(name+".4", w[i+1], w[i+1], 4)
		}
	}
	mid := w[len(w)-1]
	l.block("mid_block1", mid, mid, true)
	l.add("mid_spatial_attn.fn.norm.gamma", weights.Gain, initOne, 1, mid, 1, 1, 1)
	l.add("mid_spatial_attn.fn.fn.fn.to_qkv.weight", weights.Matrix, weights.FanIn(mid), 3*c.Heads*spatialHead, mid)
	l.add("mid_spatial_attn.fn.fn.fn.to_out.weight", weights.Matrix, weights.FanIn(c.Heads*spatialHead), mid, c.Heads*spatialHead)
	l.temporal("mid_temporal_attn", mid)
	l.block("mid_block2", mid, mid, true)
	for j := range c.Multiples {
		i := last - j // the level to which this step up belongs
		name := fmt.Sprintf("ups.%d", j)
		l.block(name+".0", 2*w[i+1], w[i], true)
		l.block(name+".1", w[i], w[i], true)
		l.linearAttention(name+".2", w[i])
		l.temporal(name+".3", w[i])
		if i > 0 {
			// PyTorch takes the fan-in of a transposed convolution from its
			// second axis, the output channels; both are equal here.
			l.conv(name+".4", w[i], w[i], 4)
		}
	}
	l.block("final_conv.0", 2*c.Dim, c.Dim, false)
	l.conv("final_conv.1", c.Dim, c.OutChannels, 1)
	return l.params
}

// Count returns the number of trainable parameters: 35,707,905 for the dissertation's
// network.
func (c Config) Count() int { return weights.Count(c.Variables()) }

// Initial returns initial values of every parameter, by name: PyTorch's own
// initialisation, which the dissertation's program used (weights and biases uniform in
// ±1/√fan_in, the position table standard normal, gains 1, offsets 0). Each depends on
// the seed and its place in the list only.
func (c Config) Initial(seed uint64) map[string][]float32 {
	return weights.Initial(c.Variables(), seed)
}

type parameterList struct {
	c      Config
	params []weights.Variable
}

func (l *parameterList) add(name string, kind weights.Kind, init weights.Init, shape ...int) {
	l.params = append(l.params, weights.Variable{Name: name, Shape: shape, Kind: kind, Init: init})
}

func (l *parameterList) conv(name string, in, out, k int) {
	fanIn := in * k * k
	l.add(name+".weight", weights.Matrix, weights.FanIn(fanIn), out, in, 1, k, k)
	l.add(name+".bias", weights.Bias, weights.FanIn(fanIn), out)
}

func (l *parameterList) linear(name string, in, out int) {
	l.add(name+".weight", weights.Matrix, weights.FanIn(in), out, in)
	l.add(name+".bias", weights.Bias, weights.FanIn(in), out)
}

func (l *parameterList) block(name string, in, out int, embedded bool) {
	if embedded {
		l.linear(name+".mlp.1", 4*l.c.Dim, 2*out)
	}
	for i, width := range []int{in, out} {
		part := fmt.Sprintf("%s.block%d", name, i+1)
		l.conv(part+".proj", width, out, 3)
		l.add(part+".norm.weight", weights.Gain, initOne, out)
		l.add(part+".norm.bias", weights.Bias, weights.Init{}, out)
	}
	if in != out {
		l.conv(name+".res_conv", in, out, 1)
	}
}

func (l *parameterList) linearAttention(name string, width int) {
	inner := l.c.Heads * spatialHead
	l.add(name+".fn.norm.gamma", weights.Gain, initOne, 1, width, 1, 1, 1)
	l.add(name+".fn.fn.to_qkv.weight", weights.Matrix, weights.FanIn(width), 3*inner, width, 1, 1)
	l.add(name+".fn.fn.to_out.weight", weights.Matrix, weights.FanIn(inner), width, inner, 1, 1)
	l.add(name+".fn.fn.to_out.bias", weights.Bias, weights.FanIn(inner), width)
}

func (l *parameterList) temporal(name string, width int) {
	inner := l.c.Heads * l.c.HeadDim
	l.add(name+".fn.norm.gamma", weights.Gain, initOne, 1, width, 1, 1, 1)
	l.add(name+".fn.fn.fn.to_qkv.weight", weights.Matrix, weights.FanIn(width), 3*inner, width)
	l.add(name+".fn.fn.fn.to_out.weight", weights.Matrix, weights.FanIn(inner), width, inner)
}
