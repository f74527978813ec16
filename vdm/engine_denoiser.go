package vdm

import (
	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// EngineDenoiser is a denoiser with the engine that runs it and the weights that stay
// the same from step to step, which lie in the engine's memory.
type EngineDenoiser struct {
	Engine   compute.Backend
	Weights  []*tensors.Tensor
	Denoiser func(weights []*g.Node) Denoiser // called while a program is compiled
}

// OnEngine returns a denoiser without weights of its own, or with weights that are
// constants of its graph, on an engine.
func OnEngine(be compute.Backend, d Denoiser) EngineDenoiser {
	return EngineDenoiser{Engine: be, Denoiser: func([]*g.Node) Denoiser { return d }}
}

// Release frees the weights.
func (d EngineDenoiser) Release() { engine.Release(d.Weights...) }
