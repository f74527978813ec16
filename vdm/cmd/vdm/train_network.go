package main

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// unetFlags are the flags of train that set the U-Net.
var unetFlags = []string{"dim", "multiples", "heads", "head-dim", "bfloat16", "rematerialise", "fused-attention"}

// addNetwork adds the flags of the U-Net.
func (t *trainFlags) addNetwork(f *pflag.FlagSet) {
	f.IntVar(&t.dim, "dim", 64, "channels of the U-Net's first level, a multiple of 8")
	f.IntSliceVar(&t.multiples, "multiples", []int{1, 2, 4, 8}, "channels of each level, as multiples of --dim")
	f.IntVar(&t.heads, "heads", 8, "attention heads")
	f.IntVar(&t.headDim, "head-dim", 32, "channels of a temporal attention head, even")
	f.BoolVar(&t.bfloat16, "bfloat16", false, "activations in bfloat16")
	f.BoolVar(&t.rematerialise, "rematerialise", false, "compute activations twice and store fewer: less memory, more time")
	addFused(f, &t.fused)
}

// applyNetwork writes the flags of the U-Net into a configuration. They are refused
// where its network is of another kind, which is set in its file only.
func (t *trainFlags) applyNetwork(c *cobra.Command, config *run.Config) error {
	kind, err := run.NetworkKind(config.Network)
	if err != nil {
		return err
	}
	n, ok := config.Network.(unet.Config)
	if !ok && config.Network != nil {
		for _, name := range unetFlags {
			if c.Flags().Changed(name) {
				return misuse(c, "--%s is a setting of the U-Net, but the configuration has a network of the kind %s: its settings are under network in the file", name, kind)
			}
		}
		return nil
	}
	override(c, "dim", &n.Dim, t.dim)
	override(c, "heads", &n.Heads, t.heads)
	override(c, "head-dim", &n.HeadDim, t.headDim)
	override(c, "bfloat16", &n.BFloat16, t.bfloat16)
	override(c, "rematerialise", &n.Rematerialise, t.rematerialise)
	override(c, "fused-attention", &n.FusedAttention, t.fused)
	if c.Flags().Changed("multiples") || len(n.Multiples) == 0 {
		n.Multiples = t.multiples
	}
	config.Network = n
	return nil
}
