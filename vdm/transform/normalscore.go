package transform

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/gonum/stat/distuv"
)

// NormalScore maps each value to the quantile of the standard normal distribution at the
// value's rank among the training data, Φ⁻¹(rank): data of any distribution become
// normal, ties aside. It is piecewise linear between knots (x, y), both strictly
// increasing, so that its inverse is exact and monotone.
//
// Beyond the first and the last knot it continues as a line with the mean slope of the
// outermost unit of y, so that no finite y has an infinite inverse. If no training value
// was negative, Forward of x < 0 is NaN, and Inverse returns at least 0.
//
// Make it with [NewNormalScore].
type NormalScore struct {
	X, Y         []float64
	lower, upper float64 // dx/dy beyond the knots
}

// NewNormalScore returns the transform with the given knots, which [Spec.Validate]
// has checked: at least one, both coordinates finite and strictly increasing.
func NewNormalScore(x, y []float64) NormalScore {
	n := NormalScore{X: x, Y: y, lower: 1, upper: 1}
	if last := len(x) - 1; last > 0 {
		// This is the outermost unit of y, or the nearest knot beyond it.
		i := min(last-1, sort.SearchFloat64s(y, y[last]-1))
		if i > 0 && y[last]-y[i] < 1 {
			i--
		}
		n.upper = (x[last] - x[i]) / (y[last] - y[i])
		j := min(last, max(1, sort.SearchFloat64s(y, y[0]+1)))
		n.lower = (x[j] - x[0]) / (y[j] - y[0])
	}
	return n
}

// checkKnots returns an error that says what is wrong with knots; no knots wait for Fit.
func checkKnots(x, y []float64) error {
	if len(x) != len(y) {
		return fmt.Errorf("normal-score: %d numbers x and %d y; want as many", len(x), len(y))
	}
	for i := range x {
		for _, c := range []struct {
			name string
			v    []float64
		}{{"x", x}, {"y", y}} {
			switch v := c.v[i]; {
			case math.IsNaN(v) || math.IsInf(v, 0):
				return fmt.Errorf("normal-score: %s[%d] is %v; want a finite number", c.name, i, v)
			case i > 0 && !(c.v[i-1] < v):
				return fmt.Errorf("normal-score: %s[%d] is %v after %v; want increasing numbers", c.name, i, v, c.v[i-1])
			}
		}
	}
	if n := len(x) - 1; n > 0 && (math.IsInf(x[n]-x[0], 0) || math.IsInf(y[n]-y[0], 0)) {
		return fmt.Errorf("normal-score: the range from %v to %v overflows", x[0], x[n])
	}
	for i := 1; i < len(x); i++ {
		if slope := (x[i] - x[i-1]) / (y[i] - y[i-1]); !(slope > 1e-300 && slope < 1e300) {
			return fmt.Errorf("normal-score: the slope dx/dy is %v between x[%d] and x[%d]; want a number that neither it nor its inverse overflows", slope, i-1, i)
		}
	}
	return nil
}

// line interpolates the pairs (a, b) at v, which lies between the first and the
// last a; at a knot the result is exact.
func line(a, b []float64, v float64) float64 {
	i := sort.SearchFloat64s(a, v) // first a ≥ v
	if a[i] == v {
		return b[i]
	}
	share := (v - a[i-1]) / (a[i] - a[i-1])
	// Interpolation starts from the nearer end, so that neither loses its digits.
	if share < 0.5 {
		return b[i-1] + share*(b[i]-b[i-1])
	}
	return b[i] - (a[i]-v)/(a[i]-a[i-1])*(b[i]-b[i-1])
}

// Forward returns the normal score of x.
func (n NormalScore) Forward(x float64) float64 {
	last := len(n.X) - 1
	switch {
	case math.IsNaN(x) || x < 0 && n.X[0] >= 0:
		return math.NaN()
	case x < n.X[0]:
		return n.Y[0] + (x-n.X[0])/n.lower
	case x > n.X[last]:
		return n.Y[last] + (x-n.X[last])/n.upper
	}
	return line(n.X, n.Y, x)
}

// Inverse returns the value with the normal score y.
func (n NormalScore) Inverse(y float64) float64 {
	last := len(n.Y) - 1
	switch {
	case math.IsNaN(y):
		return y
	case y > n.Y[last]:
		return n.X[last] + (y-n.Y[last])*n.upper
	case y >= n.Y[0]:
		return line(n.Y, n.X, y)
	case n.X[0] >= 0:
		return max(0, n.X[0]+(y-n.Y[0])*n.lower)
	}
	return n.X[0] + (y-n.Y[0])*n.lower
}

// LogDerivative returns the logarithm of the slope of the piece in which x lies; at a
// knot, of the piece above. It is NaN outside the domain.
func (n NormalScore) LogDerivative(x float64) float64 {
	last := len(n.X) - 1
	switch {
	case math.IsNaN(n.Forward(x)):
		return math.NaN()
	case x < n.X[0]:
		return -math.Log(n.lower)
	case x >= n.X[last]:
		return -math.Log(n.upper)
	}
	i := sort.Search(len(n.X), func(i int) bool { return n.X[i] > x })
	return math.Log(n.Y[i]-n.Y[i-1]) - math.Log(n.X[i]-n.X[i-1])
}

func (n NormalScore) String() string {
	last := len(n.X) - 1
	return fmt.Sprintf("normal score of %d knots from %v to %v", len(n.X), n.X[0], n.X[last])
}

// Knots lie at every eighth of a normal score, and at the value next above a tie of more
// than a hundredth of all values, so that no atom is spread over other values.
const (
	scoreSpacing = 1.0 / 8
	mostScore    = 8.0
	largeTie     = 0.01
)

// fitNormalScore returns knots fitted on values, which it sorts. Tied values have the
// score of their middle rank.
func fitNormalScore(values []float64) (x, y []float64) {
	slices.Sort(values)
	n := len(values)
	normal := distuv.UnitNormal
	next := 0 // the first value above the last knot
	add := func(v float64) {
		if len(x) > 0 && v <= x[len(x)-1] {
			return
		}
		from := sort.SearchFloat64s(values, v)
		to := from + sort.Search(n-from, func(i int) bool { return values[from+i] > v })
		x = append(x, v)
		y = append(y, normal.Quantile((float64(from)+float64(to))/(2*float64(n))))
		next = to
	}
	add(values[0])
	for s := -mostScore; s <= mostScore; s += scoreSpacing {
		i := int(normal.CDF(s) * float64(n))
		if i >= n {
			break
		}
		if before := next; values[i] > x[len(x)-1] && before < i {
			// The gap above an atom ends at the next value, not at the next eighth.
			if tie := before - sort.SearchFloat64s(values, x[len(x)-1]); float64(tie) > largeTie*float64(n) {
				add(values[before])
			}
		}
		add(values[i])
	}
	add(values[n-1])
	return x, y
}
