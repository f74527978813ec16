package guidance

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// Bias says how far a distribution is from the exact one.
type Bias struct {
	// Mean is ‖μ − μ*‖/‖μ*‖ over the cells: 1 for a sampler without the observation, as
	// the mean of the processes here is 0.
	Mean float64
	// Covariance is ‖C − C*‖/‖C*‖ in the Frobenius norm.
	Covariance float64
	// Spread is √(tr C/tr C*): 1 is right, above 1 the ensemble is too wide.
	Spread float64
}

// BiasOf returns the bias of a distribution against the exact one.
func BiasOf(got, want exact.Gaussian) Bias {
	var off, size, gap, whole, trace, exactTrace float64
	for i, m := range want.Mean {
		off += (got.Mean[i] - m) * (got.Mean[i] - m)
		size += m * m
		trace += got.Cov.At(i, i)
		exactTrace += want.Cov.At(i, i)
		for j := range want.Mean {
			c := want.Cov.At(i, j)
			gap += (got.Cov.At(i, j) - c) * (got.Cov.At(i, j) - c)
			whole += c * c
		}
	}
	return Bias{math.Sqrt(off / size), math.Sqrt(gap / whole), math.Sqrt(trace / exactTrace)}
}

// Method is a sampler with a guidance.
type Method struct {
	Name     string
	Plan     vdm.Plan
	Guidance vdm.Guidance
}

// Methods returns the guidances of the library with the ancestral sampler (upper bound)
// and uniform steps in time, those whose steps are affine on Gaussian data. RePaint has
// as many evaluations and goes over every stretch four times.
func Methods(s vdm.Schedule, steps int) ([]Method, error) {
	plan, err := vdm.UniformTime(s, steps).Ancestral(vdm.UpperBound)
	if err != nil {
		return nil, err
	}
	repaint, err := vdm.UniformTime(s, steps/4).RePaint(4, 4)
	if err != nil {
		return nil, err
	}
	return []Method{
		{"replacement", plan, vdm.Replacement{}},
		{"replacement, as the original program", plan, vdm.Replacement{AsOriginal: true}},
		{"RePaint, four times, as many evaluations", repaint, vdm.Replacement{}},
		{"reconstruction, w_r = 1", plan, vdm.Reconstruction{}},
		{"reconstruction, w_r = 3", plan, vdm.Reconstruction{Weight: 3}},
		{"pseudo-inverse (ΠGDM)", plan, vdm.PseudoInverse{}},
		{"moment matching", plan, vdm.MomentMatching{Iterations: converged}},
	}, nil
}

// converged is the number of iterations of conjugate gradients with which they converge
// for the small cases, so that moment matching is an affine map to rounding.
const converged = 28

// DistributionBias returns the bias of a method, by algebra. ok is false where the method cannot take
// the observation.
func DistributionBias(ctx context.Context, be compute.Backend, c Case, m Method) (bias Bias, ok bool, err error) {
	if m.Guidance.Check(c.Given) != nil {
		return Bias{}, false, nil
	}
	want, err := c.Process.Given(c.Given)
	if err != nil {
		return Bias{}, false, err
	}
	got, err := exact.DistributionOf(ctx, be, c.Process.Denoiser(), m.Plan, c.Process.Shape(), c.Given, m.Guidance)
	if err != nil {
		return Bias{}, false, fmt.Errorf("%s of %s: %w", m.Name, c.Name, err)
	}
	return BiasOf(got, want), true, nil
}
