package run

import (
	"fmt"

	"github.com/gomlx/compute/shapes"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
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

// resident is a record that lies on the devices.
type resident struct {
	clips  FrameSource
	record train.Constant // [frame, height, width, channel], in the model's units
}

// take returns the record for upload; its values are not kept.
func (r *resident) take() train.Constant {
	record := r.record
	r.record.Values = nil
	return record
}

// String says where the record lies.
func (r *resident) String() string {
	frames, values := r.record.Dims[0], shapes.Make(f32, r.record.Dims...).Size()
	return fmt.Sprintf("the record of %d frames (%.2f GiB) lies on the device", frames, machine.GiB(4*int64(values)))
}
