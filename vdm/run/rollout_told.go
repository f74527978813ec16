package run

import (
	"context"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// told returns the covariates of a clip of each member of a batch, of which known contains
// what it knows, in physical units. There are none where nothing is known.
func (x *rollout) told(ctx context.Context, known []float32) (map[string]vdm.Covariate, error) {
	if x.o.Tell == nil || known == nil {
		return nil, nil
	}
	size, cells := x.shape[0]*x.frame, x.shape[0]*x.shape[1]*x.shape[2]
	physical := map[string][]float32{}
	for i := range x.o.Batch {
		one, err := x.o.Tell(ctx, known[i*size:(i+1)*size])
		if err != nil {
			return nil, err
		}
		for name, values := range one {
			if len(values) != cells || len(physical[name]) != i*cells {
				return nil, fmt.Errorf("the covariate %s has %d values for member %d: want %d for each", name, len(values), i, cells)
			}
			physical[name] = append(physical[name], values...)
		}
	}
	if err := x.m.Config.Conditions.checkTold(physical, shownFrames{first: x.o.Overlap}); err != nil {
		return nil, err
	}
	return x.m.covariates(physical, false)
}
