package run

import (
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/spectral"
)

// FullNetwork returns the network that is trained: the configured one, with its
// conditions as channels after those of z, and with the linear denoiser of the data
// added to its output where preconditioning is "spectrum".
func (c Config) FullNetwork() vdm.Network {
	n := c.Network
	if c.Conditions.channels(c.Clip) > 0 {
		n = conditionedNetwork{n, c.Conditions, len(c.Clip.Channels), c.top()}
	}
	if c.Preconditioning == PreconditionSpectrum {
		given, likely, alternate := "", "", false
		if i := c.Conditions.firstGuess(); i >= 0 {
			given, alternate = c.Conditions.Covariates[i].Name, c.Conditions.Covariates[i].AlternateFrames
		}
		if i := c.Conditions.guessError(); i >= 0 {
			likely = c.Conditions.Covariates[i].Name
		}
		size := c.trainedSize()
		n = spectral.Network{Network: n, Frames: c.Clip.Frames, Height: size[0], Width: size[1], Given: given, GivenError: likely, Alternate: alternate}
	}
	return n
}

// top returns the highest λ of the run, the level of values that are known exactly.
func (c Config) top() float64 {
	s, _, err := c.process()
	if err != nil {
		return vdm.DefaultMaxLogSNR // Validate reports the wrong schedule
	}
	_, top := s.Bounds()
	return top
}

// conditionedNetwork is a network that receives its conditions as channels after those of z: the map
// of noise levels divided by the highest λ, and of each covariate the value and its mark.
type conditionedNetwork struct {
	vdm.Network
	conditions ConditionsConfig
	channels   int // number of channels of z
	top        float64
}

// ClipChannels returns how many channels z has, and how many the output has.
func (n conditionedNetwork) ClipChannels() (z, output int) { return n.channels, n.channels }

// Apply computes the network's output; see [vdm.Network].
func (n conditionedNetwork) Apply(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
	return n.Network.Apply(w, n.shown(z, at, in), at, in)
}

// ApplyWatched computes the network's output and shows its parts; see
// [vdm.WatchedNetwork].
func (n conditionedNetwork) ApplyWatched(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch, watch func(name string, x *g.Node)) *g.Node {
	watched, ok := n.Network.(vdm.WatchedNetwork)
	if !ok {
		return n.Apply(w, z, at, in)
	}
	return watched.ApplyWatched(w, n.shown(z, at, in), at, in, watch)
}

// shown returns z with the conditions after it. A covariate that the batch lacks is 0,
// with the mark 0.
func (n conditionedNetwork) shown(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
	parts := []*g.Node{z}
	if n.conditions.TakesMap() {
		levels := at.Map
		if levels == nil {
			dims := z.Shape().Dimensions
			levels = g.Mul(g.OnesLike(z), g.Reshape(at.LogSNR, dims[0], 1, 1, 1, 1))
		}
		parts = append(parts, g.MulScalar(levels, 1/n.top))
	}
	for _, c := range n.conditions.Covariates {
		field, there := in.Covariates[c.Name]
		if !there {
			dims := append([]int(nil), z.Shape().Dimensions...)
			dims[4] = covariateChannels
			field = g.Zeros(z.Graph(), shapes.Make(f32, dims...))
		}
		parts = append(parts, field)
	}
	return g.Concatenate(parts, 4)
}
