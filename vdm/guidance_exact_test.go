package vdm_test

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func must[T any](x T, err error) T {
	if err != nil {
		panic(err)
	}
	return x
}

// knownClips are observations of one clip of a Gaussian process, of every kind.
func knownClips(p *exact.GaussianProcess) map[string]vdm.Observation {
	shape, x := p.Shape(), p.Draw(7, 0)
	wide := make([]float64, len(x))
	frame, gauges := make([]bool, len(x)), make([]float32, len(x))
	for i, v := range x {
		wide[i] = float64(v)
		frame[i] = i < len(x)/shape[0]
		if gauges[i] = float32(math.NaN()); i%5 == 3 {
			gauges[i] = v + 0.05
		}
	}
	of := func(a vdm.Operator) vdm.Measurement {
		y := []float32{}
		for _, v := range must(a.Apply(wide, shape)) {
			y = append(y, float32(v))
		}
		return vdm.Measurement{Of: a, Y: y}
	}
	noisy := of(must(vdm.TimeMeans(shape[0], shape[0])))
	noisy.Std = 0.2
	return map[string]vdm.Observation{
		"frame":                {must(vdm.KnownCells(x, frame))},
		"gauges with noise":    {{Y: gauges, Std: 0.1}},
		"block means":          {of(must(vdm.BlockMeans(shape[1], shape[2], 2)))},
		"time mean and gauges": {noisy, {Y: gauges, Std: 0.1}},
		"block means, frame":   {of(must(vdm.BlockMeans(shape[1], shape[2], 2))), must(vdm.KnownCells(x, frame))},
	}
}

// bias of a law: the error of the mean as a share of the exact conditional mean
// (whose prior is 0), both in root mean square over the cells, and that of the
// covariance in the Frobenius norm.
func bias(got, want exact.Gaussian) (mean, covariance float64) {
	var off, size mat.VecDense
	size.CloneFromVec(mat.NewVecDense(len(want.Mean), want.Mean))
	off.SubVec(mat.NewVecDense(len(got.Mean), got.Mean), &size)
	var d mat.Dense
	d.Sub(got.Cov, want.Cov)
	return mat.Norm(&off, 2) / mat.Norm(&size, 2), mat.Norm(&d, 2) / mat.Norm(want.Cov, 2)
}

// smallProcess is 3×2×4 cells that depend on each other over some two cells.
func smallProcess() *exact.GaussianProcess {
	return must(exact.NewGaussianProcess(nil, exact.Exponential(3, 2, 1), exact.Exponential(2, 2, 1), exact.Exponential(4, 2, 1)))
}

// With 256 uniform steps what moment matching draws has the mean and the
// covariance of the exact conditional law to 2 %, for every kind of observation,
// with noise and without; replacement of what can be replaced neither helps nor
// harms. The law is computed, not sampled.
func TestMomentMatchingIsExactOnGaussianData(t *testing.T) {
	p := smallProcess()
	be := enginetest.Small(t)
	s := vdm.Cosine{}
	for name, o := range knownClips(p) {
		want := must(p.Given(o))
		for sampler, plan := range map[string]vdm.Plan{
			"ancestral-upper": must(vdm.UniformTime(s, 256).Ancestral(vdm.UpperBound)),
			"dpm++2m-sde":     must(vdm.UniformTime(s, 256).DPMSolver(1)),
		} {
			if sampler == "ancestral-upper" && name != "frame" {
				continue // for time
			}
			// Only with about as many iterations as values is the map affine.
			iterations := 12
			if len(o) > 1 {
				iterations = 24
			}
			got, err := exact.DistributionOf(t.Context(), be, p.Denoiser(), plan, p.Shape(), o, vdm.MomentMatching{Iterations: iterations})
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if name == "block means" {
				law := must(exact.DistributionOf(t.Context(), be, p.Denoiser(), plan, p.Shape(), o, replaced{vdm.MomentMatching{Iterations: iterations}}))
				if mean, covariance := bias(law, got); !(mean < 0.001 && covariance < 0.001) {
					t.Errorf("%s: replacement moves the mean by %.2g and the covariance by %.2g", name, mean, covariance)
				}
			}
			mean, covariance := bias(got, want)
			t.Logf("%s, %s: mean %.2f %%, covariance %.2f %%", name, sampler, 100*mean, 100*covariance)
			if !(mean < 0.02 && covariance < 0.02) {
				t.Errorf("%s, %s: mean %.2f %% and covariance %.2f %% from the exact ones, want at most 2 %%", name, sampler, 100*mean, 100*covariance)
			}
		}
	}
}

// replaced is moment matching that also sees forward samples of what is known.
type replaced struct{ vdm.MomentMatching }

func (r replaced) Guide(d vdm.Denoiser, given *vdm.BoundObservation) vdm.Denoiser {
	return vdm.Replacement{}.Guide(r.MomentMatching.Guide(d, given), given)
}
