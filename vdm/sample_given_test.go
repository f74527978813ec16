package vdm

import (
	"context"
	"testing"

	"github.com/gomlx/compute"
)

// Known cells come back to the bit, the others do not; a member is the same in
// any batch; what is not known is not looked at.
func TestSampleGiven(t *testing.T) {
	d := correlated()
	plan := ancestral(t, Cosine{}, 8, LowerBound)
	shape := [4]int{1, 1, 4, 1}
	known := []bool{true, false, true, false}
	onEveryEngine(t, func(t *testing.T, be compute.Backend) {
		draw := func(x []float32, o SampleOptions) *Samples {
			t.Helper()
			s, err := SampleGiven(context.Background(), be, d.denoiser, plan, shape, x, known, o)
			if err != nil {
				t.Fatal(err)
			}
			return s
		}
		s := draw([]float32{0.25, 0, -1.5, 0}, SampleOptions{Count: 5, Batch: 5, Guidance: 1})
		for i := range s.Len() {
			if x := s.At(i); x[0] != 0.25 || x[2] != -1.5 || x[1] == 0 || x[3] == 0 {
				t.Errorf("member %d is %v", i, x)
			}
		}
		again := draw([]float32{0.25, 77, -1.5, 1e30}, SampleOptions{Count: 1, First: 3, Guidance: 1})
		if e := farthest(again.At(0), s.At(3)); e > 1e-5 {
			t.Errorf("member 3 alone differs by %v", e)
		}
		for _, bad := range []struct {
			x     []float32
			shape [4]int
			o     SampleOptions
			says  string
		}{
			{[]float32{1, 2, 3}, shape, SampleOptions{}, "3 values, 4 marks"},
			{[]float32{1, 2, 3, 4}, [4]int{-1, -1, 4, 1}, SampleOptions{}, "clips of [-1 -1 4 1]"},
			{[]float32{1, 2, 3, 4}, shape, SampleOptions{Guidance: -1}, "guidance is -1"},
		} {
			_, err := SampleGiven(context.Background(), be, d.denoiser, plan, bad.shape, bad.x, known, bad.o)
			wantError(t, "conditional sampling", err, bad.says)
		}
	})
}
