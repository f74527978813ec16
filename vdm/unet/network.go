package unet

import (
	"cmp"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
)

var _ vdm.WatchedNetwork = Config{}

// Apply computes what the function [Apply] does, as a method of [vdm.Network]. The U-Net
// reads no covariates.
func (c Config) Apply(w vdm.Weights, z *g.Node, at vdm.Level, _ vdm.Batch) *g.Node {
	return Apply(c, w, z, at.LogSNR)
}

// ApplyWatched computes what the function [ApplyWatched] does, as a method of
// [vdm.WatchedNetwork].
func (c Config) ApplyWatched(w vdm.Weights, z *g.Node, at vdm.Level, _ vdm.Batch, watch func(name string, x *g.Node)) *g.Node {
	return ApplyWatched(c, w, z, at.LogSNR, watch)
}

// ForClips returns [Config.WithDefaults] with the channels of clips and of their
// conditions, where Channels and OutChannels are not set.
func (c Config) ForClips(channels, conditions int) vdm.Network {
	c.Channels = cmp.Or(c.Channels, channels+conditions)
	c.OutChannels = cmp.Or(c.OutChannels, c.Channels-conditions)
	return c.WithDefaults()
}

// ClipChannels returns how many channels z has, and how many v̂ has.
func (c Config) ClipChannels() (z, output int) { return c.Channels, c.OutChannels }
