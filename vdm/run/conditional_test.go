package run

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// clipOf returns one clip of the source.
func clipOf(t testing.TB, c vdm.Clips, i int) []float32 {
	t.Helper()
	f, h, w, ch := c.Shape()
	x := make([]float32, f*h*w*ch)
	if err := c.Clip(i, x); err != nil {
		t.Fatal(err)
	}
	return x
}

// Known cells come back as they were given, to the bit; NaN among the known
// frames and the unknown frames, whatever they hold, are generated.
func TestKnownCellsArePutBack(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	ctx := context.Background()
	o := SampleOptions{Count: 3, Evaluations: 6, Batch: 2, Seed: 1}
	clip := clipOf(t, tinyClips, 0)
	clip[5] = float32(math.NaN())
	copy(clip[16:], []float32{float32(math.Inf(1)), float32(math.NaN()), -1e30})
	for _, guidance := range []vdm.Guidance{nil, vdm.Reconstruction{Weight: 2}} {
		o.Guidance = guidance
		got, err := m.Nowcast(ctx, clip, 1, o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range got.Len() {
			for j, v := range got.At(i) {
				generated := j >= 16 || j == 5
				switch {
				case !generated && v != clip[j]:
					t.Errorf("guidance %v: known value %d is %v, was given as %v", guidance, j, v, clip[j])
				case generated && !(v >= 0 && v <= 10.001): // the range of the training data
					t.Errorf("guidance %v: generated value %d is %v", guidance, j, v)
				}
			}
		}
		if got.At(0)[5] == got.At(1)[5] && got.At(0)[17] == got.At(1)[17] {
			t.Error("two members have the same generated cells")
		}
	}
	// Everything known: nothing is generated.
	clip = clipOf(t, tinyClips, 0)
	got, err := m.Interpolate(ctx, clip, []bool{true, true}, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.At(2), clip) {
		t.Error("a clip that is known as a whole is changed")
	}
	// The second frame known and the first generated.
	got, err = m.Interpolate(ctx, clip, []bool{false, true}, o)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.At(0)[16:], clip[16:]) || slices.Equal(got.At(0)[:16], clip[:16]) {
		t.Error("want the second frame as given, and the first generated")
	}
}

func TestConditioningRefuses(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	clip := clipOf(t, tinyClips, 0)
	with := func(i int, v float64) []float32 {
		x := slices.Clone(clip)
		x[i] = float32(v)
		return x
	}
	missing := slices.Repeat([]float32{float32(math.NaN())}, 32)
	for _, c := range []struct {
		name string
		run  func() (*vdm.Samples, error)
		says string
	}{
		{"a short clip", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), clip[:31], 1, SampleOptions{}) }, "31 values, want 32"},
		{"no frame known", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), clip, 0, SampleOptions{}) }, "no cell is known"},
		{"too many frames", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), clip, 3, SampleOptions{}) }, "3 frames known of a clip of 2"},
		{"fewer than no frames", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), clip, -1, SampleOptions{}) }, "-1 frames known"},
		{"only missing cells known", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), missing, 1, SampleOptions{}) }, "no cell is known"},
		{"an infinite known cell", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), with(3, math.Inf(1)), 1, SampleOptions{}) }, "infinite at frame 0"},
		{"a rate below zero", func() (*vdm.Samples, error) { return m.Nowcast(t.Context(), with(3, -1), 1, SampleOptions{}) }, "value -1 in frame 0 is outside"},
		{"a mask of another length", func() (*vdm.Samples, error) { return m.Interpolate(t.Context(), clip, []bool{true}, SampleOptions{}) }, "known has 1 entries"},
		{"a negative weight", func() (*vdm.Samples, error) {
			return m.Nowcast(t.Context(), clip, 1, SampleOptions{Guidance: vdm.Reconstruction{Weight: -1}})
		}, "guidance is -1"},
		{"guidance without known cells", func() (*vdm.Samples, error) {
			return m.Sample(t.Context(), SampleOptions{Guidance: vdm.Reconstruction{}})
		}, "without an observation"},
	} {
		_, err := c.run()
		enginetest.WantError(t, c.name, err, c.says)
	}
}

