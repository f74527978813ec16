package run

import (
	"errors"
	"fmt"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// HeldOutParts returns what [Run.HeldOutLosses] does and, of each loss, the part that is
// due to the error of the clip's mean: the weighted square of the mean error of v̂ over
// frames and cells, averaged over channels. The rest of the loss is the error of
// everything that varies within the clip. The two are orthogonal, so that they add up.
func (m *Run) HeldOutParts(clips vdm.Clips) (losses, clipMean []float64, err error) {
	if clips == nil {
		return nil, nil, errors.New("held-out loss: no clips")
	}
	h, err := m.heldOutOf(clips, "parts of the held-out loss", m.Config.lossParts)
	if err != nil {
		return nil, nil, fmt.Errorf("held-out loss: %w", err)
	}
	all, err := m.averaged(h)
	if err != nil {
		return nil, nil, err
	}
	return all[0], all[1], nil
}

// lossParts returns the loss of each sample and its part due to the clip's mean. Inputs:
// weights, batch.
func (c Config) lossParts(in []*g.Node) []*g.Node {
	l := c.layout()
	batch := l.unpack(l.named(in[1:]))
	denoiser := c.flatDenoiser(in[0])
	var v *g.Node
	loss := vdm.WeightedLoss(func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		p := denoiser(z, at, in)
		v = p.V
		return p
	}, batch)
	errs := g.Sub(batch.V, v)
	d := errs.Shape().Dimensions
	cells := func(x *g.Node) *g.Node { return g.Reshape(x, d[0], d[1]*d[2]*d[3], d[4]) }
	if batch.Mask == nil {
		mean := g.ReduceMean(cells(errs), 1) // [sample, channel]
		return []*g.Node{loss, g.Mul(batch.Factor, g.ReduceMean(g.Square(mean), 1))}
	}
	// The square of each channel's mean counts as often as the channel has values.
	sum, count := g.ReduceSum(cells(g.Mul(errs, batch.Mask)), 1), g.ReduceSum(cells(batch.Mask), 1)
	square := g.ReduceSum(g.Div(g.Square(sum), g.MaxScalar(count, 1)), 1)
	return []*g.Node{loss, g.Mul(batch.Factor, g.Div(square, g.MaxScalar(g.ReduceSum(count, 1), 1)))}
}
