package run

import (
	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/tiles"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// networkDenoiser returns the configured network with the given weights as a denoiser.
func (c Config) networkDenoiser(w vdm.Weights) vdm.Denoiser { return c.watchedDenoiser(w, nil) }

// watchedDenoiser returns the configured network with the given weights as a denoiser.
// It calls watch, if that is not nil, with the output of each part of a network that
// shows its parts.
func (c Config) watchedDenoiser(w vdm.Weights, watch func(name string, x *g.Node)) vdm.Denoiser {
	network := c.FullNetwork()
	d := c.Parameterisation.Denoiser(func(z *g.Node, at vdm.Level, in vdm.Batch) *g.Node {
		if n, ok := network.(vdm.WatchedNetwork); ok && watch != nil {
			return n.ApplyWatched(w, z, at, in, watch)
		}
		return network.Apply(w, z, at, in)
	})
	if c.Tiles != (tiles.Tiling{}) {
		d = c.Tiles.Denoiser(d, c.Clip.Height, c.Clip.Width)
	}
	return d
}

// flatDenoiser returns the configured network as a denoiser, with weights that are views
// of one flat vector.
func (c Config) flatDenoiser(flat *g.Node) vdm.Denoiser {
	variables := c.FullNetwork().Variables()
	return c.networkDenoiser(train.Named(variables, train.Views(variables, flat)))
}

// fixedDenoiser returns the configured network as a denoiser on an engine, with weights
// that do not change while it is used. The weights are inputs of its graph, or constants
// on engines that then compile convolutions to faster programs.
func (c Config) fixedDenoiser(be compute.Backend, flat []float32) (vdm.EngineDenoiser, error) {
	if be.Capabilities().PreferConstantsForVariables {
		values := train.Cut(c.FullNetwork().Variables(), flat)
		return vdm.OnEngine(be, func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
			w := vdm.Weights{}
			for _, v := range c.FullNetwork().Variables() {
				w[v.Name] = g.Const(z.Graph(), tensors.FromFlatDataAndDimensions(values[v.Name], v.Shape...))
			}
			return c.networkDenoiser(w)(z, at, in)
		}), nil
	}
	v, err := engine.NewDeviceVector(be, 0, append([]float32(nil), flat...))
	if err != nil {
		return vdm.EngineDenoiser{}, err
	}
	return vdm.EngineDenoiser{Engine: be, Weights: []*tensors.Tensor{v.Tensor}, Denoiser: func(weights []*g.Node) vdm.Denoiser {
		return c.flatDenoiser(weights[0])
	}}, nil
}
