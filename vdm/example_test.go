package vdm_test

import (
	"context"
	"fmt"
	"log"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines" // links the engines
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Train a run folder up to 400 steps, draw 16 clips from it, and continue a
// held-out clip of which five hours are known with eight members. Run again, it
// goes on where it stands. It has no output to check: training takes minutes.
func ExampleCreate() {
	hours, heldOut := rain(1, 500), rain(2, 50)
	sqrt, _ := transform.Parse("sqrt+affine")
	m, err := vdm.Create("runs/rain", vdm.Config{
		Clip: vdm.ClipConfig{Frames: 10, Height: 32, Width: 32, Step: 1, Channels: []vdm.ChannelConfig{
			{Name: "rain", Units: "mm/h", Transform: sqrt},
		}},
		Network:  unet.Config{Dim: 16, Multiples: []int{1, 2}, Heads: 2},
		Training: vdm.TrainingConfig{Steps: 400, Batch: 4, Rate: 1e-3, Warmup: 20, Clip: 1},
	}, hours)
	if err != nil {
		log.Fatal(err)
	}
	if err := m.Train(context.Background(), vdm.TrainOptions{Data: hours, HeldOut: heldOut}); err != nil {
		log.Fatal(err)
	}
	clips, err := m.Sample(context.Background(), vdm.SampleOptions{Count: 16})
	if err != nil {
		log.Fatal(err)
	}
	members, err := m.Nowcast(context.Background(), heldOut.At(0), 5, vdm.SampleOptions{Count: 8, Guidance: vdm.Reconstruction{}})
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

// Clips in physical units are a source of clips themselves, by channel too.
func ExampleSamples() {
	s := vdm.NewSamples(2, 1, 1, 2, 2) // 2 clips of 1 frame, 1 × 2 cells, 2 channels
	copy(s.At(1), []float32{1, 990, 2, 1010})
	fmt.Println(s.Len(), s.Size(), s.Channel(1, 0), s.Channel(1, 1))
	fmt.Println(s.Clip(2, make([]float32, 4)))
	// Output:
	// 2 4 [1 2] [990 1010]
	// clip 2 of 2 into 4 values: want 4 values
}
