package train

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

// DecayOf returns the decay of the exponential average whose half-life is a number of
// steps.
func DecayOf(halfLife float64) float64 { return math.Exp2(-1 / halfLife) }

// HalfLife returns the half-life, in steps, of the exponential average with a decay below 1.
func HalfLife(decay float64) float64 { return -1 / math.Log2(decay) }

// AverageProfile returns how much of the weights after each step, from step 0 on, is in
// the exponential average after the last: [step], with the sum 1. The decay is
// [Options].EMA.
func AverageProfile(decay float64, last int64) []float64 {
	profile := make([]float64, last+1)
	rest := 1.0
	for k := last; k > 0; k-- {
		d := averageDecay(decay, k)
		profile[k], rest = rest*(1-d), rest*d
	}
	profile[0] = rest
	return profile
}

// averageDecay is the decay in step k, counted from 1. It warms up, so that the random
// initial weights are forgotten soon.
func averageDecay(decay float64, k int64) float64 { return min(decay, float64(k)/(float64(k)+9)) }

// AverageAfter returns the coefficients, one for each of the ascending steps and one
// more, with which the averages of the decay kept after these steps, and the weights after
// the last of them, make the average of the decay wanted. The coefficients sum to 1. The
// difference is the distance of the profile of what they make from the profile wanted,
// over the norm of the latter. So the half-life can be chosen after training, from the
// snapshots that there are (Karras et al. 2024, "Analyzing and Improving the Training
// Dynamics of Diffusion Models", section 3.1, who keep averages over powers of time).
func AverageAfter(kept float64, steps []int64, wanted float64) (coefficients []float64, difference float64, err error) {
	last := steps[len(steps)-1]
	want := AverageProfile(wanted, last)
	// The last coefficient follows from the others, because the sum is 1: the profile of the
	// last weights is taken off all profiles and off the one wanted.
	relative := func(profile []float64) []float64 {
		out := make([]float64, last+1)
		copy(out, profile)
		out[last]--
		return out
	}
	profiles := mat.NewDense(int(last)+1, len(steps), nil)
	for i, step := range steps {
		profiles.SetCol(i, relative(AverageProfile(kept, step)))
	}
	// By the singular values, because profiles may depend on each other: after consecutive
	// steps they do.
	var parts mat.SVD
	if !parts.Factorize(profiles, mat.SVDThin) {
		return nil, 0, fmt.Errorf("average of half-life %.4g steps from %d snapshots: the singular values do not converge", HalfLife(wanted), len(steps))
	}
	var found mat.Dense
	parts.SolveTo(&found, mat.NewDense(int(last)+1, 1, relative(want)), parts.Rank(1e-10))
	coefficients = mat.Col(nil, 0, &found)
	coefficients = append(coefficients, 1-floats.Sum(coefficients))
	var made mat.VecDense
	made.MulVec(profiles, found.ColView(0))
	return coefficients, floats.Distance(made.RawVector().Data, relative(want), 2) / floats.Norm(want, 2), nil
}
