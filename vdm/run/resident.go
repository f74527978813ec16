package run

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
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

// newResident uploads the record if it is to reside on the devices; else it
// returns nil.
func (t *trainer) newResident() (*resident, error) {
	if err := t.o.Residence.Validate(); err != nil {
		return nil, err
	}
	bytes, err := t.recordBytes()
	switch wanted := t.o.Residence; {
	case wanted == ResideHost:
		return nil, nil
	case wanted == ResideDevice && err != nil:
		return nil, fmt.Errorf("training clips cannot reside on the device: %w", err)
	case wanted != ResideDevice && (err != nil || !strings.Contains(t.choice.Name, "cuda") || bytes > t.estimate.Available/4):
		return nil, nil
	}
	clips := t.o.Data.(FrameSource)
	_, height, width, channels := clips.Shape()
	size := height * width * channels
	record := make([]float32, clips.Record()*size)
	used := make([]bool, clips.Record()) // what is wrong with other frames does not matter
	for i := range clips.Len() {
		for f := range t.Config.Clip.Frames {
			used[clips.Start(i)+f] = true
		}
	}
	err = engine.InParallel(clips.Record(), func(i int) error {
		if !used[i] {
			return nil
		}
		frame := record[i*size : (i+1)*size]
		if err := clips.Frame(i, frame); err != nil {
			return err
		}
		forwardChannels(t.reader.transforms, frame)
		for j, v := range frame {
			if !engine.Finite(float64(v)) {
				return fmt.Errorf("frame %d of the record is missing, infinite or outside the domain of its transform at row %d, column %d, channel %d",
					i, j/channels/width, j/channels%width, j%channels)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r := &resident{clips: clips}
	for d := range t.o.Devices {
		up := tensors.FromFlatDataAndDimensions(record, clips.Record(), height, width, channels)
		r.record = append(r.record, up)
		if err := up.ToDevice(t.be, compute.DeviceNum(d)); err != nil {
			r.close()
			return nil, engine.Explain("upload", err)
		}
	}
	t.report(fmt.Sprintf("the record of %d frames (%.2f GiB) lies on the device", clips.Record(), machine.GiB(bytes)))
	return r, nil
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

// recordBytes is the size of the record, or why there is none to keep.
func (t *trainer) recordBytes() (int64, error) {
	clips, ok := t.o.Data.(FrameSource)
	switch {
	case !ok || clips.Record() == 0:
		return 0, fmt.Errorf("they are no runs of whole frames of a record")
	case t.reader.mask:
		return 0, fmt.Errorf("missing cells are masked, clip by clip")
	}
	return 4 * int64(clips.Record()) * int64(t.reader.size/t.Config.Clip.Frames), nil
}
