package exact

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Exponential returns the covariance variance·exp(−|i − j|/length) of n points on a
// line: rough, and Markov (the Ornstein–Uhlenbeck process).
func Exponential(n int, length, variance float64) *mat.SymDense {
	return stationary(n, func(d float64) float64 { return variance * math.Exp(-d/length) })
}

// SquaredExponential returns the covariance variance·exp(−(i − j)²/(2·length²)) of n
// points on a line: smooth, with eigenvalues that fall to rounding within a few
// n/length.
func SquaredExponential(n int, length, variance float64) *mat.SymDense {
	return stationary(n, func(d float64) float64 { return variance * math.Exp(-d*d/(2*length*length)) })
}

// stationary returns a covariance of n points that depends on their distance alone.
func stationary(n int, covariance func(distance float64) float64) *mat.SymDense {
	m := mat.NewSymDense(n, nil)
	for i := range n {
		for j := range i + 1 {
			m.SetSym(i, j, covariance(float64(i-j)))
		}
	}
	return m
}
