package dissertation

import (
	"fmt"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
)

// Estimates are the estimates of a prediction, in float32, value by value.
type Estimates struct{ X, Epsilon, V, Score []float32 }

// Estimate runs the graph with which training and sampling read a network's output, on
// the pure Go engine: output estimates the quantity p, for the latents z at the given λ.
// The three have one length. The program must link the engine:
//
//	import _ "github.com/gomlx/compute/gobackend"
func Estimate(p vdm.Parameterisation, output, z, logSNR []float32) (e Estimates, err error) {
	if err := p.Validate(); err != nil {
		return e, err
	}
	if len(output) != len(z) || len(logSNR) != len(z) || len(z) == 0 {
		return e, fmt.Errorf("estimates: %d outputs, %d latents and %d values of λ, want as many of each", len(output), len(z), len(logSNR))
	}
	engine, _, err := backend.OpenNamed("go")
	if err != nil {
		return e, err
	}
	read := func(output, z, logSNR *graph.Node) []*graph.Node {
		d := p.Denoiser(func(*graph.Node, vdm.Level, vdm.Batch) *graph.Node { return output })(z, vdm.Level{LogSNR: logSNR}, vdm.Batch{})
		return []*graph.Node{d.X(), d.Epsilon(), d.V, d.Score()}
	}
	exec, err := graph.NewExec(engine, read)
	if err != nil {
		return e, err
	}
	defer exec.Finalize()
	clip := func(x []float32) *tensors.Tensor { return tensors.FromFlatDataAndDimensions(x, len(x), 1, 1, 1, 1) }
	out, err := exec.Call(clip(output), clip(z), tensors.FromFlatDataAndDimensions(logSNR, len(logSNR)))
	if err != nil {
		return e, err
	}
	for i, to := range []*[]float32{&e.X, &e.Epsilon, &e.V, &e.Score} {
		if *to, err = tensors.CopyFlatData[float32](out[i]); err != nil {
			return e, err
		}
	}
	return e, nil
}
