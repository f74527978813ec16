package dissertation

import (
	"fmt"
	"math"
)

// Root returns the zero of the continuous f, whose signs at low and at high differ, by
// bisection to rounding.
func Root(f func(x float64) float64, low, high float64) (float64, error) {
	rises := f(high) > f(low)
	if a, b := f(low), f(high); !(math.Min(a, b) <= 0 && math.Max(a, b) >= 0) {
		return 0, fmt.Errorf("root between %g and %g: the function is %g and %g there, want opposite signs", low, high, a, b)
	}
	for range 200 {
		middle := low + (high-low)/2
		if middle == low || middle == high {
			break
		}
		if f(middle) < 0 == rises {
			low = middle
		} else {
			high = middle
		}
	}
	return low + (high-low)/2, nil
}

// RungeKutta follows the differential equation dy/dt = slope(y, t) from y at
// time start to time end in equal steps by the classical method of fourth order
// (Kutta 1901). slope must not keep or change its argument; y is not changed.
func RungeKutta(slope func(y []float64, t float64) []float64, y []float64, start, end float64, steps int) []float64 {
	h := (end - start) / float64(steps)
	y = append([]float64(nil), y...)
	ahead := func(k []float64, by float64) []float64 {
		out := make([]float64, len(y))
		for i := range out {
			out[i] = y[i] + by*k[i]
		}
		return out
	}
	for n := range steps {
		t := start + h*float64(n)
		k1 := slope(y, t)
		k2 := slope(ahead(k1, h/2), t+h/2)
		k3 := slope(ahead(k2, h/2), t+h/2)
		k4 := slope(ahead(k3, h), start+h*float64(n+1))
		for i := range y {
			y[i] += h / 6 * (k1[i] + 2*k2[i] + 2*k3[i] + k4[i])
		}
	}
	return y
}
