package vdm_test

import (
	"strings"
	"testing"

	g "github.com/gomlx/gomlx/core/graph"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// echo says that the clip is its covariate "field".
func echo(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
	alpha, sigma := at.AlphaSigma(z)
	return vdm.Prediction{Z: z, At: at, V: g.Div(g.Sub(g.Mul(alpha, z), in.Covariates["field"]), sigma)}
}

// A denoiser is told what its sampler is told: one field for all samples, or each its own,
// over several batches; and others in their place without compiling again.
func TestSamplerTellsCovariates(t *testing.T) {
	plan, err := vdm.NewPlan("ddim", "trimmed", vdm.Cosine{}, 4)
	if err != nil {
		t.Fatal(err)
	}
	field := func(values ...float32) map[string]vdm.Covariate {
		return map[string]vdm.Covariate{"field": {Channels: 1, Values: values}}
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for name, c := range map[string]struct {
			fields map[string]vdm.Covariate
			want   [3][2]float32
		}{
			"one for all": {field(2, -1), [3][2]float32{{2, -1}, {2, -1}, {2, -1}}},
			"each":        {field(1, 2, 3, 4, 5, 6), [3][2]float32{{1, 2}, {3, 4}, {5, 6}}},
		} {
			s, err := vdm.SampleFrom(t.Context(), be, echo, plan, [4]int{1, 1, 2, 1}, nil, vdm.DrawOptions{Count: 3, Batch: 2, Covariates: c.fields})
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range c.want {
				for j, v := range s.At(i) {
					if d := v - want[j]; !(d <= 0.02 && d >= -0.02) {
						t.Errorf("%s: value %d of sample %d is %v, want %v", name, j, i, v, want[j])
					}
				}
			}
		}
		s, err := vdm.NewSampler(vdm.OnEngine(be, echo), plan, [4]int{1, 1, 2, 1}, nil, vdm.DrawOptions{Count: 1, Covariates: field(1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for _, v := range []float32{1, 7} {
			if err := s.Tell(field(v, v)); err != nil {
				t.Fatal(err)
			}
			clip, err := s.Batch(t.Context(), 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			if d := clip[0] - v; !(d <= 0.05 && d >= -0.05) {
				t.Errorf("told %v the clip is %v", v, clip[0])
			}
		}
		if err := s.Tell(map[string]vdm.Covariate{"other": {Channels: 1, Values: []float32{1, 1}}}); err == nil || !strings.Contains(err.Error(), "make another") {
			t.Errorf("error %v, want one that asks for another sampler", err)
		}
		if err := s.Tell(field(1)); err == nil || !strings.Contains(err.Error(), "want 2") {
			t.Errorf("error %v, want one that says how many values", err)
		}
	})
}
