package vdm_test

import (
	"fmt"

	"github.com/climate-vdm/climate-vdm/vdm"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
)

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
