package verify

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// GEV is the generalised extreme value distribution, which maxima of long blocks follow
// (Coles 2001, An Introduction to Statistical Modeling of Extreme Values, 3.2). With
// Shape 0 it is the Gumbel distribution; above 0 the tail is heavy, below 0 it ends.
type GEV struct {
	Location, Scale, Shape float64 // μ, σ > 0 and ξ of Coles
}

// Quantile returns the value that a maximum does not exceed with probability p in (0, 1).
func (g GEV) Quantile(p float64) float64 {
	y := math.Log(-math.Log(p)) // minus the reduced variate
	if g.Shape == 0 {
		return g.Location - g.Scale*y
	}
	return g.Location + g.Scale*math.Expm1(-g.Shape*y)/g.Shape
}

// steepest is the largest shape that is fitted: at 1 the distribution has no mean.
// Minus mostBounded is the smallest, of maxima that nearly all lie at one value.
const (
	steepest    = 0.99
	mostBounded = 40.0
)

// FitGEV returns the distribution whose first three L-moments are those of the maxima
// (Hosking 1990, JRSS B 52, 105; Hosking, Wallis and Wood 1985, Technometrics 27, 251),
// which for the tens of values that records have is more accurate than the maximum of
// the likelihood. The equation for the shape is solved to rounding. It is an error if
// fewer than three values are given, one is not finite, or all are equal.
func FitGEV(maxima []float64) (GEV, error) {
	sorted := slices.Sorted(slices.Values(maxima))
	if n := len(sorted); n < 3 {
		return GEV{}, fmt.Errorf("GEV: %d maxima; want at least 3", n)
	} else if math.IsNaN(sorted[0]) || math.IsInf(sorted[0], 0) || math.IsInf(sorted[n-1], 0) {
		return GEV{}, errors.New("GEV: a maximum is not finite")
	} else if sorted[0] == sorted[n-1] {
		return GEV{}, fmt.Errorf("GEV: all %d maxima are %v; want values that differ", n, sorted[0])
	}
	mean, scale, skewness := lMoments(sorted)
	// τ3 = 2(1 − 3^−k)/(1 − 2^−k) − 3 falls with k = −ξ from 1 at k = −1 to −1.
	ratio := func(k float64) float64 {
		if k == 0 {
			return 2*math.Log(3)/math.Ln2 - 3
		}
		return 2*math.Expm1(-k*math.Log(3))/math.Expm1(-k*math.Ln2) - 3
	}
	k := falling(ratio, skewness, -steepest, mostBounded)
	if math.Abs(k) < 1e-9 { // where 1 − Γ(1 + k) has no digits left
		sigma := scale / math.Ln2
		return GEV{Location: mean - eulerGamma*sigma, Scale: sigma}, nil
	}
	gamma := math.Gamma(1 + k)
	sigma := -scale * k / math.Expm1(-k*math.Ln2) / gamma
	return GEV{Location: mean - sigma*(1-gamma)/k, Scale: sigma, Shape: -k}, nil
}

// falling returns where a falling function has a value, between low and high, by the
// secant method within a bracket that shrinks; the nearer end where it has it nowhere.
func falling(f func(float64) float64, value, low, high float64) float64 {
	above, below := f(low)-value, f(high)-value // the differences at the ends
	if above <= 0 {
		return low
	}
	if below >= 0 {
		return high
	}
	x, last := 0.0, math.Inf(1)
	for range 200 {
		d := f(x) - value
		if d > 0 {
			low, above = x, d
		} else {
			high, below = x, d
		}
		// The secant of the bracket ends may stall at one of them: then it is halved.
		next := low + (high-low)*above/(above-below)
		if math.Abs(d) > math.Abs(last)/2 {
			next = (low + high) / 2
		}
		if last = d; d == 0 || math.Abs(next-x) <= 1e-14*(1+math.Abs(x)) {
			return next
		}
		x = next
	}
	return x
}

const eulerGamma = 0.57721566490153286061

// lMoments returns the mean λ1, the L-scale λ2 and the L-skewness λ3/λ2 of sorted values,
// from unbiased probability-weighted moments (Landwehr, Matalas and Wallis 1979).
func lMoments(sorted []float64) (mean, scale, skewness float64) {
	n := float64(len(sorted))
	var b0, b1, b2 float64
	for i, x := range sorted {
		j := float64(i)
		b0 += x / n
		b1 += x * j / (n - 1) / n
		b2 += x * j * (j - 1) / ((n - 1) * (n - 2)) / n
	}
	scale = 2*b1 - b0
	return b0, scale, (6*b2 - 6*b1 + b0) / scale
}
