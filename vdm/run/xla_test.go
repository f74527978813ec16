package run

import (
	"regexp"
	"strings"
	"testing"

	"github.com/gomlx/compute/shapes"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend/recorder"
	"github.com/climate-vdm/climate-vdm/vdm/train"
	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// dissertationConfig is the dissertation's network and clips.
func dissertationConfig(t *testing.T, bfloat16 bool) Config {
	c := Config{
		Clip:     ClipConfig{Frames: 10, Height: 64, Width: 64, Channels: []ChannelConfig{{Name: "pr", Units: "mm/h", Transform: parse(t, "sqrt+affine")}}},
		Network:  unet.Config{BFloat16: bfloat16},
		Training: TrainingConfig{Batch: 64},
	}
	return c.WithDefaults()
}

var operators = regexp.MustCompile(`"?stablehlo\.([a-z_0-9]+)"?`)

// recorded compiles what f makes and returns the one program and how often each
// operator stands in it.
func recorded(t *testing.T, f func() error) (string, map[string]int) {
	t.Helper()
	programs, err := recorder.Programs(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(programs) != 1 {
		t.Fatalf("%d programs were compiled, want 1", len(programs))
	}
	n := map[string]int{}
	for _, m := range operators.FindAllStringSubmatch(programs[0], -1) {
		n[m[1]]++
	}
	if strings.Contains(programs[0], "xf64>") {
		t.Error("the program has float64 in it")
	}
	return programs[0], n
}

// The training step of the full network becomes an XLA program, on one device and
// shared by four, in float32 and with bfloat16 activations, with clips that are
// uploaded and with those of a record.
func TestTrainingStepIsAnXLAProgram(t *testing.T) {
	be := recorder.Open(t, "cuda", 4)
	for _, c := range []struct {
		name             string
		bfloat16, record bool
		fused            string // attention
		devices          int
	}{
		{"float32", false, false, "", 1},
		{"bfloat16", true, false, "", 1},
		{"bfloat16, fused attention", true, false, unet.FusedBoth, 1},
		{"bfloat16, record, four devices", true, true, "", 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := dissertationConfig(t, c.bfloat16)
			changeUNet(&config, func(n *unet.Config) { n.FusedAttention = c.fused })
			if err := config.Network.Check(be); err != nil {
				t.Fatal(err)
			}
			layout := config.layout()
			layout.recorded = c.record
			problem := config.problem(layout, nil)
			if c.record {
				problem.Constants = []train.Constant{{Name: recordName, Dims: []int{20000, 64, 64, 1}}}
			}
			o, err := config.trainOptions(c.devices)
			if err != nil {
				t.Fatal(err)
			}
			exec, in, err := train.StepProgram(be, problem, o)
			if err != nil {
				t.Fatal(err)
			}
			defer exec.Finalize()
			text, n := recorded(t, func() error { _, err := exec.Compile(in...); return err })
			if want := min(1, c.devices-1); n["all_reduce"] != want {
				t.Errorf("%d all-reduces on %d devices, want %d", n["all_reduce"], c.devices, want)
			}
			if c.bfloat16 != strings.Contains(text, "xbf16>") {
				t.Errorf("bfloat16 asked for: %v, in the program: %v", c.bfloat16, !c.bfloat16)
			}
			if c.fused != "" != strings.Contains(text, "fmha") {
				t.Errorf("fused attention %q, in the program: %v", c.fused, c.fused == "")
			}
			if c.record != (n["gather"] > 0) {
				t.Errorf("%d gathers, with a record on the device: %v", n["gather"], c.record)
			}
		})
	}
}

// So does a sampling step of it, under every guidance.
func TestSamplingStepIsAnXLAProgram(t *testing.T) {
	be := recorder.Open(t, "cuda", 1)
	config := dissertationConfig(t, true)
	shape := [4]int{10, 64, 64, 1}
	const batch = 2
	o := vdm.DrawOptions{Count: batch, Batch: batch}
	network := vdm.EngineDenoiser{
		Engine: be, Weights: []*tensors.Tensor{tensors.FromShape(shapes.Make(f32, config.Network.Count()))},
		Denoiser: func(in []*g.Node) vdm.Denoiser {
			return config.flatDenoiser(in[0])
		},
	}
	schedule, _, err := config.process()
	if err != nil {
		t.Fatal(err)
	}
	plan, err := vdm.NewPlan(vdm.DefaultSampler, vdm.DefaultGrid, schedule, 4)
	if err != nil {
		t.Fatal(err)
	}
	x := make([]float32, shape[0]*shape[1]*shape[2])
	known := make([]bool, len(x))
	for i := range known {
		known[i] = i < len(x)/2
	}
	cells, err := vdm.KnownCells(x, known)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append([]string{""}, vdm.GuidanceNames()...) {
		t.Run("guidance "+name, func(t *testing.T) {
			var given vdm.Observation
			if name != "" {
				if o.Guidance, err = vdm.NewGuidance(name, 1); err != nil {
					t.Fatal(err)
				}
				given = vdm.Observation{cells}
			}
			s, err := vdm.NewSampler(network, plan, shape, given, o)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			if _, n := recorded(t, s.Compile); n["convolution"] < 45 {
				t.Errorf("%d convolutions, the network has 45 or more", n["convolution"])
			}
		})
	}
}
