package dissertation

import (
	"math"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm/unet"
)

// A cell that changes reaches as far as the first convolution, then all frames,
// then everything; a part that does not look at the clip does not change.
func TestRespond(t *testing.T) {
	p := Probe{Config: unet.Config{Dim: 8, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}, Frames: 3, Side: 12}
	clip := p.Clip(1)
	first := clip[0]
	all, err := p.Respond(clip, 1, 6, 6)
	if err != nil {
		t.Fatal(err)
	}
	if clip[(12+6)*12+6] != p.Clip(1)[(12+6)*12+6] || clip[0] != first {
		t.Error("the clip was changed")
	}
	want := map[string]int{"init_conv": 49, "init_temporal_attn": 3 * 49, "downs.0.0": 3 * 144}
	for _, r := range all {
		if n, ok := want[r.Part]; ok {
			if r.Above(0) != n {
				t.Errorf("%d cells change after %s, want %d", r.Above(0), r.Part, n)
			}
			delete(want, r.Part)
		}
	}
	if len(want) > 0 {
		t.Errorf("parts are missing: %v", want)
	}
	picture := all[0].Picture(3, 12, 1e-5)
	if picture.Name != "init_conv" || picture.Data[0] != -5 {
		t.Errorf("%s begins with %v, want init_conv with the floor", picture.Name, picture.Data[0])
	}
}

func TestProbeOutput(t *testing.T) {
	p := Probe{Config: unet.Config{Dim: 8, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}, Frames: 2, Side: 8}
	one, err := p.Output(p.Clip(1))
	if err != nil {
		t.Fatal(err)
	}
	two, err := p.Output(append(p.Clip(2), p.Clip(1)...))
	if err != nil {
		t.Fatal(err)
	}
	if len(one) != 128 || len(two) != 256 || RelativeDistance(two[128:], one) > 1e-5 || RelativeDistance(two[:128], one) < 1e-2 {
		t.Errorf("%d and %d values, apart by %.2g and %.2g", len(one), len(two), RelativeDistance(two[128:], one), RelativeDistance(two[:128], one))
	}
}

func TestApart(t *testing.T) {
	near(t, "apart", RelativeDistance([]float32{1, -3}, []float32{2, -4}), 0.25, 1e-15)
	if !math.IsNaN(RelativeDistance([]float32{0}, []float32{0})) {
		t.Error("nothing over nothing has a value")
	}
}

func TestBudget(t *testing.T) {
	parts := []unet.Part{{Name: "a", Parameters: 2e6, FLOPs: 1e9}, {Name: "b", Parameters: 1e6}, {Name: "a", FLOPs: 2e9}}
	parameters, work := Budget(parts, func(p unet.Part) string { return p.Name })
	if len(parameters) != 2 || len(work) != 2 || parameters[0].Name != "a" || parameters[0].Value != 2 || work[0].Value != 3 || parameters[1].Value != 1 {
		t.Errorf("%+v, %+v", parameters, work)
	}
}
