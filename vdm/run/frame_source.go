package run

import (
	"fmt"

	"github.com/gomlx/compute/shapes"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// FrameSource is a source of clips that are runs of whole frames of one record.
// Overlapping windows share most of their frames, so training can keep the record on the
// device and upload only the frame numbers of a batch and its noise.
type FrameSource interface {
	vdm.Clips
	Record() int                      // number of frames; 0 if the clips are not runs of frames
	Start(i int) int                  // first frame of clip i
	Frame(t int, dst []float32) error // frame t, [height, width, channel], in physical units
}

// DataPlacement says where the training clips lie.
type DataPlacement string

const (
	// ResideAuto, also "", places the record on the device if this is a GPU, the clips
	// are a [FrameSource] and the record takes at most a quarter of the device's memory;
	// else on the host.
	ResideAuto   DataPlacement = "auto"
	ResideHost   DataPlacement = "host"
	ResideDevice DataPlacement = "device" // an error where that is impossible
)

// Validate refuses a word that is none of the three.
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

// take returns the record for upload and forgets its values.
func (r *resident) take() train.Constant {
	record := r.record
	r.record.Values = nil
	return record
}

// String returns a line that says where the record lies and how large it is.
func (r *resident) String() string {
	frames, values := r.record.Dims[0], shapes.Make(f32, r.record.Dims...).Size()
	return fmt.Sprintf("the record of %d frames (%.2f GiB) lies on the device", frames, machine.GiB(4*int64(values)))
}
