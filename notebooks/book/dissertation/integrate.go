package dissertation

// Integrate returns the integral of f over the box from low to high, by the trapezoidal
// rule with steps of at most step in each dimension. For a smooth f that has vanished at
// the edges of the box the rule converges faster than any power of the step. f must not
// keep its argument.
func Integrate(low, high []float64, step float64, f func(x []float64) float64) float64 {
	x := make([]float64, len(low))
	var over func(dim int) float64
	over = func(dim int) float64 {
		if dim == len(low) {
			return f(x)
		}
		n := int((high[dim]-low[dim])/step) + 1
		h := (high[dim] - low[dim]) / float64(n)
		sum := 0.0
		for i := range n + 1 {
			x[dim] = low[dim] + h*float64(i)
			v := over(dim + 1)
			if i == 0 || i == n {
				v /= 2
			}
			sum += v
		}
		return h * sum
	}
	return over(0)
}
