package exact

import (
	"math"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// DistributionOnHost returns the exact distribution of what a deterministic plan draws, in
// clips of n values, with an estimate of x that is affine in z: the images of 0 and of every
// unit vector determine it. All is float64 on the host; see [DistributionOf] for what an
// engine computes.
func DistributionOnHost(plan vdm.Plan, n int, estimate func(z []float64, logSNR float64) ([]float64, error)) (Gaussian, error) {
	law := Gaussian{Cov: mat.NewSymDense(n, nil)}
	var err error
	if law.Mean, err = Follow(plan, make([]float64, n), estimate); err != nil {
		return law, err
	}
	columns := mat.NewDense(n, n, nil)
	for j := range n {
		unit := make([]float64, n)
		unit[j] = 1
		end, err := Follow(plan, unit, estimate)
		if err != nil {
			return law, err
		}
		for i, v := range end {
			columns.Set(i, j, v-law.Mean[i])
		}
	}
	law.Cov.SymOuterK(1, columns)
	return law, nil
}

// Follow returns where a deterministic plan takes z with an estimate of x.
func Follow(plan vdm.Plan, z []float64, estimate func(z []float64, logSNR float64) ([]float64, error)) (end []float64, err error) {
	for _, step := range plan.Follow(z, func(z []float64, logSNR float64) []float64 {
		x, failure := estimate(z, logSNR)
		if failure != nil {
			err = failure
			return make([]float64, len(z))
		}
		return x
	}, nil) {
		end = step.Z
	}
	return end, err
}

// Distance returns the largest difference between the means of two distributions, and the
// difference of the covariances over the size of the other's, in the Frobenius norm.
func (g Gaussian) Distance(other Gaussian) (mean, covariance float64) {
	for i, m := range other.Mean {
		mean = max(mean, math.Abs(g.Mean[i]-m))
	}
	var d mat.Dense
	d.Sub(g.Cov, other.Cov)
	return mean, mat.Norm(&d, 2) / mat.Norm(other.Cov, 2)
}

// Measured returns the measurement of A·x of a clip, with errors of a standard deviation that
// are not drawn: what is measured is A·x itself.
func Measured(a vdm.Operator, x []float32, shape [4]int, std float64) (vdm.Measurement, error) {
	wide := make([]float64, len(x))
	for i, v := range x {
		wide[i] = float64(v)
	}
	ax, err := a.Apply(wide, shape)
	if err != nil {
		return vdm.Measurement{}, err
	}
	m := vdm.Measurement{Of: a, Std: std}
	for _, v := range ax {
		m.Y = append(m.Y, float32(v))
	}
	return m, nil
}