// Model's samples: the same member in any batch, and on any engine.
func TestMembersAreTheSameOnEveryEngine(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	clip := clipOf(t, tinyClips, 3)
	first := map[bool][]float32{}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		m.be = be
		for _, conditional := range []bool{false, true} {
			draw := func(o SampleOptions) *vdm.Samples {
				o.Seed, o.Evaluations = 6, 6
				var s *vdm.Samples
				var err error
				if conditional {
					o.Guidance = vdm.Reconstruction{}
					s, err = m.Nowcast(t.Context(), clip, 1, o)
				} else {
					s, err = m.Sample(t.Context(), o)
				}
				if err != nil {
					t.Fatal(err)
				}
				return s
			}
			all := draw(SampleOptions{Count: 4, Batch: 4})
			for _, o := range []SampleOptions{{Count: 4, Batch: 3}, {Count: 1, First: 2}} {
				got := draw(o)
				if e := enginetest.Farthest(got.Data, all.Data[o.First*all.Size():(o.First+o.Count)*all.Size()]); !(e <= 1e-4) {
					t.Errorf("conditional %v, %d from %d by %d: differs by %.1e from one batch", conditional, o.Count, o.First, o.Batch, e)
				}
			}
			if first[conditional] == nil {
				first[conditional] = all.Data
			}
			e := enginetest.Farthest(all.Data, first[conditional])
			t.Logf("conditional %v: largest difference from the first engine %.1e mm/h", conditional, e)
			if !(e <= 1e-3) { // of 10 mm/h
				t.Errorf("conditional %v: samples differ by %.1e mm/h from those of the first engine", conditional, e)
			}
		}
	})
}

// The samples of weight 0 are replacement's, and tend to them as the weight falls;
// with the default weight they are others.
func TestWeightZeroSamplesAsReplacement(t *testing.T) {
	m := create(t, tinyConfig(t), tinyClips)
	clip := clipOf(t, tinyClips, 0)
	draw := func(name string, weight ...float64) []float32 {
		t.Helper()
		guidance, err := vdm.NewGuidance(name, weight...)
		if err != nil {
			t.Fatal(err)
		}
		s, err := m.Nowcast(t.Context(), clip, 1, SampleOptions{Count: 2, Evaluations: 3, Seed: 5, Guidance: guidance})
		if err != nil {
			t.Fatal(err)
		}
		return s.Data
	}
	differ := func(a, b []float32) (largest float64) {
		for i := range a {
			largest = math.Max(largest, math.Abs(float64(a[i])-float64(b[i])))
		}
		return largest
	}
	replaced := draw("replacement")
	if d := differ(draw("reconstruction", 0), replaced); d != 0 {
		t.Errorf("weight 0 differs from replacement by %v mm/h", d)
	}
	whole := differ(draw("reconstruction"), replaced)
	little := differ(draw("reconstruction", 1e-3), replaced)
	if !(little < 0.02*whole) {
		t.Errorf("of weight 1 samples differ from replacement by %v mm/h, of 0.001 by %v: want a thousandth", whole, little)
	}
}

func TestSampleOptionsAreRefusedByName(t *testing.T) {
	for says, o := range map[string]SampleOptions{
		"count": {Count: -1}, "first": {First: -1}, "first is 4294967295": {First: math.MaxUint32, Count: 2}, "evaluations": {Evaluations: -1},
		"batch": {Batch: -1}, "guidance is -1": {Guidance: vdm.Reconstruction{Weight: -1}}, "guidance is NaN": {Guidance: vdm.Reconstruction{Weight: math.NaN()}},
		"guidance is +Inf": {Guidance: vdm.Reconstruction{Weight: math.Inf(1)}}, `sampler "best"`: {Sampler: "best"}, `grid "fine"`: {Grid: "fine"},
	} {
		if err := o.Validate(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%+v: error %v does not say %q", o, err, says)
		}
	}
	if err := (SampleOptions{}).Validate(); err != nil {
		t.Error(err)
	}
}
