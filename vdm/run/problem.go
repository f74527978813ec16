package run

import (
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// problem returns the training problem of the run for batches of a layout, without data:
// the weighted loss of the configured network (2.60). If the layout has a record, it is
// the constant of that name.
func (c Config) problem(l batchLayout, batch func(k int64, a int) (*batch, error)) train.Problem {
	p := train.Problem{
		Variables: c.FullNetwork().Variables(),
		Loss: func(w, in map[string]*g.Node, watch func(string, *g.Node)) *g.Node {
			return vdm.WeightedLoss(c.watchedDenoiser(w, watch), l.unpack(in))
		},
		Batch: func(k int64, a int) ([]*tensors.Tensor, error) {
			b, err := batch(k, a)
			if err != nil {
				return nil, err
			}
			return l.pack(b), nil
		},
	}
	for _, i := range l.inputs(1) {
		p.Inputs = append(p.Inputs, train.Input{Name: i.name, DType: i.dtype, Dims: i.dims[1:]})
	}
	return p
}

// trainOptions returns how the run trains its problem on a number of devices.
func (c Config) trainOptions(devices int) (train.Options, error) {
	t := c.Training
	rule, err := t.rule()
	return train.Options{
		Rule: rule, Rate: t.RateAt, Batch: t.Batch, Passes: t.Accumulate, Clip: t.Clip, EMA: t.EMA, Devices: devices,
	}, err
}
