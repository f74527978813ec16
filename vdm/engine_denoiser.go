package vdm

import (
	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// EngineDenoiser is a denoiser together with the engine that runs it and its weights.
// The weights stay the same from step to step and lie in the engine's memory.
type EngineDenoiser struct {
	Engine   compute.Backend
	Weights  []*tensors.Tensor
	Denoiser func(weights []*g.Node) Denoiser // called while a program is compiled, with the nodes of the weights
}

// OnEngine returns a denoiser on an engine, for a denoiser that has no weights or has
// them as constants of its graph.
func OnEngine(be compute.Backend, d Denoiser) EngineDenoiser {
	return EngineDenoiser{Engine: be, Denoiser: func([]*g.Node) Denoiser { return d }}
}

// Release frees the engine's memory of the weights. The denoiser must not be used
// afterwards.
func (d EngineDenoiser) Release() { engine.Release(d.Weights...) }
