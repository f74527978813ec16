package run

import (
	"fmt"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Recorded are clips that are runs of whole frames of one record. Windows that
// overlap share most of their frames, so training can keep the record on the device
// and upload only which frames a batch takes, and its noise.
type FrameSource interface {
	vdm.Clips
	Record() int                      // number of frames; 0 if the clips are no such runs
	Start(i int) int                  // first frame of clip i
	Frame(t int, dst []float32) error // frame t, [height, width, channel], in physical units
}

// Residence says where the training clips lie.
type DataPlacement string

const (
	// ResideAuto, also "", is the device where it is a GPU, the clips are [Recorded]
	// and the record takes at most a quarter of its memory; else the host.
	ResideAuto   DataPlacement = "auto"
	ResideHost   DataPlacement = "host"
	ResideDevice DataPlacement = "device" // an error where that cannot be
)

// Validate refuses other words.
func (r DataPlacement) Validate() error {
	if r != "" && r != ResideAuto && r != ResideHost && r != ResideDevice {
		return fmt.Errorf("training clips on %q: want auto, host or device", string(r))
	}
	return nil
}

// resident is a record on the devices.
type resident struct {
	record []*tensors.Tensor // of each device, [frame, height, width, channel], in the model's units
	clips  FrameSource
}

func (r *resident) close() {
	if r != nil {
		engine.Release(r.record...)
	}
}

// on is the record on a device, nothing where there is none.
func (r *resident) on(device int) []*tensors.Tensor {
	if r == nil {
		return nil
	}
	return r.record[device : device+1]
}
