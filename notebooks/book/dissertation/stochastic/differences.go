package stochastic

// Gradient returns ∇f(x) by central differences of step h in each dimension, with an
// error of order h². f must not keep its argument.
func Gradient(f func(x []float64) float64, x []float64, h float64) []float64 {
	out := make([]float64, len(x))
	for i := range x {
		up, down := beside(f, x, i, h)
		out[i] = (up - down) / (2 * h)
	}
	return out
}

// Laplacian returns ∇²f(x) by central differences, as [Gradient].
func Laplacian(f func(x []float64) float64, x []float64, h float64) (sum float64) {
	here := f(x)
	for i := range x {
		up, down := beside(f, x, i, h)
		sum += (up - 2*here + down) / (h * h)
	}
	return sum
}

// Divergence returns ∇·f(x) of a vector field by central differences, as [Gradient].
func Divergence(f func(x []float64) []float64, x []float64, h float64) (sum float64) {
	for i := range x {
		up, down := beside(func(x []float64) float64 { return f(x)[i] }, x, i, h)
		sum += (up - down) / (2 * h)
	}
	return sum
}

// beside returns f a step h above and below x in dimension i.
func beside(f func(x []float64) float64, x []float64, i int, h float64) (up, down float64) {
	at := append([]float64(nil), x...)
	at[i] = x[i] + h
	up = f(at)
	at[i] = x[i] - h
	return up, f(at)
}
