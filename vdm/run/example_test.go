package run_test

import (
	"context"
	"fmt"
	"log"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Train a run folder up to 400 steps, draw 16 clips from it, and continue a
// held-out clip of which five hours are known with eight members. Run again, it
// goes on where it stands. It has no output to check: training takes minutes.
func ExampleCreate() {
	hours, heldOut := rain(1, 500), rain(2, 50)
	sqrt, _ := transform.Parse("sqrt+affine")
	m, err := run.Create("runs/rain", run.Config{
		Clip: run.ClipConfig{Frames: 10, Height: 32, Width: 32, Step: 1, Channels: []run.ChannelConfig{
			{Name: "rain", Units: "mm/h", Transform: sqrt},
		}},
		Network:  unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2},
		Training: run.TrainingConfig{Steps: 400, Batch: 4, Rate: 1e-3, Warmup: 20, Clip: 1},
	}, hours)
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Train(context.Background(), run.TrainOptions{Data: hours, HeldOut: heldOut}); err != nil {
		log.Fatal(err)
	}
	clips, err := m.Sample(context.Background(), run.SampleOptions{Count: 16})
	if err != nil {
		log.Fatal(err)
	}
	members, err := m.Nowcast(context.Background(), heldOut.At(0), 5, run.SampleOptions{Count: 8, Guidance: vdm.Reconstruction{}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(clips.Len(), "clips,", members.Len(), "members, in mm/h")
}

// rain stands for a source of clips; package climate reads them from NetCDF.
func rain(seed, n int) *vdm.Samples {
	s := vdm.NewSamples(n, 10, 32, 32, 1)
	for i := range s.Data {
		s.Data[i] = float32((i * seed) % 7)
	}
	return s
}
