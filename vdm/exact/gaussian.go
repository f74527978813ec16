package exact

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Gaussian is a normal distribution of clips as vectors. Its covariance may be singular.
type Gaussian struct {
	Mean []float64
	Cov  *mat.SymDense
}

// LogDensity returns log p(x) in nats; NaN where the covariance is singular to rounding.
func (g Gaussian) LogDensity(x []float64) float64 {
	var chol mat.Cholesky
	if !chol.Factorize(g.Cov) {
		return math.NaN()
	}
	off := difference(x, g.Mean)
	return normalLogDensity(len(x), chol.LogDet(), quadratic(&chol, off))
}

// normalLogDensity returns log p(x) in n dimensions from the logarithm of the
// determinant of the covariance C and from square, (x − μ)ᵀC⁻¹(x − μ).
func normalLogDensity(n int, logDet, square float64) float64 {
	return -(float64(n)*math.Log(2*math.Pi) + logDet + square) / 2
}

// quadratic returns vᵀC⁻¹v.
func quadratic(chol *mat.Cholesky, v *mat.VecDense) float64 {
	var solved mat.VecDense
	if err := chol.SolveVecTo(&solved, v); err != nil && !isCondition(err) {
		panic(err)
	}
	return mat.Dot(v, &solved)
}

// isCondition reports whether an error of gonum is its warning that a matrix is near
// singular, in which case there is a result all the same.
func isCondition(err error) bool {
	_, ok := err.(mat.Condition)
	return ok
}

func difference(a, b []float64) *mat.VecDense {
	d := mat.NewVecDense(len(a), nil)
	for i := range a {
		d.SetVec(i, a[i]-b[i])
	}
	return d
}

// eigen returns the eigenvalues of a symmetric matrix, smallest first, and its
// eigenvectors as columns.
func eigen(m *mat.SymDense) ([]float64, *mat.Dense) {
	var e mat.EigenSym
	if !e.Factorize(m, true) {
		panic("exact: the eigenvalues of a symmetric matrix were not found")
	}
	var vectors mat.Dense
	e.VectorsTo(&vectors)
	return e.Values(nil), &vectors
}
