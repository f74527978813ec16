package main

import (
	"context"
	"fmt"
	"os"
)

// writeModels takes one training step and one sampling step, so that the engine writes
// their programs where VDM_ONNX_MODELS says.
func writeModels(ctx context.Context, o options) error {
	m, choice, err := newSubject(o, o.attention[0])
	if m != nil {
		defer os.RemoveAll(m.Dir)
	}
	if err != nil {
		return err
	}
	fmt.Println(choice)
	o.repeats = 1
	for _, what := range []string{"train", "sample"} {
		if err := takeSteps(ctx, m, o, what, func() {}); err != nil {
			return err
		}
	}
	return nil
}
