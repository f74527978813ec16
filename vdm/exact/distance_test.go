package exact

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// wasserstein2 returns the 2-Wasserstein distance between two normal distributions of n
// dimensions,
//
//	W² = ‖μ_a − μ_b‖² + tr(A + B − 2·(A^½·B·A^½)^½)
//
// (Dowson and Landau 1982, The Fréchet distance between multivariate normal
// distributions). The trace is taken as min over orthogonal Q of ‖A^½ − B^½·Q‖² (Bhatia,
// Jain and Lim 2019, On the Bures–Wasserstein distance between positive definite
// matrices, theorem 1), which loses no digits where the two are near or singular. It
// takes of the order of 30·n³ operations.
func wasserstein2(a, b Gaussian) float64 {
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

// The distance is the formula with the roots of matrices, for laws that do not
// commute.
func TestWasserstein2IsTheFormula(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 5, 20} {
		a, b := random(r, n), random(r, n)
		symmetricRoot := func(m *mat.SymDense) *mat.Dense {
			values, vectors := eigen(m)
			var out mat.Dense
			out.Apply(func(_, k int, v float64) float64 { return v * math.Sqrt(values[k]) }, vectors)
			out.Mul(&out, vectors.T())
			return &out
		}
		rootA := symmetricRoot(a.Cov)
		var inner mat.Dense
		inner.Product(rootA, b.Cov, rootA)
		shift := mat.Norm(difference(a.Mean, b.Mean), 2)
		want := math.Sqrt(shift*shift + mat.Trace(a.Cov) + mat.Trace(b.Cov) - 2*mat.Trace(symmetricRoot(symmetric(&inner))))
		enginetest.Near(t, fmt.Sprintf("%d dimensions", n), wasserstein2(a, b), want, 1e-10*want)
		enginetest.Near(t, "the other way", wasserstein2(b, a), want, 1e-10*want)
		enginetest.Near(t, "to itself", wasserstein2(a, a), 0, 1e-12*want)
	}
}

// No digits are lost where two laws are near, or singular.
func TestWasserstein2OfNearAndSingularLaws(t *testing.T) {
	a := diagonal([]float64{1, 2, 3}, []float64{4, 1, 0})
	b := diagonal([]float64{1, 2, 3}, []float64{4, 1, 0})
	b.Cov.SetSym(0, 0, math.Pow(2+1e-9, 2))
	enginetest.Near(t, "standard deviations that differ by 1e-9", wasserstein2(a, b), 1e-9, 1e-12)
	point := diagonal([]float64{0, 2, 3}, []float64{0, 0, 0})
	enginetest.Near(t, "to a point", wasserstein2(a, point), math.Sqrt(1+4+1), 1e-12)
}
