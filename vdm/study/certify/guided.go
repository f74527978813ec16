package certify

import (
	"context"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// unconditional returns the checks of all samplers without an observation.
func unconditional(be compute.Backend) ([]work, error) {
	p, err := process(3, 2, 4, 2, 2)
	if err != nil {
		return nil, err
	}
	var list []work
	for _, sampler := range vdm.SamplerNames() {
		for _, evaluations := range []int{25, 100} {
			check := Check{Method: "none", Given: "nothing", Sampler: sampler, Evaluations: evaluations, Where: "engine"}
			if sampler == vdm.DefaultSampler {
				check.Claim = exactly
			}
			plan, err := vdm.NewPlan(sampler, vdm.DefaultGrid, vdm.Cosine{}, evaluations)
			if err != nil {
				return nil, err
			}
			list = append(list, work{check, byAlgebra(be, p, plan, nil, nil, p.Distribution())})
		}
	}
	return list, nil
}

// byGuidance returns the checks of the guidances on a network's denoiser.
func byGuidance(be compute.Backend) ([]work, error) {
	p, err := process(3, 2, 4, 2, 2)
	if err != nil {
		return nil, err
	}
	observed, err := observations(p)
	if err != nil {
		return nil, err
	}
	var list []work
	for _, m := range []struct {
		name string
		by   vdm.Guidance
		// claim of a method that is exact on Gaussian data, with the number of evaluations that suffices.
		claim  [2]float64
		enough int
	}{
		// With as many iterations of conjugate gradients as values the map is affine.
		{"moment matching", vdm.MomentMatching{Iterations: 24}, [2]float64{0.02, 0.02}, 256},
		{"pseudo-inverse", vdm.PseudoInverse{}, [2]float64{}, 0},
		{"reconstruction", vdm.Reconstruction{Weight: 1}, [2]float64{}, 0},
		{"replacement", vdm.Replacement{}, [2]float64{}, 0},
	} {
		for _, g := range observed {
			if m.by.Check(g.observation) != nil {
				continue // the method cannot take this observation
			}
			want, err := p.Given(g.observation)
			if err != nil {
				return nil, err
			}
			for _, evaluations := range []int{25, 256} {
				plan, err := vdm.NewPlan(vdm.DefaultGuidedSampler, "time", vdm.Cosine{}, evaluations)
				if err != nil {
					return nil, err
				}
				check := Check{Method: m.name, Given: g.name, Sampler: vdm.DefaultGuidedSampler, Evaluations: evaluations, Where: "engine"}
				if evaluations == m.enough {
					check.Claim = m.claim
				}
				list = append(list, work{check, byAlgebra(be, p, plan, g.observation, m.by, want)})
			}
		}
	}
	return list, nil
}

// observations are of one clip of a process, of every kind.
func observations(p *exact.GaussianProcess) ([]given, error) {
	shape, x := p.Shape(), p.Draw(seeds[0], 0)
	frame := shape[1] * shape[2]
	blocks, err := vdm.BlockMeans(shape[1], shape[2], 2)
	if err != nil {
		return nil, err
	}
	coarse, err := exact.Measured(blocks, x, shape, 0)
	if err != nil {
		return nil, err
	}
	whole, err := vdm.TimeMeans(shape[0], shape[0])
	if err != nil {
		return nil, err
	}
	mean, err := exact.Measured(whole, x, shape, 0.2)
	if err != nil {
		return nil, err
	}
	gauges := known(x, func(i int) bool { return i%5 == 3 }, 0.1)
	return []given{
		{"the first frame", known(x, func(i int) bool { return i < frame }, 0)},
		{"gauges with errors", gauges},
		{"block means", vdm.Observation{coarse}},
		{"time means and gauges", append(vdm.Observation{mean}, gauges...)},
	}, nil
}

// byAlgebra compares the distribution of a sampler's draws with the right one.
func byAlgebra(be compute.Backend, p *exact.GaussianProcess, plan vdm.Plan, observed vdm.Observation, by vdm.Guidance, want exact.Gaussian) func(context.Context) (float64, float64, error) {
	return func(ctx context.Context) (mean, covariance float64, err error) {
		got, err := exact.DistributionOf(ctx, be, p.Denoiser(), plan, p.Shape(), observed, by)
		if err != nil {
			return 0, 0, err
		}
		mean, covariance = got.Distance(want)
		return mean, covariance, nil
	}
}
