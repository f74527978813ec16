package likelihood

import (
	"math"

	"github.com/climate-vdm/climate-vdm/vdm/transform"
)

// Integral returns ∫ p(x) dx over the x whose y = T(x) lie between low and high, for y ~
// N(0, 1): by Simpson's rule in x, with log p(x) = log p(y) + log dy/dx.
func Integral(t transform.Transform, low, high float64) float64 {
	const n = 20_000
	from, to := t.Inverse(low), t.Inverse(high)
	density := func(x float64) float64 {
		y := t.Forward(x)
		return math.Exp(-y*y/2+t.LogDerivative(x)) / math.Sqrt(2*math.Pi)
	}
	sum := density(from) + density(to)
	for i := 1; i < n; i++ {
		sum += float64(2+2*(i%2)) * density(from+(to-from)*float64(i)/n)
	}
	return sum * (to - from) / n / 3
}

// Transform returns a transform by its name; see [transform.Parse].
func Transform(name string) (transform.Transform, error) {
	spec, err := transform.Parse(name)
	if err != nil {
		return nil, err
	}
	return spec.Build()
}

// Dry is what a dry cell costs a model, in bits.
type Dry struct {
	Probability float64 // −log₂ P(0 ≤ x < δ), the probability of the rounded value itself
	Bound       float64 // −E_u log₂ p(u) − log₂ δ, with u uniform on [0, δ)
	Density     float64 // −log₂ p(0), per mm/h: no probability
}

// DryCell returns the costs for a model with a share of its mass in p(x) = e^(−x/δ)/δ,
// as narrow as the rounding to δ mm/h.
func DryCell(share, delta float64) Dry {
	const n = 10_000
	density := func(x float64) float64 { return share * math.Exp(-x/delta) / delta }
	mass, logs := 0.0, 0.0
	for i := range n { // the midpoint rule
		p := density(delta * (float64(i) + 0.5) / n)
		mass += p * delta / n
		logs += math.Log2(p) / n
	}
	return Dry{-math.Log2(mass), -logs - math.Log2(delta), -math.Log2(density(0))}
}
