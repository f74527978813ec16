package report

import (
	"math"
	"testing"

	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// waves are smooth clips: a drifting wave with noise that is the same in
// neighbouring cells, so that a Wiener denoiser has something to know.
type waves struct{ n, frames, size int }

func (w waves) Len() int { return w.n }

func (w waves) Shape() (int, int, int, int) { return w.frames, w.size, w.size, 1 }

func (w waves) Clip(i int, dst []float32) error {
	r := noise.Key{Seed: 5, Stream: noise.Synthetic, Sample: uint32(i)}.Rand()
	phase, wet, drift := 2*math.Pi*r.Float64(), 4*r.Float64(), r.NormFloat64()/2
	for f := range w.frames {
		for y := range w.size {
			for x := range w.size {
				v := wet * (1 + math.Sin(phase+float64(x+y)/3+drift*float64(f)))
				dst[(f*w.size+y)*w.size+x] = float32(math.Max(0, v-1))
			}
		}
	}
	return nil
}

var tinyClips = waves{n: 60, frames: 3, size: 8}

func tinyModel(t testing.TB) *run.Run {
	t.Helper()
	spec, err := transform.Parse("sqrt+affine")
	if err != nil {
		t.Fatal(err)
	}
	m, err := run.Create(t.TempDir(), run.Config{
		Clip:     run.ClipConfig{Frames: 3, Height: 8, Width: 8, Channels: []run.ChannelConfig{{Name: "rain", Units: "mm/h", Transform: spec}}},
		Network:  unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Training: run.TrainingConfig{Steps: 3, Batch: 4, HeldOutClips: 16},
	}, tinyClips)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %v, want %v", what, got, want)
	}
}
