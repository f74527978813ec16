package run

import (
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/spectral"
)

// FullNetwork returns the network that is trained: the configured one, with what it is
// told as channels after z, and with the linear denoiser of the data added to its output
// where preconditioning is "spectrum".
func (c Config) FullNetwork() vdm.Network {
	n := c.Network
	if c.Conditions.channels(c.Clip) > 0 {
		n = told{n, c.Conditions, len(c.Clip.Channels), c.top()}
	}
	if c.Preconditioning == PreconditionSpectrum {
		given := ""
		if i := c.Conditions.firstGuess(); i >= 0 {
			given = c.Conditions.Covariates[i].Name
		}
		size := c.TrainedSize
		if size == [2]int{} {
			size = [2]int{c.Clip.Height, c.Clip.Width}
		}
		n = spectral.Network{Network: n, Frames: c.Clip.Frames, Height: size[0], Width: size[1], Given: given}
	}
	return n
}

// top is the highest λ of the run, which stands for what is known exactly.
func (c Config) top() float64 {
	s, _, err := c.process()
	if err != nil {
		return vdm.DefaultMaxLogSNR // Validate says what is wrong
	}
	_, top := s.Bounds()
	return top
}

// told is a network that is shown its conditions as channels after those of z: the map of
// noise levels over the highest λ, and of each covariate the value and a mark of 1 where
// it is there.
type told struct {
	vdm.Network
	conditions ConditionsConfig
	channels   int // of z
	top        float64
}

// ClipChannels returns how many channels z has, and how many the output.
func (n told) ClipChannels() (z, output int) { return n.channels, n.channels }

// Apply is as in [vdm.Network].
func (n told) Apply(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
	return n.Network.Apply(w, n.shown(z, at, in), at, in)
}

// ApplyWatched is as in [vdm.WatchedNetwork].
func (n told) ApplyWatched(w vdm.Weights, z *g.Node, at vdm.Level, in vdm.Batch, watch func(name string, x *g.Node)) *g.Node {
	watched, ok := n.Network.(vdm.WatchedNetwork)
	if !ok {
		return n.Apply(w, z, at, in)
	}
	return watched.ApplyWatched(w, n.shown(z, at, in), at, in, watch)
}

// shown returns z with the conditions after it. A covariate that the batch lacks is
// left out: 0, and marked so.
func (n told) shown(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
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
