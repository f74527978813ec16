package run

import (
	"fmt"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// newResident returns the record if it should lie on the devices, else nil.
func (t *training) newResident() (*resident, error) {
	if err := t.o.Residence.Validate(); err != nil {
		return nil, err
	}
	bytes, err := t.recordBytes()
	switch wanted := t.o.Residence; {
	case wanted == ResideHost:
		return nil, nil
	case wanted == ResideDevice && err != nil:
		return nil, fmt.Errorf("training clips cannot reside on the device: %w", err)
	case wanted != ResideDevice && (err != nil || !strings.Contains(t.run.choice.Name, "cuda") || bytes > t.estimate.Available/4):
		return nil, nil
	}
	clips := t.o.Data.(FrameSource)
	_, height, width, channels := clips.Shape()
	size := height * width * channels
	record := make([]float32, clips.Record()*size)
	used := make([]bool, clips.Record()) // frames that no clip uses may contain anything
	for i := range clips.Len() {
		for f := range t.run.Config.Clip.Frames {
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
	return &resident{clips, train.Constant{Name: recordName, Dims: []int{clips.Record(), height, width, channels}, Values: record}}, nil
}

// recordBytes returns the size of the record in bytes, or an error that says why no
// record can be kept.
func (t *training) recordBytes() (int64, error) {
	clips, ok := t.o.Data.(FrameSource)
	switch {
	case !ok || clips.Record() == 0:
		return 0, fmt.Errorf("they are no runs of whole frames of a record")
	case t.run.Config.Conditions.TakesMap() || len(t.run.Config.Conditions.Covariates) > 0:
		return 0, fmt.Errorf("conditions are drawn, clip by clip")
	case t.reader.weighted != nil:
		return 0, fmt.Errorf("clips are weighted, one by one")
	case t.reader.mask:
		return 0, fmt.Errorf("missing cells are masked, clip by clip")
	}
	return 4 * int64(clips.Record()) * int64(t.reader.size/t.run.Config.Clip.Frames), nil
}
