package train

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// Refresher is a rule that changes its states after some steps on the host, with what the
// engines have no operators for.
type Refresher interface {
	Rule

	// Refreshes reports whether the rule changes its states after step k, counted from 1.
	Refreshes(k int64) bool

	// Refresh changes the states, in the order of the rule's States and each as long as the
	// weights, in place. It must be a function of its arguments only: training that was
	// resumed equals training that was not.
	Refresh(variables []weights.Variable, states [][]float32)
}

// refresh replaces the states in the outputs of the step's program, those of all devices in
// turn, by what the rule makes of the first device's; all devices have the same. After an
// error the outputs are still there to be released.
func (t *Trainer) refresh(r Refresher, out []*tensors.Tensor) error {
	const before = 3 // loss, norm and weights
	each := len(out) / len(t.replicas)
	var states [][]float32
	for i := range r.States() {
		x, err := (&engine.DeviceVector{Tensor: out[before+i]}).Values()
		if err != nil {
			return fmt.Errorf("the states of the optimiser: %w", err)
		}
		states = append(states, x)
	}
	r.Refresh(t.problem.Variables, states)
	for d := range t.replicas {
		for i, values := range states {
			// A copy, because the engine may share the host's memory.
			v, err := engine.NewDeviceVector(t.be, d, append([]float32(nil), values...))
			engine.Release(out[each*d+before+i])
			out[each*d+before+i] = v.Tensor
			if err != nil {
				return err
			}
		}
	}
	return nil
}
