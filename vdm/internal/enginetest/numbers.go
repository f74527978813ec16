package enginetest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// Farthest returns the largest difference between a and b.
func Farthest(a, b []float32) float64 {
	worst := 0.0
	for i := range a {
		worst = max(worst, math.Abs(float64(a[i]-b[i])))
	}
	return worst
}

// Moments returns the mean of values and its standard error.
func Moments(values []float64) (mean, se float64) {
	for _, v := range values {
		mean += v / float64(len(values))
	}
	for _, v := range values {
		se += (v - mean) * (v - mean)
	}
	return mean, math.Sqrt(se / float64(len(values)-1) / float64(len(values)))
}

// Normals returns n standard normal numbers.
func Normals(r *rand.Rand, n int) []float64 {
	x := make([]float64, n)
	for i := range x {
		x[i] = r.NormFloat64()
	}
	return x
}

// Float32s returns values as float32 numbers.
func Float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}

// CloseTo fails the test where got differs from want by more than a tolerance.
func CloseTo(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance*math.Abs(want)) {
		t.Errorf("%s: %.12g, by the other route %.12g (relative %.1e, tolerance %.0e)", what, got, want, math.Abs(got/want-1), tolerance)
	}
}
