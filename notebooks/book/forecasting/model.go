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

// Clips are 10 frames of 32 × 32 cells.
const (
	Frames = 10
	Side   = 32
)

// Quick reports whether VDM_QUICK asks for a fraction of the work, to see that
// everything runs. What is made then lies in folders of its own.
func Quick() bool { return os.Getenv("VDM_QUICK") != "" }

// quickly returns the smaller of two numbers of which the second is for a quick run.
func quickly(n, quick int) int {
	if Quick() {
		return quick
	}
	return n
}

// Windows returns the clips of both parts of the record, of training with reflections.
func (r *Record) Windows() (train, heldOut *climate.Windows, err error) {
	size := climate.WindowOptions{Frames: Frames, Height: Side, Width: Side}
	if heldOut, err = r.Test(size); err != nil {
		return nil, nil, err
	}
	size.Flips = true
	train, err = r.Train(size)
	return train, heldOut, err
}

// Config returns a small model of the record: the network of the benchmarks, trained for
// some minutes on two cores. transforms is as transform.Parse reads it.
func (r *Record) Config(transforms string) (run.Config, error) {
	rain := r.Fields[0]
	spec, err := transform.Parse(transforms)
	if err != nil {
		return run.Config{}, err
	}
	// The rate has fallen to a quarter where training ends: the average of the
	// weights does the rest, and a run that is trained further goes on well.
	steps := quickly(200, 20)
	return run.Config{
		Data: r.About,
		Clip: run.ClipConfig{Frames: Frames, Height: Side, Width: Side, Step: rain.Step(),
			Channels: []run.ChannelConfig{{Name: rain.Name, Units: rain.Units, Transform: spec}}},
		Network: unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2, HeadDim: 32},
		Training: run.TrainingConfig{
			Seed: 1, Steps: steps, Batch: 2, Rate: 5e-3, Warmup: steps / 10, Decay: steps + steps/2 + 1, Clip: 1, EMA: 0.99,
			HeldOutEvery: 100, HeldOutClips: quickly(32, 4), SnapshotEvery: 50,
		},
	}, nil
}

// Model opens the model of the record with those transforms, trained: what is
// missing of its training is done first.
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
