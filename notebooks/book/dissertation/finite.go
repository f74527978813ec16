package dissertation

// Finite is a distribution on the outcomes 0, …, n−1 by their probabilities, of
// sum 1. Expectations over it, and over datasets drawn from it, are finite sums.
type Finite []float64

// Mean returns the expectation of a quantity with a value for each outcome.
func (p Finite) Mean(values []float64) (mean float64) {
	for i, v := range values {
		mean += p[i] * v
	}
	return mean
}

// OverDatasets returns the expectation of f over all datasets of size independent draws,
// as a sum over the nˢⁱᶻᵉ of them. f must not keep its argument.
func (p Finite) OverDatasets(size int, f func(dataset []int) float64) (mean float64) {
	for dataset := range Tuples(len(p), size) {
		chance := 1.0
		for _, outcome := range dataset {
			chance *= p[outcome]
		}
		mean += chance * f(dataset)
	}
	return mean
}
