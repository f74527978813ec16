package exact

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

func diagonal(mean, variance []float64) Gaussian {
	cov := mat.NewSymDense(len(mean), nil)
	for i, v := range variance {
		cov.SetSym(i, i, v)
	}
	return Gaussian{mean, cov}
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
		enginetest.Near(t, fmt.Sprintf("%d dimensions", n), Wasserstein2(a, b), want, 1e-10*want)
		enginetest.Near(t, "the other way", Wasserstein2(b, a), want, 1e-10*want)
		enginetest.Near(t, "to itself", Wasserstein2(a, a), 0, 1e-12*want)
	}
}

// No digits are lost where two laws are near, or singular.
func TestWasserstein2OfNearAndSingularLaws(t *testing.T) {
	a := diagonal([]float64{1, 2, 3}, []float64{4, 1, 0})
	b := diagonal([]float64{1, 2, 3}, []float64{4, 1, 0})
	b.Cov.SetSym(0, 0, math.Pow(2+1e-9, 2))
	enginetest.Near(t, "standard deviations that differ by 1e-9", Wasserstein2(a, b), 1e-9, 1e-12)
	point := diagonal([]float64{0, 2, 3}, []float64{0, 0, 0})
	enginetest.Near(t, "to a point", Wasserstein2(a, point), math.Sqrt(1+4+1), 1e-12)
}

func TestKLAndLogDensity(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	a, b := random(r, 3), random(r, 3)
	// The divergence is the mean of the difference of the log densities, by Monte Carlo.
	lower := root(a.Cov)
	const n = 40000
	var sum, squares float64
	for range n {
		e := mat.NewVecDense(3, []float64{r.NormFloat64(), r.NormFloat64(), r.NormFloat64()})
		e.MulVec(lower, e)
		x := make([]float64, 3)
		for i := range x {
			x[i] = a.Mean[i] + e.AtVec(i)
		}
		d := a.LogDensity(x) - b.LogDensity(x)
		sum, squares = sum+d, squares+d*d
	}
	mean := sum / n
	standard := math.Sqrt((squares/n - mean*mean) / n)
	enginetest.Near(t, "KL by Monte Carlo", mean, KL(a, b), 4*standard)
	enginetest.Near(t, "KL to itself", KL(a, a), 0, 1e-12)
	one := diagonal([]float64{0.5}, []float64{4})
	enginetest.Near(t, "log density of one cell", one.LogDensity([]float64{2.5}), -math.Log(2*math.Pi*4)/2-0.5, 1e-14)
	enginetest.Near(t, "KL of one cell", KL(one, diagonal([]float64{0}, []float64{1})), (4+0.25-1-math.Log(4))/2, 1e-14)
	if singular := diagonal([]float64{0}, []float64{0}); !math.IsInf(KL(one, singular), 1) || !math.IsNaN(singular.LogDensity([]float64{0})) {
		t.Error("a singular law has a divergence or a density")
	}
}

// The distance between two normal laws of one cell is that of (mean, standard
// deviation) in the plane.
func ExampleWasserstein2() {
	a := Gaussian{Mean: []float64{0}, Cov: mat.NewSymDense(1, []float64{1})}
	b := Gaussian{Mean: []float64{3}, Cov: mat.NewSymDense(1, []float64{25})}
	fmt.Printf("%.3f\n", Wasserstein2(a, b))
	// Output: 5.000
}
