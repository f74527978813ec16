package dissertation

import (
	"math"

	"gonum.org/v1/gonum/mat"
)

// Gaussian is a normal distribution of several dimensions with any covariance.
type Gaussian struct {
	Mean []float64
	Cov  *mat.SymDense
}

// factor returns the Cholesky factor of the covariance.
func (g Gaussian) factor() *mat.Cholesky {
	var c mat.Cholesky
	if !c.Factorize(g.Cov) {
		panic("a covariance is singular to rounding: latents too alike? take fewer steps")
	}
	return &c
}

// KL returns D_KL(g ‖ p), from the two covariance matrices.
func (g Gaussian) KL(p Gaussian) float64 {
	n := len(g.Mean)
	mine, other := g.factor(), p.factor()
	var ratio mat.Dense
	if err := other.SolveTo(&ratio, g.Cov); err != nil {
		panic(err)
	}
	shift := mat.NewVecDense(n, nil)
	shift.SubVec(mat.NewVecDense(n, g.Mean), mat.NewVecDense(n, p.Mean))
	var solved mat.VecDense
	if err := other.SolveVecTo(&solved, shift); err != nil {
		panic(err)
	}
	return (mat.Trace(&ratio) - float64(n) + mat.Dot(shift, &solved) + other.LogDet() - mine.LogDet()) / 2
}

// LogDensities returns log p at each of the points.
func (g Gaussian) LogDensities(points [][]float64) []float64 {
	n, chol := len(g.Mean), g.factor()
	constant := -(float64(n)*math.Log(2*math.Pi) + chol.LogDet()) / 2
	out := make([]float64, len(points))
	for i, z := range points {
		shift := mat.NewVecDense(n, nil)
		shift.SubVec(mat.NewVecDense(n, z), mat.NewVecDense(n, g.Mean))
		var solved mat.VecDense
		if err := chol.SolveVecTo(&solved, shift); err != nil {
			panic(err)
		}
		out[i] = constant - mat.Dot(shift, &solved)/2
	}
	return out
}

// Marginal returns the mean and standard deviation of one dimension.
func (g Gaussian) Marginal(i int) (mean, std float64) {
	return g.Mean[i], math.Sqrt(g.Cov.At(i, i))
}
