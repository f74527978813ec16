package exact

import (
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// video is 10 frames × 3 × 4 cells that keep something over 6 frames and 3 cells.
func video(t *testing.T) (*GaussianProcess, Gaussian) {
	t.Helper()
	p, err := NewGaussianProcess(nil, Exponential(10, 6, 1), Exponential(3, 3, 1), Exponential(4, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	return p, p.Distribution()
}

// checkLaw holds a law to 1 % in the mean and 2 % in the covariance.
func checkLaw(t *testing.T, got, want Gaussian) {
	t.Helper()
	mean, covariance := got.Distance(want)
	t.Logf("mean off by %.4f of the prior's standard deviation, covariance by %.4f", mean, covariance)
	if mean > 0.01 || covariance > 0.02 {
		t.Errorf("mean off by %.4f, covariance by %.4f; want at most 0.01 and 0.02", mean, covariance)
	}
}

// The recommended sampler with 25 evaluations, run plainly on z with the estimate at the
// pivot, draws from the exact conditional distribution: mean within 1 % of the prior's
// standard deviation, covariance within 2 %.
func TestMapOfNoiseLevelsIsExact(t *testing.T) {
	p, law := video(t)
	shape, x := p.Shape(), p.Draw(3, 0)
	frame := shape[1] * shape[2]
	known := func(is func(frame, cell int) bool, std float64) vdm.Observation {
		y := blank(len(x))
		for i, v := range x {
			if is(i/frame, i%frame) {
				y[i] = v
			}
		}
		return vdm.Observation{{Y: y, Std: std}}
	}
	plan, err := vdm.NewPlan(vdm.DefaultSampler, vdm.DefaultGrid, vdm.Cosine{}, vdm.DefaultEvaluations)
	if err != nil {
		t.Fatal(err)
	}
	two := append(known(func(f, _ int) bool { return f < 2 }, 0), known(func(f, c int) bool { return f > 4 && c%5 == 0 }, 0.3)...)
	for name, o := range map[string]vdm.Observation{
		"nowcast":               known(func(f, _ int) bool { return f < 4 }, 0),
		"interpolation":         known(func(f, _ int) bool { return f%2 == 0 }, 0),
		"inpainting":            known(func(_, c int) bool { return c%4 < 2 }, 0),
		"gauges with errors":    known(func(f, c int) bool { return (f*frame+c)%6 == 1 }, 0.3),
		"a nowcast with gauges": two,
	} {
		t.Run(name, func(t *testing.T) {
			want, err := law.Given(shape, o)
			if err != nil {
				t.Fatal(err)
			}
			got, err := DistributionOnHost(plan, len(x), func(z []float64, logSNR float64) ([]float64, error) {
				pivot, levels, err := vdm.NoiseLevelMap{}.Pivot(z, logSNR, o)
				if err != nil {
					return nil, err
				}
				return law.DenoiseMap(pivot, levels)
			})
			if err != nil {
				t.Fatal(err)
			}
			checkLaw(t, got, want)
		})
	}
}
