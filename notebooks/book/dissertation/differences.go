package dissertation

// Blend returns a·x + b·y.
func Blend(a float64, x []float64, b float64, y []float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		out[i] = a*x[i] + b*y[i]
	}
	return out
}

// Derivative returns the central difference (f(x+h) − f(x−h))/2h, whose error is
// h²/6·f‴.
func Derivative(f func(x float64) float64, x, h float64) float64 { return (f(x+h) - f(x-h)) / (2 * h) }

// Tangent returns the [Derivative] of a curve, value by value.
func Tangent(curve func(x float64) []float64, x, h float64) []float64 {
	return Blend(0.5/h, curve(x+h), -0.5/h, curve(x-h))
}
