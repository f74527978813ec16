package vdm

import (
	"fmt"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// SamplingCost counts what one step of sampling costs with the configured
// network: the work, and the memory that is live at its peak, for a batch of
// clips, given an observation that fits them (empty is none) and a guidance (nil
// is Replacement). The graph is built and not compiled, so the full size takes no
// more than a second.
//
// A guidance that differentiates through the network keeps its activations, as
// training does: with network.rematerialise, on engines that have barriers, those
// inside of the blocks are computed again in their place.
func (c Config) SamplingCost(be compute.Backend, batch int, given Observation, guidance Guidance) (cost engine.Cost, err error) {
	c = c.WithDefaults()
	if err := c.Network.Check(be); err != nil {
		return cost, fmt.Errorf("sampling cost: %w", err)
	}
	clip := [4]int{c.Clip.Frames, c.Clip.Height, c.Clip.Width, len(c.Clip.Channels)}
	obs, err := given.resolve(clip, batch)
	if err != nil {
		return cost, fmt.Errorf("sampling cost: %w", err)
	}
	if guidance == nil {
		guidance = Replacement{}
	}
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("sampling cost: building the step: %v", r)
		}
	}()
	graph := g.NewGraph(be, "sampling cost")
	defer graph.Finalize()
	count := 0
	input := func(dims ...int) *g.Node {
		count++
		return g.Parameter(graph, fmt.Sprintf("in%d", count), shapes.Make(f32, dims...))
	}
	dims := append([]int{batch}, clip[:]...)
	_, weights := weightViews(c.Network, input(c.Network.Count()))
	d := c.networkDenoiser(weights)
	z, noise, logSNRT, logSNRS := input(dims...), input(dims...), input(batch), input(batch)
	var seen *Given
	if obs != nil {
		if err := guidance.Check(obs.replaceable); err != nil {
			return cost, fmt.Errorf("sampling cost: %w", err)
		}
		var known []*g.Node
		for _, m := range given {
			shape, _ := m.Of.Shape(clip)
			for range 3 {
				known = append(known, input(append([]int{batch}, shape[:]...)...))
			}
		}
		seen = obs.graph(known, input(dims...))
		d = guidance.Guide(d, seen)
	}
	p := d(z, Level{logSNRT}, Batch{})
	next := g.Add(g.Add(p.Z, p.X()), noise)
	if after, ok := guidance.(StepGuidance); ok && seen != nil {
		next = after.After(p, Level{logSNRS}, next, seen)
	}
	return engine.CostOf(graph, next), nil
}
