package run

import (
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// What the transform and the rounding add: for affine data the bound in mm/h is
// that in the model's units moved by log slope, and a likelihood of rounded
// values is a probability.
func TestLikelihoodOfAModel(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	o := vdm.LikelihoodOptions{Levels: 4, Steps: 2, Dequantise: 0.1}
	few := vdm.NewSamples(3, 2, 4, 4, 1)
	for i := range few.Len() {
		for j, x := range clipOf(t, tinyClips, i) {
			few.At(i)[j] = float32(math.Round(10*float64(x)) / 10)
		}
	}
	b, err := m.ELBO(t.Context(), few, o)
	if err != nil {
		t.Fatal(err)
	}
	f, err := m.FlowLikelihood(t.Context(), few, o)
	if err != nil {
		t.Fatal(err)
	}
	enginetest.Near(t, "volume of the two", f.Volume.Mean, b.Volume.Mean, 1e-9)
	if !(b.Total.Mean > 0 && f.Total.Mean > 0) {
		t.Errorf("−log P of rounded values is %.3f and %.3f nats: a probability is at most 1", b.Total.Mean, f.Total.Mean)
	}
	if bits := b.Total.BitsPerDim(b.Dimensions); !(math.Abs(bits.Mean*float64(b.Dimensions)*math.Ln2-b.Total.Mean) <= 1e-9) {
		t.Errorf("bits per dimension %v of %v nats", bits, b.Total)
	}
	twice, err := m.ELBO(t.Context(), few, o)
	if err != nil || twice.Total != b.Total {
		t.Errorf("again: %v, %v; want %v", twice.Total, err, b.Total)
	}
}

func TestLikelihoodRefuses(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	dry := vdm.NewSamples(1, 2, 4, 4, 1)
	missing := vdm.NewSamples(1, 2, 4, 4, 1)
	missing.Data[3] = float32(math.NaN())
	for _, c := range []struct {
		name  string
		clips vdm.Clips
		o     vdm.LikelihoodOptions
		says  string
	}{
		{"an atom", dry, vdm.LikelihoodOptions{}, "32 of 32 values are 0"},
		{"missing cells", missing, vdm.LikelihoodOptions{Dequantise: 1}, "clip 0: value 3 is NaN"},
		{"another shape", vdm.NewSamples(1, 1, 4, 4, 1), vdm.LikelihoodOptions{}, "clips of 1×4×4×1"},
		{"no clip", vdm.NewSamples(0, 2, 4, 4, 1), vdm.LikelihoodOptions{}, "no clips"},
		{"negative levels", dry, vdm.LikelihoodOptions{Levels: -1}, "levels is -1"},
		{"negative step", dry, vdm.LikelihoodOptions{Dequantise: -1}, "dequantise is -1"},
	} {
		_, err := m.ELBO(t.Context(), c.clips, c.o)
		enginetest.WantError(t, c.name, err, c.says)
		_, err = m.FlowLikelihood(t.Context(), c.clips, c.o)
		enginetest.WantError(t, c.name, err, c.says)
	}
}
