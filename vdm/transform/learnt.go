package transform

import (
	"fmt"
	"math"
	"sort"
)

// Learnt is the monotone function of package study/learnt, whose weights were trained
// together with a network: a network 1 → h → h → 1 with tanh after each layer and weights
// of at least 0, plus Slope times its input u = 2x/Max,
//
//	g(u) = tanh(w₃·tanh(W₂·tanh(w₁u + b₁) + b₂) + b₃) + Slope·u,
//
// rescaled by its ends, so that y = 2(g(u) − g(0))/(g(2) − g(0)) − 1 takes [0, Max] to
// [−1, 1]. Its slope is at least 4·Slope/(Max·(g(2) − g(0))) everywhere.
//
// Beyond Max, the largest value that it was fitted on, y continues as a line with the
// slope at Max. Forward of x < 0 is NaN. The inverse is the one of the function itself, to
// the rounding of float64, and 0 for y < −1.
//
// A value costs 3h tanh and h² products, its inverse about four times as much: for h =
// 16, 0.5 and 2 µs.
//
// Make it with [NewLearnt].
type Learnt struct {
	Max, Slope float64
	Weights    []float64 // w₁ [h], b₁ [h], W₂ [in, out], b₂ [h], w₃ [h], b₃

	hidden    int
	low, high float64   // g at the ends
	end       float64   // dy/dx at Max
	knots     []float64 // g at even distances, between which the inverse is sought
}

const (
	learntEnd   = 2.0 // the input of Max
	learntKnots = 512 // distances between knots
)

// LearntSize returns the number of weights of a [Learnt] with a number of hidden units.
func LearntSize(hidden int) int { return hidden*hidden + 4*hidden + 1 }

// hiddenOf returns the number of hidden units of a number of weights, 0 where there is
// none.
func hiddenOf(weights int) int {
	h := int(math.Round(math.Sqrt(float64(weights+3)))) - 2
	if h < 1 || LearntSize(h) != weights {
		return 0
	}
	return h
}

// NewLearnt returns the transform with the given numbers, which [Spec.Validate] has
// checked.
func NewLearnt(most, slope float64, weights []float64) Learnt {
	l := Learnt{Max: most, Slope: slope, Weights: weights, hidden: hiddenOf(len(weights))}
	var derivative float64
	l.low, _ = l.function(0)
	l.high, derivative = l.function(learntEnd)
	l.end = derivative * l.scale()
	for i := range learntKnots + 1 {
		g, _ := l.function(learntEnd * float64(i) / learntKnots)
		l.knots = append(l.knots, g)
	}
	return l
}

// scale returns dy/dx over dg/du.
func (l Learnt) scale() float64 { return 2 / (l.high - l.low) * learntEnd / l.Max }

// checkLearnt returns an error that says what is wrong with the numbers.
func checkLearnt(most, slope *float64, weights []float64) error {
	if most == nil || slope == nil || len(weights) == 0 {
		return fmt.Errorf("learnt: max, slope or weights are missing; go run ./vdm/bench/learnt fits them together with a network")
	}
	if !(*most > 0) || !(*slope > 0) {
		return fmt.Errorf("learnt: max is %v and slope %v; want positive numbers", *most, *slope)
	}
	h := hiddenOf(len(weights))
	if h == 0 {
		return fmt.Errorf("learnt: %d weights; want h² + 4h + 1 for h hidden units, such as %d for 16", len(weights), LearntSize(16))
	}
	for i, w := range weights {
		bias := i >= h && i < 2*h || i >= 2*h+h*h && i < 3*h+h*h || i == len(weights)-1
		switch {
		case math.IsNaN(w) || math.IsInf(w, 0):
			return fmt.Errorf("learnt: weights[%d] is %v; want a finite number", i, w)
		case w < 0 && !bias:
			return fmt.Errorf("learnt: weights[%d] is %v; want at least 0, so that the function is monotone", i, w)
		}
	}
	l := NewLearnt(*most, *slope, weights)
	if !(l.end > 1e-300 && l.end < 1e300) {
		return fmt.Errorf("learnt: the slope dy/dx at the largest value is %v; want one whose inverse is finite", l.end)
	}
	for i := 1; i < len(l.knots); i++ {
		if !(l.knots[i] > l.knots[i-1]) { // also where a sum overflows
			return fmt.Errorf("learnt: the function is %v at %v and %v next to it; want one that increases, whose inverse is finite",
				l.knots[i-1], *most*float64(i-1)/learntKnots, l.knots[i])
		}
	}
	return nil
}

