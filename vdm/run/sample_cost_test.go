package run

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/internal/machine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
	"github.com/climate-vdm/climate-vdm/vdm/weights"
)

// The first half of the frames of a clip, known without noise.
func knownHalf(t testing.TB, c ClipConfig) vdm.Observation {
	t.Helper()
	n := c.Frames * c.Height * c.Width * len(c.Channels)
	known := make([]bool, n)
	for i := range n / 2 {
		known[i] = true
	}
	m, err := vdm.KnownCells(make([]float32, n), known)
	if err != nil {
		t.Fatal(err)
	}
	return vdm.Observation{m}
}

// What a step costs with each method, in units of a step without: once through
// the network and back for those with a gradient, and back once more for every
// iteration of moment matching. At the size of the dissertation.
func TestSamplingCost(t *testing.T) {
	be := enginetest.Small(t)
	c := Config{
		Clip:    ClipConfig{Frames: 10, Height: 64, Width: 64, Channels: []ChannelConfig{{Name: "rain"}}},
		Network: unet.Config{Dim: 64, Multiples: []int{1, 2, 4, 8}},
	}
	plain, err := c.SamplingCost(be, 1, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !(math.Abs(plain.FLOPs/154.5e9-1) <= 0.1) {
		t.Errorf("a step takes %.4g GFLOP, the network's forward pass 154.5", plain.FLOPs/1e9)
	}
	given := knownHalf(t, c.Clip)
	costs := map[string]engine.Cost{}
	for _, name := range vdm.GuidanceNames() {
		guidance, err := vdm.NewGuidance(name)
		if err != nil {
			t.Fatal(err)
		}
		if name == "moment-matching" {
			guidance = vdm.MomentMatching{Iterations: 2}
		}
		cost, err := c.SamplingCost(be, 1, given, guidance)
		if err != nil {
			t.Fatal(err)
		}
		costs[name] = cost
		t.Logf("%-22s %.2f times the work, %.2f GiB at the peak, %.1f times as much", name, cost.FLOPs/plain.FLOPs, machine.GiB(cost.Peak), float64(cost.Peak)/float64(plain.Peak))
	}
	work := func(name string) float64 { return costs[name].FLOPs / plain.FLOPs }
	for _, name := range []string{"replacement", "replacement-original"} {
		if w := work(name); !(w < 1.001) {
			t.Errorf("%s takes %.3f times the work", name, w)
		}
	}
	for _, name := range []string{"reconstruction", "reconstruction-mean", "pseudo-inverse", "posterior-sampling"} {
		if w := work(name); !(w > 1.9 && w < 2.3) {
			t.Errorf("%s takes %.3f times the work, want about 2: once there, once back", name, w)
		}
	}
	if back, both := work("reconstruction")-1, work("moment-matching")-1; !(math.Abs(both/back-2) <= 0.1) {
		t.Errorf("two iterations of moment matching take %.3f times the work of one way back", both/back)
	}
	// The activations are kept once, for any number of ways back.
	if r := float64(costs["moment-matching"].Peak) / float64(costs["reconstruction"].Peak); r > 1.2 {
		t.Errorf("two ways back take %.2f times the memory of one", r)
	}
	_, err = c.SamplingCost(be, 1, vdm.Observation{{Y: make([]float32, 3)}}, nil)
	enginetest.WantError(t, "an observation that does not fit", err, "sampling cost: measurement 0: 3 values")
	_, err = c.SamplingCost(be, 1, vdm.Observation{{Y: given[0].Y, Std: 1}}, vdm.Replacement{})
	enginetest.WantError(t, "replacement of noisy cells", err, "orthogonal")
}

// Rematerialisation changes what a guided step keeps and nothing of what it says,
// on engines that have barriers, for one way back and for several; where there are
// none it is refused by name.
func TestGuidanceWithRematerialisation(t *testing.T) {
	c := tinyConfig(t).WithDefaults()
	c.Clip.Height, c.Clip.Width = 8, 8
	changeUNet(&c, func(n *unet.Config) { n.Multiples = []int{1, 2} })
	again := c
	changeUNet(&again, func(n *unet.Config) { n.Rematerialise = true })
	flat, err := train.Join(c.Network.Variables(), weights.Initial(c.Network.Variables(), 4))
	if err != nil {
		t.Fatal(err)
	}
	given := knownHalf(t, c.Clip)
	size := c.Clip.Frames * c.Clip.Height * c.Clip.Width
	z := enginetest.Float32s(enginetest.Normals(rand.New(rand.NewPCG(41, 1)), 2*size))
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		if err := again.Network.Check(be); err != nil {
			_, err := again.SamplingCost(be, 1, given, vdm.Reconstruction{})
			enginetest.WantError(t, "an engine without barriers", err, "rematerialise cannot be used on the engine "+be.Name())
			return
		}
		for _, guidance := range []vdm.Guidance{vdm.Reconstruction{}, vdm.MomentMatching{Iterations: 2, From: -30}} {
			x := func(c Config) []float32 {
				return enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
					seen, err := given.Fixed(in[0], g.ZerosLike(in[0]))
					if err != nil {
						t.Fatal(err)
					}
					return []*g.Node{guidance.Guide(c.flatDenoiser(in[2]), seen)(in[0], vdm.Level{LogSNR: in[1]}, vdm.Batch{}).X()}
				}, enginetest.Tensor(z, 2, c.Clip.Frames, c.Clip.Height, c.Clip.Width, 1), enginetest.Tensor([]float32{-1, 2}, 2), enginetest.Tensor(flat, len(flat)))[0]
			}
			if e := enginetest.Farthest(x(c), x(again)); !(e < 1e-5) {
				t.Errorf("%s: x̂ differs by %.1e", guidance, e)
			}
			with, err := again.SamplingCost(be, 1, given, guidance)
			if err != nil {
				t.Fatal(err)
			}
			without, err := c.SamplingCost(be, 1, given, guidance)
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %.2f times the work, %.2f times the memory at the peak", guidance, with.FLOPs/without.FLOPs, float64(with.Peak)/float64(without.Peak))
			if !(with.Peak < without.Peak && with.FLOPs > without.FLOPs) {
				t.Errorf("%s: %v with rematerialisation, %v without", guidance, with, without)
			}
		}
	})
}
