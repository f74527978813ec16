package run

import (
	"errors"
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

// explained returns an engine's error with what the reader can do about it.
func (t *training) explained(err error) error {
	switch {
	case errors.Is(err, engine.ErrDeviceMemory):
		return fmt.Errorf("%w; a training step of batch %d needs about %.1f GiB a device: %s; the run stands at the snapshot of step %d",
			err, t.estimate.Batch, machine.GiB(t.estimate.Memory), t.estimate.advice(), t.saved())
	case errors.Is(err, engine.ErrDeviceLost):
		return fmt.Errorf("%w; the run stands at the snapshot of step %d: start it again to go on", err, t.saved())
	}
	return err
}
