package learnt

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// shapeOf fits and measures.
func shapeOf(t *testing.T, o Options, data vdm.Clips) (Shape, Result) {
	t.Helper()
	r, err := Fit(t.Context(), engine(t), o, data)
	if err != nil {
		t.Fatal(err)
	}
	s, err := Measure(r.Spec)
	if err != nil {
		t.Fatal(err)
	}
	return s, r
}

// With a slope of 0.001 and without the mask nearly all of the range goes to the step
// between dry and wet, with whatever gradient; with the mask and 0.1 rain keeps it.
func TestCollapse(t *testing.T) {
	data := showers(200)
	for _, constant := range []bool{true, false} {
		usual, result := shapeOf(t, small(Options{EndsConstant: constant}), data)
		collapsed, bad := shapeOf(t, small(Options{EndsConstant: constant, Unmasked: true, Slope: 0.001}), data)
		if !(usual.Rain > 0.9 && usual.Error < 0.05) {
			t.Errorf("ends constant %v: with the mask rain has %v of the range, and 0.01 in y is %v mm/h", constant, usual.Rain, usual.Error)
		}
		if !(collapsed.Rain < 0.3 && collapsed.Error > 0.2 && collapsed.Dry > 5*usual.Dry) {
			t.Errorf("ends constant %v: without the mask rain has %v of the range, 0.01 in y is %v mm/h, and the slope at 0 is %v of %v with it: no collapse", constant, collapsed.Rain, collapsed.Error, collapsed.Dry, usual.Dry)
		}
		if last := len(bad.Loss) - 1; !(bad.Loss[last] < bad.Loss[0]-3 && result.Loss[last] < result.Loss[0]) {
			t.Errorf("ends constant %v: the loss went from %v to %v without the mask, from %v to %v with it", constant, bad.Loss[0], bad.Loss[last], result.Loss[0], result.Loss[last])
		}
	}
}

// What cannot be fitted is an error that says why, and one wet cell in a million is not.
func TestFitOfLittle(t *testing.T) {
	be := engine(t)
	o := small(Options{})
	o.Steps = 3
	changed := func(value float32) *vdm.Samples {
		s := showers(20)
		s.Data[100] = value
		return s
	}
	known := o
	known.Max = 80
	limited := o
	limited.Max = 5
	for says, c := range map[string]struct {
		o    Options
		data vdm.Clips
	}{
		"want rain":                {o, vdm.NewSamples(5, 1, 4, 4, 1)},
		"of 2 channels":            {o, vdm.NewSamples(5, 1, 4, 4, 2)},
		"0 clips":                  {o, vdm.NewSamples(0, 1, 4, 4, 1)},
		"has a missing value":      {o, changed(float32(math.NaN()))},
		"has the value NaN":        {known, constantClips(float32(math.NaN()))},
		"largest value is +Inf":    {o, changed(float32(math.Inf(1)))},
		"want rain from 0 to 5":    {limited, constantClips(6)},
		"has the value -1":         {o, constantClips(-1, 6)},
		"width is 3, want an even": {Options{Network: oddNetwork}, showers(2)},
	} {
		_, err := Fit(t.Context(), be, c.o, c.data)
		enginetest.WantError(t, says, err, says)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Fit(stopped, be, o, showers(5)); !errors.Is(err, context.Canceled) {
		t.Errorf("a fit that was stopped: %v", err)
	}
	wet := vdm.NewSamples(40, 1, 160, 160, 1) // 1,024,000 cells
	wet.Data[500_000] = 64
	o.Batch = 2
	r, err := Fit(t.Context(), be, o, wet)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := r.Spec.Build()
	if err != nil || tr.Forward(0) != -1 || tr.Forward(64) != 1 {
		t.Errorf("one wet cell: %v goes to %v and %v (%v)", tr, tr.Forward(0), tr.Forward(64), err)
	}
	for _, l := range r.Loss {
		if math.IsNaN(l) || math.IsInf(l, 0) {
			t.Errorf("one wet cell: losses %v", r.Loss)
		}
	}
	// The same value in every cell: the end of the range is there, its logarithm finite.
	if r, err = Fit(t.Context(), be, o, constantClips(6)); err != nil || math.IsNaN(r.Loss[len(r.Loss)-1]) {
		t.Errorf("one value: %v (%v)", r.Loss, err)
	}
}

// The same fit again gives the same weights, and another seed others.
func TestFitIsAFunctionOfItsSeed(t *testing.T) {
	o := small(Options{})
	o.Steps = 20
	fit := func(seed uint64) string {
		o.Seed = seed
		r, err := Fit(t.Context(), engine(t), o, showers(30))
		if err != nil {
			t.Fatal(err)
		}
		return r.Spec.String()
	}
	if first := fit(1); fit(1) != first || fit(2) == first {
		t.Error("a fit differs from itself, or does not depend on its seed")
	}
}
