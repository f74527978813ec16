package forecasting

import (
	"context"
	"os"
	"path/filepath"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Clips have 10 frames of 32 × 32 cells.
const (
	Frames = 10
	Side   = 32
)

// Quick reports whether VDM_QUICK asks for a fraction of the work, to test that
// everything runs. Its results go to folders of their own.
func Quick() bool { return os.Getenv("VDM_QUICK") != "" }

// underQuick returns n, or the smaller number for a quick run.
func underQuick(n, quick int) int {
	if Quick() {
		return quick
	}
	return n
}

// Windows returns the clips of both parts of the record, those for training with
// reflections.
func (r *Record) Windows() (train, heldOut *climate.Windows, err error) {
	size := climate.WindowOptions{Frames: Frames, Height: Side, Width: Side}
	if heldOut, err = r.Test(size); err != nil {
		return nil, nil, err
	}
	size.Flips = true
	train, err = r.Train(size)
	return train, heldOut, err
}

// Config returns the configuration of a small model of the record: the network of the
// benchmarks, trained for some minutes on two cores. transforms is in the notation of
// transform.Parse.
func (r *Record) Config(transforms string) (run.Config, error) {
	rain := r.Fields[0]
	spec, err := transform.Parse(transforms)
	if err != nil {
		return run.Config{}, err
	}
	// At the end of training the rate has fallen to a quarter: the average of the
	// weights does the rest, and a run can be trained further without a jump.
	steps := underQuick(200, 20)
	return run.Config{
		Data: r.About,
		Clip: run.ClipConfig{Frames: Frames, Height: Side, Width: Side, Step: rain.Step(),
			Channels: []run.ChannelConfig{{Name: rain.Name, Units: rain.Units, Transform: spec}}},
		Network: unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32},
		Training: run.TrainingConfig{
			Seed: 1, Steps: steps, Batch: 2, Rate: 5e-3, Warmup: steps / 10, Decay: steps + steps/2 + 1, Clip: 1, EMA: 0.99,
			HeldOutEvery: 100, HeldOutClips: underQuick(32, 4), SnapshotEvery: 50,
		},
	}, nil
}

// Model returns the trained model of the record with the given transforms: missing steps
// of its training are taken first.
func (r *Record) Model(ctx context.Context, transforms string, progress func(vdm.Progress)) (*run.Run, error) {
	train, heldOut, err := r.Windows()
	if err != nil {
		return nil, err
	}
	c, err := r.Config(transforms)
	if err != nil {
		return nil, err
	}
	name := transforms
	if Quick() {
		name += "-quick"
	}
	m, err := run.Create(filepath.Join(r.Folder, name), c, train)
	if err != nil {
		return nil, err
	}
	return m, m.Train(ctx, run.TrainOptions{Data: train, HeldOut: heldOut, Progress: progress})
}
