package main

import (
	"context"
	"fmt"
	"os"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// newSubject returns a run of the network with one form of attention. Where the engine
// refuses the network, the run is returned with the error.
func newSubject(o options, attention string) (*run.Run, backend.Choice, error) {
	dir, err := os.MkdirTemp("", "vdm-bench-*")
	if err != nil {
		return nil, backend.Choice{}, err
	}
	m, err := run.Create(dir, run.Config{
		Clip: run.ClipConfig{Frames: o.frames, Height: o.height, Width: o.wide, Channels: []run.ChannelConfig{{Name: "x", Units: "1"}}},
		Network: unet.Config{Dim: o.dim, Multiples: o.multiples, Heads: o.heads, HeadDim: o.headDim,
			BFloat16: o.precision == "bfloat16", FusedAttention: attention},
		Training: run.TrainingConfig{Batch: o.batch, SnapshotEvery: 1 << 30},
	}, nil)
	if err != nil {
		return nil, backend.Choice{}, err
	}
	be, choice, err := m.Engine()
	if err == nil {
		err = m.Config.Network.Check(be)
	}
	return m, choice, err
}

// withSubject calls use with a run of the first network of the options, prints the engine
// before, and removes the run after.
func withSubject(o options, use func(m *run.Run) error) error {
	m, choice, err := newSubject(o, o.attention[0])
	if m != nil {
		defer os.RemoveAll(m.Dir)
	}
	if err != nil {
		return err
	}
	fmt.Println(choice)
	return use(m)
}

// takeSteps takes all the steps of one kind, and calls done after each.
func takeSteps(ctx context.Context, m *run.Run, o options, what string, done func()) error {
	total, progress := o.repeats+warmUp, func(vdm.Progress) { done() }
	if what == "train" {
		return m.Train(ctx, run.TrainOptions{Data: randomClips{o.frames, o.height, o.wide}, Steps: total, Progress: progress})
	}
	_, err := m.Sample(ctx, run.SampleOptions{Count: o.batch, Batch: o.batch, Sampler: "ancestral", Grid: "time", Evaluations: total, Progress: progress})
	return err
}

// randomClips are standard normal clips, each different.
type randomClips struct{ frames, height, width int }

// warmUp is the number of steps that are not counted. The first of them compiles.
const warmUp = 2
