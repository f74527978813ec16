package unet

import (
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Kinds are told by what the original's names say.
func TestKindsOfVariables(t *testing.T) {
	want := map[string]weights.Kind{
		"time_rel_pos_bias.relative_attention_bias.weight": weights.Bias,
		"init_conv.weight":                 weights.Matrix,
		"init_conv.bias":                   weights.Bias,
		"time_mlp.1.weight":                weights.Matrix,
		"downs.0.0.block1.norm.weight":     weights.Gain,
		"downs.0.0.block1.norm.bias":       weights.Bias,
		"downs.0.2.fn.norm.gamma":          weights.Gain,
		"downs.0.2.fn.fn.to_qkv.weight":    weights.Matrix,
		"downs.0.2.fn.fn.to_out.bias":      weights.Bias,
		"downs.0.3.fn.fn.fn.to_out.weight": weights.Matrix,
		"mid_spatial_attn.fn.norm.gamma":   weights.Gain,
		"final_conv.0.block2.norm.weight":  weights.Gain,
		"final_conv.1.weight":              weights.Matrix,
		"mid_temporal_attn.fn.norm.gamma":  weights.Gain,
		"downs.0.0.mlp.1.bias":             weights.Bias,
		"mid_block1.block1.proj.weight":    weights.Matrix,
		"init_temporal_attn.fn.norm.gamma": weights.Gain,
	}
	for _, v := range (Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}).Variables() {
		kind, ok := want[v.Name]
		if ok && v.Kind != kind {
			t.Errorf("%s is of kind %d, want %d", v.Name, v.Kind, kind)
		}
		delete(want, v.Name)
		if v.Kind == weights.Matrix && len(v.Shape) < 2 {
			t.Errorf("%s of shape %v is called a matrix", v.Name, v.Shape)
		}
	}
	for name := range want {
		t.Errorf("no variable %s", name)
	}
}

// Channels of clips fill in what is not set, and nothing else.
func TestForClips(t *testing.T) {
	for _, c := range []struct {
		config     Config
		conditions int
		z, out     int
	}{{Config{}, 0, 3, 3}, {Config{Channels: 2}, 0, 2, 2}, {Config{OutChannels: 1}, 0, 3, 1}, {Config{}, 2, 5, 3}, {Config{Channels: 5}, 2, 5, 3}} {
		n := c.config.ForClips(3, c.conditions)
		if z, out := n.ClipChannels(); z != c.z || out != c.out {
			t.Errorf("%+v for clips of 3 channels: %d to %d, want %d to %d", c.config, z, out, c.z, c.out)
		}
		if n.Count() != n.(Config).WithDefaults().Count() || n.(Config).Dim != 64 {
			t.Errorf("%+v for clips: defaults are missing: %+v", c.config, n)
		}
	}
}
