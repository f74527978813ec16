package run

import (
	"github.com/climate-vdm/climate-vdm/vdm"
)

// TrainOptions says what to train on.
type TrainOptions struct {
	Data    vdm.Clips // training clips; needed
	HeldOut vdm.Clips // for the held-out loss; nil for none
	Steps   int       // train up to this step; 0 means the configuration's
	// Devices of the engine that share each batch; 0 is one. The losses are those of
	// one device, to rounding.
	Devices int
	// Residence of the training clips; it changes the losses by rounding at most.
	Residence DataPlacement
	// Progress, if set, is called after every step.
	Progress func(vdm.Progress)
	// Report, if set, receives lines worth reading: the engine, the estimate,
	// what was resumed.
	Report func(line string)
}
