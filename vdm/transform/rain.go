package transform

import (
	"fmt"
	"math"
)

// NonNegative is y = x for x ≥ 0, for values that cannot be negative and need no
// nonlinear scale: its inverse turns a negative number into 0.
type NonNegative struct{}

// Forward returns x, NaN for x < 0.
func (NonNegative) Forward(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	return x
}

// Inverse returns y, and 0 for y < 0.
func (NonNegative) Inverse(y float64) float64 {
	if y < 0 {
		return 0
	}
	return y
}

// LogDerivative returns 0, NaN for x < 0 and at NaN.
func (n NonNegative) LogDerivative(x float64) float64 { return 0 * n.Forward(x) }

func (NonNegative) String() string { return "x ≥ 0" }

// LogPlus is y = ln(x + Offset) for x ≥ 0, Offset in the units of x: [Log] with Epsilon
// = Offset, moved by ln Offset, as much of the literature has it.
type LogPlus struct{ Offset float64 }

// Forward returns ln(x + Offset), NaN for x < 0.
func (l LogPlus) Forward(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	return math.Log(x + l.Offset)
}

// Inverse returns exp(y) − Offset, and 0 where that is negative.
func (l LogPlus) Inverse(y float64) float64 {
	// exp(y) − c is c·(exp(y − ln c) − 1), without the cancellation near x = 0.
	return Log{Epsilon: l.Offset}.Inverse(y - math.Log(l.Offset))
}

// LogDerivative returns −ln(x + Offset), NaN for x < 0.
func (l LogPlus) LogDerivative(x float64) float64 { return -l.Forward(x) }

func (l LogPlus) String() string { return fmt.Sprintf("log(x + %v)", l.Offset) }

// dryGap is how far below the floor the dry value lies, in dB: 5, as in pysteps
// (Pulkkinen et al. 2019, the zerovalue of its dB transform).
const dryGap = 5.0

// DB is the decibel scale of rain rates, y = 10·log₁₀ x for x ≥ Floor. Rates below
// Floor, in the units of x, are dry: Forward takes them to 10·log₁₀ Floor − 5, and
// Inverse takes that to 0.
type DB struct{ Floor float64 }

// Forward returns x in dB, the dry value for x < Floor, NaN for x < 0.
func (d DB) Forward(x float64) float64 {
	switch {
	case x < 0:
		return math.NaN()
	case x < d.Floor:
		return 10*math.Log10(d.Floor) - dryGap
	}
	return 10 * math.Log10(x)
}

// Inverse returns 10^(y/10) at and above the floor. Between the floor and the dry value
// Forward has no values: the nearer of the two is taken, so that the result is Floor
// above their middle and 0 below it.
func (d DB) Inverse(y float64) float64 {
	floor := 10 * math.Log10(d.Floor)
	switch {
	case y >= floor:
		return max(d.Floor, math.Pow(10, y/10)) // at least the floor, to its last bit
	case y >= floor-dryGap/2:
		return d.Floor
	case math.IsNaN(y):
		return y
	}
	return 0
}

// LogDerivative returns ln(10/ln 10) − ln x, and −Inf for x < Floor, where all rates
// have one value: a likelihood needs a mask there. It is NaN for x < 0.
func (d DB) LogDerivative(x float64) float64 {
	switch {
	case x < 0:
		return math.NaN()
	case x < d.Floor:
		return math.Inf(-1)
	}
	return math.Log(10/math.Ln10) - math.Log(x)
}

func (d DB) String() string { return fmt.Sprintf("dB from %v", d.Floor) }

// Standardise is y = (x − Mean)/Std: data of mean 0 and variance 1, on the whole
// line.
type Standardise struct{ Mean, Std float64 }

// Forward returns (x − Mean)/Std.
func (s Standardise) Forward(x float64) float64 { return (x - s.Mean) / s.Std }

// Inverse returns Mean + Std·y.
func (s Standardise) Inverse(y float64) float64 { return s.Mean + s.Std*y }

// LogDerivative returns −ln Std.
func (s Standardise) LogDerivative(x float64) float64 { return 0*x - math.Log(s.Std) }

func (s Standardise) String() string {
	return fmt.Sprintf("(x − %v)/%v", s.Mean, s.Std)
}
