package run

import (
	"github.com/climate-vdm/climate-vdm/vdm"
)

// TrainOptions says on which data, up to which step and on how many devices to train.
type TrainOptions struct {
	Data    vdm.Clips // training clips; required
	HeldOut vdm.Clips // clips of the held-out loss; nil means no held-out loss
	Steps   int       // train up to this step; 0 means the configured number
	// Devices is the number of the engine's devices that share each batch; 0 means one.
	// The losses equal those on one device, to rounding.
	Devices int
	// Residence says where the training clips lie; it changes the losses by rounding at
	// most.
	Residence DataPlacement
	// Progress, if set, is called after every step.
	Progress func(vdm.Progress)
	// Report, if set, receives messages: the engine, the estimate, the step at which
	// training resumes.
	Report func(line string)
}
