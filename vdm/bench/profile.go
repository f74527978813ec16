package main

import (
	"context"
	"errors"

	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// writeModels takes one training step and one sampling step, so that the engine writes
// their programs where VDM_ONNX_MODELS says.
func writeModels(ctx context.Context, o options) error {
	o.repeats = 1
	return withSubject(o, func(m *run.Run) error {
		return errors.Join(takeSteps(ctx, m, o, "train", func() {}), takeSteps(ctx, m, o, "sample", func() {}))
	})
}
