package certify

import (
	"context"
	"fmt"
	"math"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// byParticles returns the checks of sequential Monte Carlo on top of reconstruction
// guidance, on a Gaussian distribution and on showers, for which fewer particles must do: their
// denoiser is a quadrature.
func byParticles(number, ofShowers int) ([]work, error) {
	const sampler, evaluations = "ancestral-upper", 100
	plan, err := vdm.NewPlan(sampler, vdm.DefaultGrid, vdm.Cosine{}, evaluations)
	if err != nil {
		return nil, err
	}
	check := func(number int, given string, covariance float64) Check {
		// Chance alone is 1/√n of a mean, and larger where many particles descend from few.
		return Check{
			Method: fmt.Sprintf("%d weighted particles", number), Given: given, Sampler: sampler, Evaluations: evaluations, Where: "host",
			Claim: [2]float64{2.5 / math.Sqrt(float64(number)), covariance},
		}
	}

	p, err := process(4, 1, 1, 2, 1)
	if err != nil {
		return nil, err
	}
	law, shape := p.Distribution(), p.Shape()
	gauges := known(p.Draw(seeds[0], 0), func(i int) bool { return i%3 == 0 }, 0.4)
	want, err := law.Given(shape, gauges)
	if err != nil {
		return nil, err
	}
	list := []work{{check(number, "gauges with errors", 4/math.Sqrt(float64(number))), func(ctx context.Context) (float64, float64, error) {
		d, err := exact.Particles{Plan: plan, Shape: shape, Number: number, Seed: seeds[1], Estimate: func(z []float64, logSNR float64) ([]float64, error) {
			return law.DenoiseMap(z, []float64{logSNR, logSNR, logSNR, logSNR})
		}}.Given(ctx, gauges)
		if err != nil {
			return 0, 0, err
		}
		m, c := d.Moments().Distance(want)
		return m, c, nil
	}}}

	// The mean of a shower given a gauge is known, and its error is measured by the showers'
	// scale.
	const std = 0.3
	for _, y := range []float32{0.1, 1} {
		seen := vdm.Observation{{Y: []float32{y, float32(math.NaN()), float32(math.NaN()), float32(math.NaN())}, Std: std}}
		list = append(list, work{check(ofShowers, fmt.Sprintf("showers, a gauge of %v", y), 1), func(ctx context.Context) (float64, float64, error) {
			d, err := exact.Particles{Plan: plan, Shape: [4]int{showers.Frames, 1, 1, 1}, Number: ofShowers, Seed: seeds[1], Estimate: func(z []float64, logSNR float64) ([]float64, error) {
				return showers.DenoiseMap(z, []float64{logSNR, logSNR, logSNR, logSNR})
			}}.Given(ctx, seen)
			if err != nil {
				return 0, 0, err
			}
			const nothing = -40 // λ at which nothing is seen
			level := -2 * math.Log(std)
			right, err := showers.DenoiseMap([]float64{vdm.Alpha(level) * float64(y), 0, 0, 0}, []float64{level, nothing, nothing, nothing})
			if err != nil {
				return 0, 0, err
			}
			mean, worst := d.Moments().Mean, 0.0
			for i := range right {
				worst = max(worst, math.Abs(mean[i]-right[i])/showers.Scale)
			}
			return worst, 0, nil
		}})
	}
	return list, nil
}
