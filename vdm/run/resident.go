package run

import (
	"fmt"
	"strings"

	"github.com/gomlx/compute"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
)

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
