package vdm

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/backend"
	_ "github.com/climate-vdm/climate-vdm/vdm/backend/engines"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
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
	if dir := os.Getenv(extendDir); dir != "" {
		extendChild(dir)
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

// onEveryEngine runs a test on each engine at hand.
func onEveryEngine(t *testing.T, f func(t *testing.T, be compute.Backend)) {
	t.Helper()
	for _, name := range backend.AtHand() {
		be, _, err := backend.OpenNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { f(t, be) })
	}
}

// on makes a model run on an engine, whatever GOMLX_BACKEND says.
func (m *Model) on(t testing.TB, name string) *Model {
	t.Helper()
	be, choice, err := backend.OpenNamed(name)
	if err != nil {
		t.Fatal(err)
	}
	m.be, m.choice = be, choice
	return m
}

// evaluate runs a graph function once and returns its outputs' values. No output
// may be an input as it came: ONNX Runtime returns memory that is freed.
func evaluate(t testing.TB, be compute.Backend, f func(in []*g.Node) []*g.Node, args ...any) [][]float32 {
	t.Helper()
	exec, err := engine.Compile(be, t.Name(), f)
	if err != nil {
		t.Fatal(err)
	}
	defer exec.Finalize()
	out, err := engine.Execute(exec, args...)
	if err != nil {
		t.Fatal(err)
	}
	var values [][]float32
	for _, x := range out {
		v, err := tensors.CopyFlatData[float32](x)
		if err != nil {
			t.Fatal(err)
		}
		values = append(values, v)
	}
	engine.Release(out...)
	return values
}

// tensor is a float32 tensor with the given dimensions.
func tensor(x []float32, dims ...int) *tensors.Tensor {
	return tensors.FromFlatDataAndDimensions(x, dims...)
}

// wantError fails where there is no error, or one that does not say what it
// should.
func wantError(t testing.TB, name string, err error, says ...string) {
	t.Helper()
	for _, s := range says {
		if err == nil || !strings.Contains(err.Error(), s) {
			t.Errorf("%s: error %v, want one that says %q", name, err, s)
		}
	}
}

// near fails where two numbers differ by more than a tolerance; closeTo is its
// relative sister.
func near(t testing.TB, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s: %.7g, want %.7g (tolerance %.0e)", what, got, want, tolerance)
	}
}
