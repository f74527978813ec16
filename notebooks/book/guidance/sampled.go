package guidance

import (
	"context"
	"math"

	"github.com/gomlx/compute"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// Estimate is a bias from samples, with standard errors. The part of the distance of the
// means that comes from the finite number of members is subtracted.
type Estimate struct {
	Mean, MeanError     float64 // as Bias.Mean
	Spread, SpreadError float64 // as Bias.Spread
	Members             *vdm.Samples
}

// Sampled returns the bias of drawn members, whose moments are compared with the exact
// ones.
func Sampled(ctx context.Context, be compute.Backend, c Case, m Method, members int, want exact.Gaussian, progress func(vdm.Progress)) (Estimate, error) {
	s, err := vdm.SampleFrom(ctx, be, c.Process.Denoiser(), m.Plan, c.Process.Shape(), c.Given, vdm.DrawOptions{
		Count: members, Batch: min(members, 64), Seed: 3, Guidance: m.Guidance, Progress: progress,
	})
	if err != nil {
		return Estimate{}, err
	}
	return compare(s, want), nil
}

// compare returns the bias of samples. The squared distance of the means of n members
// has the expectation of the distance of the distributions' means plus tr C/n, with the
// variance 2·tr C²/n² where the distributions agree and 4·dᵀC·d/n more where their means
// are d apart; the trace of the covariance has the variance 2·tr C²/n.
func compare(s *vdm.Samples, want exact.Gaussian) Estimate {
	n := float64(s.Len())
	mean, variance := Moments(s)
	var off, size, trace, exactTrace, square, along float64
	gap := make([]float64, len(mean))
	for i, v := range want.Mean {
		gap[i] = mean[i] - v
		off += gap[i] * gap[i]
		size += v * v
		trace += variance[i]
		exactTrace += want.Cov.At(i, i)
	}
	for i := range gap {
		for j := range gap {
			c := want.Cov.At(i, j)
			square += c * c
			along += gap[i] * c * gap[j]
		}
	}
	apart := max(0, off-trace/n) / size
	spread := math.Sqrt(trace / exactTrace)
	e := Estimate{Mean: math.Sqrt(apart), Spread: spread, Members: s}
	apartError := math.Sqrt(2*square/(n*n)+4*along/n) / size
	e.MeanError = math.Sqrt(apart+apartError) - e.Mean
	e.SpreadError = spread / 2 * math.Sqrt(2*square/n) / exactTrace
	return e
}

// Moments returns the mean and the variance of every cell over the members.
func Moments(s *vdm.Samples) (mean, variance []float64) {
	n := float64(s.Len())
	mean, variance = make([]float64, s.Size()), make([]float64, s.Size())
	for i := range s.Len() {
		for j, v := range s.At(i) {
			mean[j] += float64(v) / n
		}
	}
	for i := range s.Len() {
		for j, v := range s.At(i) {
			variance[j] += math.Pow(float64(v)-mean[j], 2) / (n - 1)
		}
	}
	return mean, variance
}
