package run

import (
	"fmt"
	"math"
	"os"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// Tests that train run on the engine that starts fastest, unless GOMLX_BACKEND
// names another: a network this small is compiled in less time than others take
// to start. What depends on the engine is tested on every one at hand.
func TestMain(m *testing.M) {
	if os.Getenv(compute.ConfigEnvVar) == "" {
		os.Setenv(compute.ConfigEnvVar, "go")
	}
	if dir := os.Getenv(childDir); dir != "" {
		trainChild(dir)
		return
	}
	if dir := os.Getenv(rolloutDir); dir != "" {
		rolloutChild(dir)
		return
	}
	if members := os.Getenv(memoryMembers); members != "" {
		memoryChild(members)
		return
	}
	os.Exit(m.Run())
}

// blobs are clips of a bright patch that drifts over a dark ground: something
// a small network learns to denoise in a few hundred steps.
type blobs struct{ n, frames, size int }

func (b blobs) Len() int { return b.n }

func (b blobs) Shape() (int, int, int, int) { return b.frames, b.size, b.size, 1 }

func (b blobs) Clip(i int, dst []float32) error {
	r := noise.Key{Seed: 77, Stream: noise.Synthetic, Sample: uint32(i)}.Rand()
	y, x := r.Float64()*float64(b.size), r.Float64()*float64(b.size)
	dy, dx := r.NormFloat64()/2, r.NormFloat64()/2
	at := 0
	for f := range b.frames {
		for cy := range b.size {
			for cx := range b.size {
				d := math.Pow(float64(cy)-y-dy*float64(f), 2) + math.Pow(float64(cx)-x-dx*float64(f), 2)
				dst[at] = float32(10 * math.Exp(-d/4))
				at++
			}
		}
	}
	return nil
}

func parse(t testing.TB, name string) transform.Spec {
	t.Helper()
	spec, err := transform.Parse(name)
	if err != nil {
		t.Fatal(err)
	}
	return spec
}

// changeUNet changes the settings of the configured U-Net.
func changeUNet(c *Config, change func(n *unet.Config)) {
	n := c.Network.(unet.Config)
	change(&n)
	c.Network = n
}

// tinyConfig is the smallest run that has everything.
func tinyConfig(t testing.TB) Config {
	return Config{
		Clip: ClipConfig{Frames: 2, Height: 4, Width: 4, Channels: []ChannelConfig{
			{Name: "rain", Units: "mm/h", Transform: parse(t, "sqrt+affine")},
		}},
		Network: unet.Config{Dim: 8, Multiples: []int{1}, Heads: 1, HeadDim: 4},
		Training: TrainingConfig{
			Seed: 3, Steps: 12, Batch: 2, Accumulate: 2, Rate: 1e-3, Clip: 1, Warmup: 3, Decay: 40,
			HeldOutEvery: 5, HeldOutClips: 4, SnapshotEvery: 3, LogEvery: 2,
		},
	}
}

var tinyClips = blobs{n: 40, frames: 2, size: 4}

// use makes a model run on a test engine.
func (m *Run) use(e *enginetest.Devices) {
	m.be, m.choice = e, backend.Choice{Name: "test", Label: fmt.Sprintf("%d test devices", e.NumDevices())}
}

// on makes a model run on an engine, whatever GOMLX_BACKEND says.
func (m *Run) on(t testing.TB, name string) *Run {
	t.Helper()
	be, choice, err := backend.OpenNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	m.be, m.choice = be, choice
	return m
}
