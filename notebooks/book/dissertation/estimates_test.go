package dissertation

import (
	"math"
	"testing"

	_ "github.com/gomlx/compute/gobackend"

	"github.com/climate-vdm/climate-vdm/vdm"
)

func TestEstimate(t *testing.T) {
	const l, x, eps = 0.7, -0.4, 1.3
	alpha, sigma := vdm.Alpha(l), vdm.Sigma(l)
	z := float32(alpha*x + sigma*eps)
	for p, output := range map[vdm.Parameterisation]float64{
		vdm.PredictX: x, vdm.PredictEpsilon: eps, vdm.PredictV: alpha*eps - sigma*x, vdm.PredictScore: -eps / sigma,
	} {
		e, err := Estimate(p, []float32{float32(output)}, []float32{z}, []float32{l})
		if err != nil {
			t.Fatal(err)
		}
		for name, pair := range map[string][2]float64{
			"x̂": {float64(e.X[0]), x}, "ε̂": {float64(e.Epsilon[0]), eps},
			"v̂": {float64(e.V[0]), alpha*eps - sigma*x}, "the score": {float64(e.Score[0]), -eps / sigma},
		} {
			if math.Abs(pair[0]-pair[1]) > 1e-6 {
				t.Errorf("%s of a network that predicts %s is %v, want %v", name, p, pair[0], pair[1])
			}
		}
	}
	if _, err := Estimate("w", nil, nil, nil); err == nil {
		t.Error("an unknown kind of output was taken")
	}
	if _, err := Estimate(vdm.PredictV, []float32{1}, []float32{1, 2}, []float32{0}); err == nil {
		t.Error("lengths that differ were taken")
	}
}
