package run

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// affineModel is a tiny untrained run of clips of 4 frames of 8 × 8 cells and two
// channels, one of them in [−1, 1] of the model where it is within 0 to 10.
func affineModel(t testing.TB) *Run {
	c := tinyConfig(t)
	c.Clip = ClipConfig{Frames: 4, Height: 8, Width: 8, Channels: []ChannelConfig{
		{Name: "rain", Units: "mm/h", Transform: parse(t, "affine:0:10")},
		{Name: "wind", Units: "m/s", Transform: parse(t, "identity")},
	}}
	return create(t, c, nil)
}

// coarse are means of blocks: random, the first below the range of rain, the
// second above, the third not known.
func coarse(n int) []float32 {
	y := make([]float32, n)
	noise.Key{Seed: 4, Stream: noise.Synthetic}.Uniform(y, 0, 10)
	y[0], y[2], y[4] = -1, 12, float32(math.NaN())
	return y
}

// The means of what is drawn are those given, in space, time and both, and rain
// stays within its range but where its mean does not.
func TestDownscaleKeepsTheMeans(t *testing.T) {
	m := affineModel(t)
	for _, by := range []vdm.Coarsening{{Cells: 4}, {Frames: 2}, {Cells: 2, Frames: 4}, {}} {
		for _, unclamped := range []bool{false, true} {
			t.Run(fmt.Sprint(by, unclamped), func(t *testing.T) {
				a, err := by.Operator([4]int{4, 8, 8, 2})
				if err != nil {
					t.Fatal(err)
				}
				shape, _ := a.Shape([4]int{4, 8, 8, 2})
				y := coarse(shape[0] * shape[1] * shape[2] * shape[3])
				s, err := m.Downscale(context.Background(), y, by, SampleOptions{Count: 2, Evaluations: 2, Seed: 1, Unclamped: unclamped})
				if err != nil {
					t.Fatal(err)
				}
				for i := range s.Len() {
					x := make([]float64, s.Size())
					for j, v := range s.At(i) {
						x[j] = float64(v)
						if !(v >= -1 && v <= 12) && j%2 == 0 && !unclamped {
							t.Fatalf("rain of %v", v)
						}
					}
					means, _ := a.Apply(x, [4]int{4, 8, 8, 2})
					for j, want := range y {
						if want == want {
							enginetest.Near(t, fmt.Sprintf("mean %d of clip %d", j, i), means[j], float64(want), 1e-5)
						}
					}
				}
				if by != (vdm.Coarsening{}) && fmt.Sprint(s.At(0)) == fmt.Sprint(s.At(1)) {
					t.Error("two members are the same")
				}
			})
		}
	}
}

// The nearest values with a mean, against the conditions that single them out
// (Karush, Kuhn and Tucker): cells that are not at an end are all moved by the same
// μ, and those at an end would be moved beyond it.
func TestToMeanIsNearest(t *testing.T) {
	r := noise.Key{Seed: 8, Stream: noise.Synthetic}.Rand()
	for n := range 300 {
		x := make([]float32, 1+r.IntN(12))
		var block []int
		for i := range x {
			x[i], block = float32(r.NormFloat64()), append(block, i)
			if r.IntN(2) == 0 {
				x[i] = -1 // as many dry cells have
			}
		}
		low, high := -1.0, 2.0
		mean := low + (high-low)*r.Float64()
		switch r.IntN(6) {
		case 0:
			mean = low
		case 1:
			mean = high
		}
		before := append([]float32(nil), x...)
		projectToMean(x, block, mean, low, high)
		sum, shift := 0.0, math.NaN()
		for i, v := range x {
			sum += float64(v)
			if float64(v) > low && float64(v) < high {
				shift = float64(v) - float64(before[i])
			}
		}
		enginetest.Near(t, fmt.Sprintf("case %d: mean", n), sum/float64(len(x)), mean, 1e-6)
		for i, v := range x {
			moved := float64(v) - float64(before[i])
			switch {
			case math.IsNaN(shift): // all at the ends
			case float64(v) == low && moved < shift-1e-6, float64(v) == high && moved > shift+1e-6:
				t.Errorf("case %d: %v was moved by %v to the end, others by %v", n, before[i], moved, shift)
			case float64(v) > low && float64(v) < high:
				enginetest.Near(t, fmt.Sprintf("case %d: shift of cell %d", n, i), moved, shift, 1e-6)
			}
		}
	}
}

