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

// Wasserstein2 returns the 2-Wasserstein distance between two normal distributions of n
// dimensions,
//
//	W² = ‖μ_a − μ_b‖² + tr(A + B − 2·(A^½·B·A^½)^½)
//
// (Dowson and Landau 1982, The Fréchet distance between multivariate normal
// distributions). The trace is taken as min over orthogonal Q of ‖A^½ − B^½·Q‖² (Bhatia,
// Jain and Lim 2019, On the Bures–Wasserstein distance between positive definite
// matrices, theorem 1), which loses no digits where the two are near or singular. It
// takes of the order of 30·n³ operations.
func Wasserstein2(a, b Gaussian) float64 {
	n := len(a.Mean)
	shift := mat.Norm(difference(a.Mean, b.Mean), 2)
	rootA, rootB := root(a.Cov), root(b.Cov)
	var cross mat.Dense
	cross.Mul(rootB.T(), rootA)
	var svd mat.SVD
	if !svd.Factorize(&cross, mat.SVDFull) {
		return math.NaN()
	}
	var u, v, q, turned mat.Dense
	svd.UTo(&u)
	svd.VTo(&v)
	q.Mul(&u, v.T())
	turned.Mul(rootB, &q)
	turned.Sub(rootA, &turned)
	square := shift * shift
	for i := range n {
		for _, x := range turned.RawRowView(i) {
			square += x * x
		}
	}
	return math.Sqrt(square)
}

// root returns an R with R·Rᵀ = cov; eigenvalues that rounding made negative are 0.
func root(cov *mat.SymDense) *mat.Dense {
	values, vectors := eigen(cov)
	vectors.Apply(func(_, k int, v float64) float64 { return v * math.Sqrt(max(0, values[k])) }, vectors)
	return vectors
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

// KL returns the Kullback–Leibler divergence D(a ‖ b) in nats; +Inf where either
// covariance is singular to rounding.
func KL(a, b Gaussian) float64 {
	var cholA, cholB mat.Cholesky
	if !cholA.Factorize(a.Cov) || !cholB.Factorize(b.Cov) {
		return math.Inf(1)
	}
	var ratio mat.Dense
	if err := cholB.SolveTo(&ratio, a.Cov); err != nil && !isCondition(err) {
		panic(err)
	}
	n := len(a.Mean)
	square := quadratic(&cholB, difference(a.Mean, b.Mean))
	return (mat.Trace(&ratio) - float64(n) + square + cholB.LogDet() - cholA.LogDet()) / 2
}
