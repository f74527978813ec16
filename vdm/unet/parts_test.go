package unet

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// The parts add up to the whole: every parameter once, and all of the graph's
// work for a clip of 10×64×64 (5 % more than the 154.5 GFLOP of the original
// program; see TestCostOfTheFullNetwork).
func TestPartsAddUp(t *testing.T) {
	parts, err := Config{}.Parts(enginetest.Named(t, "go"), 10, 64, 64)
	if err != nil {
		t.Fatal(err)
	}
	parameters, flops := 0, 0.0
	for _, p := range parts {
		parameters, flops = parameters+p.Parameters, flops+p.FLOPs
		if p.Parameters == 0 || p.FLOPs < 0 || (p.FLOPs == 0) != (p.Name == positionTable) {
			t.Errorf("%s: %d parameters and %v FLOP", p.Name, p.Parameters, p.FLOPs)
		}
	}
	if parameters != 35707905 {
		t.Errorf("%d parameters in all, want 35707905", parameters)
	}
	if !(math.Abs(flops/1e9-162.1) <= 0.1) {
		t.Errorf("%.2f GFLOP in all, want 162.1", flops/1e9)
	}
	want := map[string]struct {
		shape       []int
		place, kind string
	}{
		"init_conv":        {[]int{1, 10, 64, 64, 64}, "input", "first and last convolution"},
		"downs.2.4":        {[]int{1, 10, 8, 8, 256}, "level 3, down", "down- and upsampling"},
		"mid_spatial_attn": {[]int{1, 10, 8, 8, 512}, "middle", "spatial attention"},
		"ups.3.1":          {[]int{1, 10, 64, 64, 64}, "level 1, up", "residual blocks"},
		"ups.0.3":          {[]int{1, 10, 8, 8, 256}, "level 4, up", "temporal attention"},
		"final_conv.1":     {[]int{1, 10, 64, 64, 1}, "output", "first and last convolution"},
	}
	for _, p := range parts {
		w, ok := want[p.Name]
		if !ok {
			continue
		}
		delete(want, p.Name)
		if !slices.Equal(p.Shape, w.shape) || p.Place(4) != w.place || p.Kind() != w.kind {
			t.Errorf("%s: %v, %s, %s", p.Name, p.Shape, p.Place(4), p.Kind())
		}
	}
	if len(want) > 0 {
		t.Errorf("no part is %v", want)
	}
	if _, err := (Config{Dim: 3}).Parts(enginetest.Named(t, "go"), 2, 8, 8); err == nil {
		t.Error("a width of 3 is not refused")
	}
}

// A cell that is changed is seen by its neighbours in its frame after the first
// convolution, by the same cells of all frames after the temporal attention, and
// by everything after the first group norm.
func TestActivationsShowWhatIsSeen(t *testing.T) {
	c := Config{Dim: 8, Multiples: []int{1, 2}, Heads: 2, HeadDim: 8}
	const frames, size = 3, 12
	z := make([]float32, frames*size*size)
	noise.Key{Seed: 3, Stream: noise.Probe}.Normal(z)
	run := func() []Activation {
		acts, err := c.Activations(enginetest.Named(t, "go"), c.Initial(1), z, frames, size, size, []float32{0.5})
		if err != nil {
			t.Fatal(err)
		}
		return acts
	}
	before := run()
	z[(1*size+6)*size+6] += 1
	changed := map[string]int{}
	for i, a := range run() {
		width := a.Shape[len(a.Shape)-1]
		for cell := 0; cell < len(a.Values); cell += width {
			if !slices.Equal(a.Values[cell:cell+width], before[i].Values[cell:cell+width]) {
				changed[a.Name]++
			}
		}
	}
	for name, want := range map[string]int{"init_conv": 49, "init_temporal_attn": 3 * 49, "downs.0.0": frames * size * size, "time_mlp": 0} {
		if changed[name] != want {
			t.Errorf("%s: %d cells changed, want %d", name, changed[name], want)
		}
	}
	if _, err := c.Activations(enginetest.Named(t, "go"), c.Initial(1), z[1:], frames, size, size, []float32{0.5}); err == nil {
		t.Error("a clip that is short of a value is not refused")
	}
	if _, err := c.Activations(enginetest.Named(t, "go"), nil, z, frames, size, size, []float32{0.5}); err == nil {
		t.Error("absent weights are not refused")
	}
}
