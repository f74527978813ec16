package run

import (
	"math"
	"strings"
	"testing"

	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// With a weight the estimate is the one without covariates plus as many times what they
// change, at every noise level; the weight 1 costs nothing, and others are recorded.
func TestWeightOfCovariates(t *testing.T) {
	c, clips := toldConfig(t)
	m, err := Create(t.TempDir(), c, clips)
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Train(t.Context(), TrainOptions{Data: clips, Steps: 2}); err != nil {
		t.Fatal(err)
	}
	shape := m.Config.Clip.shape()
	z, guess := make([]float32, m.Config.Clip.size()), make([]float32, 2*m.Config.Clip.size())
	for i := range z {
		z[i] = float32(math.Sin(float64(i)))
		guess[2*i], guess[2*i+1] = float32(math.Cos(float64(i))), 1
	}
	physical := map[string][]float32{"guess": make([]float32, len(z))}
	estimate := func(weight float64, given bool) []float32 {
		o := SampleOptions{Covariates: physical, CovariateWeight: weight}.WithDefaults()
		n, err := m.bind(o)
		if err != nil {
			t.Fatal(err)
		}
		defer n.denoiser.Release()
		exec, err := g.NewExec(n.denoiser.Engine, func(in []*g.Node) *g.Node {
			batch := vdm.Batch{}
			if given {
				batch.Covariates = map[string]*g.Node{"guess": in[2]}
			}
			return n.denoiser.Denoiser(in[3:])(in[0], vdm.Level{LogSNR: in[1]}, batch).X()
		})
		if err != nil {
			t.Fatal(err)
		}
		defer exec.Finalize()
		in := []any{
			tensors.FromFlatDataAndDimensions(z, 1, shape[0], shape[1], shape[2], 1), []float32{0.7},
			tensors.FromFlatDataAndDimensions(guess, 1, shape[0], shape[1], shape[2], 2),
		}
		for _, w := range n.denoiser.Weights {
			in = append(in, w)
		}
		out, err := exec.Call(in...)
		if err != nil {
			t.Fatal(err)
		}
		return tensors.MustCopyFlatData[float32](out[0])
	}
	with, without, twice := estimate(1, true), estimate(1, false), estimate(2.5, true)
	changed := false
	for i := range z {
		want := float64(without[i]) + 2.5*float64(with[i]-without[i])
		if math.Abs(float64(twice[i])-want) > 1e-5*(1+math.Abs(want)) {
			t.Fatalf("value %d is %v, want %v", i, twice[i], want)
		}
		changed = changed || math.Abs(float64(with[i]-without[i])) > 1e-3
	}
	if !changed {
		t.Error("the covariate changes nothing, so that its weight cannot be seen")
	}
	if a, b := m.recipe(SampleOptions{CovariateWeight: 1}, "", ""), m.recipe(SampleOptions{CovariateWeight: 2}, "", ""); a.Same(b) || a.Weight != 0 {
		t.Error("clips with another weight have the same recipe, or the weight 1 is recorded")
	}
	clip := make([]float32, len(z))
	for says, o := range map[string]SampleOptions{
		"no covariate is given": {CovariateWeight: 2},
		"weight is -1":          {CovariateWeight: -1, Covariates: physical},
		"weight is NaN":         {CovariateWeight: math.NaN(), Covariates: physical},
	} {
		if _, err := m.Nowcast(t.Context(), clip, 1, o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
	m.Config.Conditions.Dropout = 0
	if _, err := m.Nowcast(t.Context(), clip, 1, SampleOptions{CovariateWeight: 2, Covariates: physical}); err == nil || !strings.Contains(err.Error(), "never trained without") {
		t.Errorf("error %v, want one that says that the network was never trained without its covariates", err)
	}
}
