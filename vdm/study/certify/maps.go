package certify

import (
	"context"

	"gonum.org/v1/gonum/mat"

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
					got, err := follow(plan, len(x), func(z []float64, logSNR float64) ([]float64, error) {
						pivot, levels, err := vdm.NoiseLevelMap{}.Pivot(z, logSNR, g.observation)
						if err != nil {
							return nil, err
						}
						return law.DenoiseMap(pivot, levels)
					})
					if err != nil {
						return 0, 0, err
					}
					mean, covariance = errors(got, want)
					return mean, covariance, nil
				}})
			}
		}
	}
	return list, nil
}

// follow returns the distribution of what a deterministic plan draws with an estimate that
// is affine in z: the images of 0 and of every unit vector determine it.
func follow(plan vdm.Plan, n int, estimate func(z []float64, logSNR float64) ([]float64, error)) (exact.Gaussian, error) {
	var failure error
	end := func(z []float64) (end []float64) {
		for _, step := range plan.Follow(z, func(z []float64, logSNR float64) []float64 {
			x, err := estimate(z, logSNR)
			if err != nil {
				failure = err
				return make([]float64, n)
			}
			return x
		}, nil) {
			end = step.Z
		}
		return end
	}
	law := exact.Gaussian{Mean: end(make([]float64, n)), Cov: mat.NewSymDense(n, nil)}
	columns := mat.NewDense(n, n, nil)
	for j := range n {
		unit := make([]float64, n)
		unit[j] = 1
		for i, v := range end(unit) {
			columns.Set(i, j, v-law.Mean[i])
		}
	}
	law.Cov.SymOuterK(1, columns)
	return law, failure
}
