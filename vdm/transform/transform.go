package transform

import (
	"fmt"
	"math"
	"strings"
)

// Transform is a monotone increasing map of one value. Package conventions
// (NaN, domains, clamping) are in the package comment.
type Transform interface {
	Forward(x float64) float64
	Inverse(y float64) float64
	LogDerivative(x float64) float64 // ln(dy/dx) at x
	String() string                  // description with the fitted numbers
}

// Identity is y = x.
type Identity struct{}

// Forward returns x unchanged.
func (Identity) Forward(x float64) float64 { return x }

// Inverse returns y unchanged.
func (Identity) Inverse(y float64) float64 { return y }

// LogDerivative returns 0, or NaN at NaN.
func (Identity) LogDerivative(x float64) float64 { return 0 * x }

func (Identity) String() string { return "identity" }

// Affine maps [Min, Max] to [−1, 1]: y = 2(x − Min)/(Max − Min) − 1. The ends
// are met exactly in both directions; values beyond them are extrapolated.
type Affine struct{ Min, Max float64 }

// Forward returns 2(x − Min)/(Max − Min) − 1.
func (a Affine) Forward(x float64) float64 { return 2*((x-a.Min)/(a.Max-a.Min)) - 1 }

// Inverse returns the x with Forward(x) = y, for any y.
func (a Affine) Inverse(y float64) float64 {
	// It starts from the nearer end, so that ±1 give Min and Max to the last bit.
	if y < 0 {
		return a.Min + (a.Max-a.Min)*((1+y)/2)
	}
	return a.Max - (a.Max-a.Min)*((1-y)/2)
}

// LogDerivative returns ln(2/(Max − Min)).
func (a Affine) LogDerivative(x float64) float64 {
	return 0*x + math.Ln2 - math.Log(a.Max-a.Min)
}

func (a Affine) String() string {
	return fmt.Sprintf("affine [%v, %v] → [-1, 1]", a.Min, a.Max)
}

// Sqrt is y = √x for x ≥ 0.
type Sqrt struct{}

// Forward returns √x, NaN for x < 0.
func (Sqrt) Forward(x float64) float64 { return math.Sqrt(x) }

// Inverse returns y², and 0 for y < 0, which is no root of any x.
func (Sqrt) Inverse(y float64) float64 {
	if y < 0 {
		return 0
	}
	return y * y
}

// LogDerivative returns −ln 2 − ½ ln x: +Inf at 0, NaN for x < 0.
func (Sqrt) LogDerivative(x float64) float64 { return -math.Ln2 - math.Log(x)/2 }

func (Sqrt) String() string { return "sqrt" }

// Cbrt is y = ∛x for x ≥ 0, under which amounts of rain are nearer to normal than under the
// square root (Sloughter, Raftery, Gneiting and Fraley 2007, Monthly Weather Review 135,
// 3209).
type Cbrt struct{}

// Forward returns ∛x, NaN for x < 0.
func (Cbrt) Forward(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	return math.Cbrt(x)
}

// Inverse returns y³, and 0 for y < 0, which is no root of any x ≥ 0.
func (Cbrt) Inverse(y float64) float64 {
	if y < 0 {
		return 0
	}
	return y * y * y
}

// LogDerivative returns −ln 3 − ⅔ ln x: +Inf at 0, NaN for x < 0.
func (Cbrt) LogDerivative(x float64) float64 { return -math.Log(3) - 2*math.Log(x)/3 }

func (Cbrt) String() string { return "cbrt" }

// Log is y = ln(1 + x/Epsilon) for x ≥ 0: linear well below Epsilon (in the
// units of x), logarithmic well above.
type Log struct{ Epsilon float64 }

// Forward returns ln(1 + x/Epsilon), NaN for x < 0.
func (l Log) Forward(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	return math.Log1p(x / l.Epsilon)
}

// Inverse returns Epsilon·(exp(y) − 1), and 0 for y < 0.
func (l Log) Inverse(y float64) float64 {
	if y < 0 {
		return 0
	}
	return l.Epsilon * math.Expm1(y)
}

// LogDerivative returns −ln(Epsilon + x), NaN for x < 0.
func (l Log) LogDerivative(x float64) float64 {
	if x < 0 {
		return math.NaN()
	}
	return -math.Log(l.Epsilon + x)
}

func (l Log) String() string { return fmt.Sprintf("log(1 + x/%v)", l.Epsilon) }

// Chain applies transforms in order; an empty one is the identity.
type Chain []Transform

// Forward applies the first transform first.
func (c Chain) Forward(x float64) float64 {
	for _, t := range c {
		x = t.Forward(x)
	}
	return x
}

// Inverse undoes the last transform first.
func (c Chain) Inverse(y float64) float64 {
	for i := len(c) - 1; i >= 0; i-- {
		y = c[i].Inverse(y)
	}
	return y
}

// LogDerivative returns the sum of the steps' logarithmic derivatives, each at its own
// input.
func (c Chain) LogDerivative(x float64) float64 {
	sum := 0 * x
	for _, t := range c {
		sum += t.LogDerivative(x)
		x = t.Forward(x)
	}
	return sum
}

func (c Chain) String() string {
	if len(c) == 0 {
		return Identity{}.String()
	}
	words := make([]string, len(c))
	for i, t := range c {
		words[i] = t.String()
	}
	return strings.Join(words, ", then ")
}