// function returns g and dg/du at u.
func (l Learnt) function(u float64) (g, derivative float64) {
	h := l.hidden
	w1, b1, w2, b2, w3 := l.Weights[:h], l.Weights[h:2*h], l.Weights[2*h:2*h+h*h], l.Weights[2*h+h*h:3*h+h*h], l.Weights[3*h+h*h:]
	var own [64]float64
	sums := own[:]
	if 2*h > len(own) {
		sums = make([]float64, 2*h)
	}
	a, d := sums[:h], sums[h:2*h] // before the second tanh, and its derivative
	copy(a, b2)
	clear(d)
	for j := range h {
		t := math.Tanh(w1[j]*u + b1[j])
		slope := (1 - t*t) * w1[j]
		for k, w := range w2[j*h : (j+1)*h] {
			a[k] += w * t
			d[k] += w * slope
		}
	}
	sum, slope := w3[h], 0.0 // w3[h] is the last bias
	for k := range h {
		t := math.Tanh(a[k])
		sum += w3[k] * t
		slope += w3[k] * (1 - t*t) * d[k]
	}
	t := math.Tanh(sum)
	return t + l.Slope*u, (1-t*t)*slope + l.Slope
}

// Forward returns y, NaN for x < 0.
func (l Learnt) Forward(x float64) float64 {
	switch {
	case !(x >= 0):
		return math.NaN()
	case x >= l.Max:
		return 1 + (x-l.Max)*l.end
	}
	g, _ := l.function(learntEnd * (x / l.Max))
	return 2*((g-l.low)/(l.high-l.low)) - 1
}

// Inverse returns the x with Forward(x) = y, and 0 for y < −1.
func (l Learnt) Inverse(y float64) float64 {
	switch {
	case math.IsNaN(y):
		return y
	case y <= -1:
		return 0
	case y >= 1:
		return l.Max + (y-1)/l.end
	}
	want := l.low + (1+y)/2*(l.high-l.low)
	i := min(max(sort.SearchFloat64s(l.knots, want), 1), learntKnots)
	left, right := learntEnd*float64(i-1)/learntKnots, learntEnd*float64(i)/learntKnots
	u := left + (right-left)*(want-l.knots[i-1])/(l.knots[i]-l.knots[i-1])
	// Newton's steps within a bracket, which is halved where a step leaves it.
	for range 100 {
		g, derivative := l.function(u)
		if g > want {
			right = u
		} else {
			left = u
		}
		next := u - (g-want)/derivative
		if !(next >= left && next <= right) {
			next = (left + right) / 2
		}
		if math.Abs(next-u) <= 1e-15*u {
			u = next
			break
		}
		u = next
	}
	return u / learntEnd * l.Max
}

// LogDerivative returns ln(dy/dx), which is finite for every x ≥ 0; NaN for x < 0.
func (l Learnt) LogDerivative(x float64) float64 {
	switch {
	case !(x >= 0):
		return math.NaN()
	case x >= l.Max:
		return math.Log(l.end)
	}
	_, derivative := l.function(learntEnd * (x / l.Max))
	return math.Log(derivative) + math.Log(l.scale())
}

func (l Learnt) String() string {
	return fmt.Sprintf("learnt function of %d hidden units from [0, %v] to [-1, 1]", l.hidden, l.Max)
}
