package run

import (
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// The dissertation's settings, as its facts are known.
func TestDissertation(t *testing.T) {
	p, err := NewPreset("dissertation")
	if err != nil {
		t.Fatal(err)
	}
	rain, err := p.Transform(true)
	if err != nil || rain.String() != "sqrt+affine" || !rain.Bounded() {
		t.Errorf("rain is scaled by %v (%v)", rain, err)
	}
	c := p.Config
	c.Clip = ClipConfig{Frames: 10, Height: 64, Width: 64, Channels: []ChannelConfig{{Name: "pr", Units: "mm/h", Transform: rain}}}
	if c = c.WithDefaults(); c.Validate() != nil {
		t.Fatal(c.Validate())
	}
	if n := c.Network.Count(); n != 35_707_905 {
		t.Errorf("the network has %d parameters", n)
	}
	if tr := c.Training; tr.Batch*tr.Accumulate != 64 || tr.RateAt(0) != 1e-4 || tr.RateAt(1e6) != 1e-4 || !(math.Abs(math.Pow(tr.EMA, 10)-0.995) <= 1e-4) {
		t.Errorf("training: %+v", tr)
	}
	s, w, err := c.process()
	if err != nil {
		t.Fatal(err)
	}
	if low, high := s.Bounds(); low != -30 || high != 30 || !strings.HasPrefix(s.String(), "cosine") || c.Weighting.Name != "v" {
		t.Errorf("%v, %v", s, w)
	}
	plan, err := vdm.NewPlan(p.Sample.Sampler, p.Sample.Grid, s, p.Sample.Evaluations)
	if err != nil || plan.Evaluations() != 1000 {
		t.Fatal(plan.Evaluations(), err)
	}
	want, err := vdm.UniformTime(s, 1000).Ancestral(vdm.LowerBound)
	if err != nil || !slices.Equal(plan.Steps, want.Steps) {
		t.Errorf("the plan is %s, want %s (%v)", plan.Name, want.Name, err)
	}
	if _, err := NewPreset("mine"); err == nil || !strings.Contains(err.Error(), "dissertation") {
		t.Errorf("an unknown preset: %v", err)
	}
	if none, err := NewPreset(""); err != nil || none.Rain != transform.DefaultRain {
		t.Errorf("no preset: %+v, %v", none, err)
	}
}

// olderConfig is a configuration as it was written before transforms could
// standardise.
const olderConfig = `format: 1
clip:
  frames: 4
  height: 8
  width: 8
  step_hours: 1.0
  channels:
  - name: rain
    units: mm/h
    transform:
      steps:
      - kind: sqrt
      - kind: affine
        min: 0.0
        max: 8.773123741149902
network:
  dim: 8
  multiples: [1]
  heads: 1
  head_dim: 4
training:
  batch: 2
  rate: 0.001
`

// An older run keeps its scale, to the bit, and its clamp; so does its short name.
func TestOlderRunsKeepTheirScale(t *testing.T) {
	c, err := ParseConfig([]byte(olderConfig))
	if err != nil {
		t.Fatal(err)
	}
	spec := parse(t, "sqrt+affine:0:8.773123741149902")
	if got := c.Clip.Channels[0].Transform.String(); got != spec.String() {
		t.Fatalf("the transform reads as %s, want %s", got, spec)
	}
	if s := c.Schedule; s.Name != "cosine" || s.Min != 0 || s.Max != 0 {
		t.Errorf("the schedule is %+v", s)
	}
	m := &Run{Config: c}
	if err := m.prepare(); err != nil {
		t.Fatal(err)
	}
	const top = 8.773123741149902
	for _, x := range []float32{0, 1e-4, 0.1, 3.7, 76.9677, 120} {
		got := []float32{x}
		m.Forward(got)
		if want := float32(2*(math.Sqrt(float64(x))/top) - 1); got[0] != want {
			t.Errorf("%v goes to %v, was %v", x, got[0], want)
		}
	}
	for z, want := range map[float32]float64{-1.4: 0, -1: 0, 1: top * top, 1.2: top * top, 0.5: math.Pow(top-top*0.25, 2)} {
		got := []float32{z}
		if err := m.toPhysical(0, got, false); err != nil {
			t.Fatal(err)
		}
		if got[0] != float32(want) {
			t.Errorf("%v comes back as %v, was %v", z, got[0], float32(want))
		}
	}
	text, err := c.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := ParseConfig(text); err != nil || len(differences(c, again)) > 0 {
		t.Errorf("written anew it differs: %v (%v)", differences(c, again), err)
	}
}

// By default rain is scaled to unit variance on the values of training, and what
// is generated is clamped to what rain can be, not to what it was.
func TestRainIsStandardised(t *testing.T) {
	c := tinyConfig(t)
	c.Clip.Channels[0].Transform = parse(t, transform.DefaultRain)
	m := create(t, c, tinyClips)
	count, mean, square := 0.0, 0.0, 0.0
	largest := float32(0)
	clip := make([]float32, c.Clip.size())
	channels := len(c.Clip.Channels)
	for i := range tinyClips.Len() {
		if err := tinyClips.Clip(i, clip); err != nil {
			t.Fatal(err)
		}
		largest = max(largest, slices.Max(clip))
		m.Forward(clip)
		for j := 0; j < len(clip); j += channels {
			count++
			mean += float64(clip[j])
			square += float64(clip[j]) * float64(clip[j])
		}
	}
	mean, square = mean/count, square/count
	if !(math.Abs(mean) <= 1e-5) || !(math.Abs(square-mean*mean-1) <= 1e-5) {
		t.Errorf("mean %v and variance %v of the training data, want 0 and 1", mean, square-mean*mean)
	}
	x := []float32{-50, 50}
	if err := m.toPhysical(0, x, false); err != nil {
		t.Fatal(err)
	}
	if x[0] != 0 || !(x[1] > largest) {
		t.Errorf("−50 and 50 come back as %v; the largest rain was %v", x, largest)
	}
}

// The sampler follows the guidance, unless it is named.
func TestSamplerDefaults(t *testing.T) {
	for name, c := range map[string]struct {
		got  SampleOptions
		want string
	}{
		"free":            {SampleOptions{}.WithDefaults(), "dpm++3m"},
		"nothing said":    {SampleOptions{}.WithConditionalDefaults(), "dpm++2m-sde"},
		"replacement":     {SampleOptions{Guidance: vdm.Replacement{}}.WithDefaults(), "dpm++2m-sde"},
		"reconstruction":  {SampleOptions{Guidance: vdm.Reconstruction{Weight: 1}}.WithConditionalDefaults(), "dpm++2m-sde"},
		"moment matching": {SampleOptions{Guidance: vdm.MomentMatching{}}.WithConditionalDefaults(), "dpm++3m"},
		"named":           {SampleOptions{Sampler: "ancestral"}.WithConditionalDefaults(), "ancestral"},
	} {
		if c.got.Sampler != c.want || c.got.Grid != "trimmed" || c.got.Evaluations != 25 {
			t.Errorf("%s: %s over %s in %d, want %s over trimmed in 25", name, c.got.Sampler, c.got.Grid, c.got.Evaluations, c.want)
		}
	}
}