func TestDownscaleRefuses(t *testing.T) {
	draw := func(m *Run, n int, by vdm.Coarsening, o SampleOptions) error {
		_, err := m.Downscale(context.Background(), make([]float32, n), by, o)
		return err
	}
	m, o := affineModel(t), SampleOptions{Evaluations: 1}
	enginetest.WantError(t, "sides", draw(m, 4, vdm.Coarsening{Cells: 3}, o), "downscale", "height is 8", "multiple")
	enginetest.WantError(t, "frames", draw(m, 4, vdm.Coarsening{Frames: 3}, o), "frames is 4")
	enginetest.WantError(t, "negative", draw(m, 4, vdm.Coarsening{Cells: -2}, o), "groups of -2")
	enginetest.WantError(t, "values", draw(m, 4, vdm.Coarsening{Cells: 2}, o), "4 values", "want 128 (4 frames × 4 × 4 × 2 channels)")
	enginetest.WantError(t, "nonlinear", draw(create(t, tinyConfig(t), tinyClips), 8, vdm.Coarsening{Cells: 2}, o), `"rain"`, "sqrt+affine", "affine or identity")
	nothing := coarse(128)
	for i := range nothing {
		nothing[i] = float32(math.NaN())
	}
	_, err := m.Downscale(context.Background(), nothing, vdm.Coarsening{Cells: 2}, o)
	enginetest.WantError(t, "nothing known", err, "no cell is known")
	nothing[7] = float32(math.Inf(1))
	_, err = m.Downscale(context.Background(), nothing, vdm.Coarsening{Cells: 2}, o)
	enginetest.WantError(t, "infinite", err, "value 7 is infinite")
}

// Each of several samples has its own coarse clip, or its own known cells, in
// whatever batches they are drawn.
func TestAClipForEachSample(t *testing.T) {
	m := affineModel(t)
	o := SampleOptions{Count: 3, Batch: 2, Evaluations: 2, First: 4, Seed: 1}
	y := make([]float32, 3*4*2*2*2)
	noise.Key{Seed: 4, Stream: noise.Synthetic}.Uniform(y, 1, 9)
	all, err := m.Downscale(context.Background(), y, vdm.Coarsening{Cells: 4}, o)
	if err != nil {
		t.Fatal(err)
	}
	clips := append([]float32(nil), all.Data...)
	again, err := m.Nowcast(context.Background(), clips, 2, o)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		alone := o
		alone.Count, alone.First = 1, o.First+i
		one, err := m.Downscale(context.Background(), y[i*32:(i+1)*32], vdm.Coarsening{Cells: 4}, alone)
		if err != nil {
			t.Fatal(err)
		}
		next, err := m.Nowcast(context.Background(), all.At(i), 2, alone)
		if err != nil {
			t.Fatal(err)
		}
		for j, want := range one.At(0) {
			enginetest.Near(t, fmt.Sprintf("downscaled %d, value %d", i, j), float64(all.At(i)[j]), float64(want), 1e-4)
			enginetest.Near(t, fmt.Sprintf("continued %d, value %d", i, j), float64(again.At(i)[j]), float64(next.At(0)[j]), 1e-4)
			if j < 256 && again.At(i)[j] != all.At(i)[j] {
				t.Fatalf("known value %d of sample %d is %v, was %v", j, i, again.At(i)[j], all.At(i)[j])
			}
		}
	}
	_, err = m.Downscale(context.Background(), y[:64], vdm.Coarsening{Cells: 4}, o)
	enginetest.WantError(t, "two for three", err, "64 values, want 32", "each of 3 samples")
}
