package certify

import (
	"context"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// exactly is the claim for the map of noise levels: 1 % of the mean, 2 % of the covariance.
var exactly = [2]float64{0.01, 0.02}

// byMap returns the checks of the map of noise levels, with deterministic samplers on the
// host: the best denoiser with a map solves equations that no engine has an operator for.
func byMap() ([]work, error) {
	p, err := process(8, 3, 3, 5, 3)
	if err != nil {
		return nil, err
	}
	shape, x, law := p.Shape(), p.Draw(seeds[0], 0), p.Distribution()
	frame := shape[1] * shape[2]
	var list []work
	for _, g := range []given{
		{"nowcast", known(x, func(i int) bool { return i/frame < 3 }, 0)},
		{"interpolation", known(x, func(i int) bool { return i/frame%2 == 0 }, 0)},
		{"inpainting", known(x, func(i int) bool { return i%frame%3 < 2 }, 0)},
		{"gauges with errors", known(x, func(i int) bool { return i%5 == 1 }, 0.3)},
	} {
		want, err := law.Given(shape, g.observation)
		if err != nil {
			return nil, err
		}
		for _, sampler := range []string{"dpm++3m", "dpm++2m", "heun", "ddim"} {
			for _, evaluations := range []int{12, 25, 50} {
				plan, err := vdm.NewPlan(sampler, vdm.DefaultGrid, vdm.Cosine{}, evaluations)
				if err != nil {
					return nil, err
				}
				check := Check{Method: "map of noise levels", Given: g.name, Sampler: sampler, Evaluations: evaluations, Where: "host"}
				if sampler == vdm.DefaultSampler && evaluations >= vdm.DefaultEvaluations {
					check.Claim = exactly
				}
				list = append(list, work{check, func(context.Context) (mean, covariance float64, err error) {
					got, err := exact.DistributionOnHost(plan, len(x), func(z []float64, logSNR float64) ([]float64, error) {
						pivot, levels, err := vdm.NoiseLevelMap{}.Pivot(z, logSNR, g.observation)
						if err != nil {
							return nil, err
						}
						return law.DenoiseMap(pivot, levels)
					})
					if err != nil {
						return 0, 0, err
					}
					mean, covariance = got.Distance(want)
					return mean, covariance, nil
				}})
			}
		}
	}
	return list, nil
}
