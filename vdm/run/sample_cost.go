package run

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// SamplingCost returns what one step of sampling costs with the configured network: the
// operations, and the memory that is live at its peak, for a batch of clips, given an
// observation that fits them (empty means none) and a guidance (nil means Replacement).
// The graph is built and not compiled, so the full size takes no more than a second.
//
// A guidance that differentiates through the network keeps its activations, as training
// does. With network.rematerialise, on engines that have barriers, those inside of the
// blocks are computed again instead.
func (c Config) SamplingCost(be compute.Backend, batch int, given vdm.Observation, guidance vdm.Guidance) (cost engine.Cost, err error) {
	c = c.WithDefaults()
	if err := c.Network.Check(be); err != nil {
		return cost, fmt.Errorf("sampling cost: %w", err)
	}
	d := vdm.EngineDenoiser{Engine: be, Weights: []*tensors.Tensor{tensors.FromShape(shapes.Make(f32, weights.Count(c.FullNetwork().Variables())))}, Denoiser: func(in []*g.Node) vdm.Denoiser {
		return c.flatDenoiser(in[0])
	}}
	defer d.Release()
	plan, err := vdm.UniformTime(vdm.Cosine{}, 1).Ancestral(vdm.LowerBound)
	if err != nil {
		return cost, err
	}
	s, err := vdm.NewSampler(d, plan, c.Clip.shape(), given, vdm.DrawOptions{Count: batch, Batch: batch, Guidance: guidance})
	if err != nil {
		return cost, fmt.Errorf("sampling cost: %w", err)
	}
	defer s.Close()
	if cost, err = s.Cost(); err != nil {
		return cost, fmt.Errorf("sampling cost: %w", err)
	}
	return cost, nil
}
