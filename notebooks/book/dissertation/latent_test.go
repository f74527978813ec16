package dissertation

import (
	"math"
	"slices"
	"testing"

	"github.com/climate-vdm/climate-vdm/notebooks/book/dissertation/stochastic"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

var testModel = LinearModel{
	W:     [][]float64{{1.2, 0.3}, {-0.4, 0.9}, {0.5, 0.5}},
	Shift: []float64{0.2, -1, 0.5}, Noise: 0.6,
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.12g, want %.12g within %.2g", what, got, want, tolerance)
	}
}

// p(z)·p(x|z) is the joint density, p(x)·p(z|x) is too, and it integrates to p(x).
func TestLinearModelIsConsistent(t *testing.T) {
	m, x := testModel, []float64{0.9, -0.3, 1.4}
	marginal := m.Marginal().LogDensity(x)
	for _, z := range [][]float64{{0, 0}, {0.7, -1.2}} {
		joint := m.Joint().LogDensity(append(slices.Clone(z), x...))
		near(t, "log p(z)p(x|z)", m.Prior().LogDensity(z)+m.Decoder(z).LogDensity(x), joint, 1e-12)
		near(t, "log p(x)p(z|x)", marginal+m.Posterior(x).LogDensity(z), joint, 1e-12)
	}
	total := Integrate([]float64{-8, -8}, []float64{8, 8}, 0.1, func(z []float64) float64 {
		return math.Exp(m.Prior().LogDensity(z) + m.Decoder(z).LogDensity(x))
	})
	near(t, "∫ p(z,x) dz", math.Log(total), marginal, 1e-10)
}

// The bound is tight at the posterior, and log p(x) − KL elsewhere; of all
// diagonal Gaussians MeanField has the highest.
func TestELBO(t *testing.T) {
	m, x := testModel, []float64{0.9, -0.3, 1.4}
	evidence := m.Marginal().LogDensity(x)
	near(t, "ELBO at the posterior", m.ELBO(x, m.Posterior(x)), evidence, 1e-12)
	q := Diagonal([]float64{0.3, -0.2}, []float64{0.5, 1.1})
	near(t, "ELBO elsewhere", m.ELBO(x, q), evidence-q.KL(m.Posterior(x)), 1e-12)
	best, err := Minimise(func(th []float64) float64 {
		return -m.ELBO(x, Diagonal(th[:2], []float64{math.Exp(th[2]), math.Exp(th[3])}))
	}, make([]float64, 4))
	if err != nil {
		t.Fatal(err)
	}
	field := m.MeanField(x)
	for j := range 2 {
		mean, std := field.Marginal(j)
		near(t, "mean of the best diagonal q", best[j], mean, 1e-5)
		near(t, "std of the best diagonal q", math.Exp(best[2+j]), std, 1e-5)
	}
}

func TestGaussianDraws(t *testing.T) {
	g := testModel.Marginal()
	points := g.Draws(20000, noise.Key{Seed: 1, Stream: noise.Synthetic}.Rand())
	mean, cov := stochastic.SampleMoments(points)
	for i := range 3 {
		near(t, "mean", mean[i], g.Mean[i], 4*math.Sqrt(g.Cov.At(i, i)/20000))
		for j := range 3 {
			se := math.Sqrt((g.Cov.At(i, i)*g.Cov.At(j, j) + g.Cov.At(i, j)*g.Cov.At(i, j)) / 20000)
			near(t, "covariance", cov[i*3+j], g.Cov.At(i, j), 4*se)
		}
	}
	values := g.LogDensities(points)
	average, se := stochastic.Average(values)
	near(t, "entropy", g.Entropy(), -average, 4*se)
}

func TestIntegrate(t *testing.T) {
	got := Integrate([]float64{-9, -7, 0}, []float64{9, 7, 2}, 0.25, func(x []float64) float64 {
		return math.Exp(-(x[0]*x[0]+x[1]*x[1])/2) * x[2]
	})
	near(t, "∫", got, 4*math.Pi, 1e-9)
}

// Expectation maximisation never lowers the likelihood, and finds the mixture
// that the points come from.
func TestFit(t *testing.T) {
	truth := Isotropic{Weights: []float64{0.3, 0.7}, Means: [][]float64{{-2, 0}, {1, 1}}, Std: []float64{0.5, 0.8}}
	r := noise.Key{Seed: 2, Stream: noise.Synthetic}.Rand()
	points := make([][]float64, 4000)
	for i := range points {
		points[i] = truth.Draw(r)
	}
	likelihood := func(m Isotropic) (sum float64) {
		for _, x := range points {
			sum += m.LogDensity(x) / float64(len(points))
		}
		return sum
	}
	m := Isotropic{Weights: []float64{0.5, 0.5}, Means: [][]float64{{-1, 0}, {1, 0}}, Std: []float64{1, 1}}
	for range 30 {
		next := m.Fit(points, 1)
		if likelihood(next) < likelihood(m)-1e-12 {
			t.Fatalf("a step lowered the likelihood from %g to %g", likelihood(m), likelihood(next))
		}
		m = next
	}
	near(t, "weight", m.Weights[0], 0.3, 4*math.Sqrt(0.21/4000))
	near(t, "mean", m.Means[1][0], 1, 4*0.8/math.Sqrt(2800))
	near(t, "std", m.Std[0], 0.5, 4*0.5/math.Sqrt(2*2*1200))
	near(t, "class of a mean", m.Class([]float64{-2, 0})[0], 1, 1e-2)
	mean, variance := truth.Moments()
	near(t, "mean of the mixture", mean[0], 0.1, 1e-12)
	near(t, "variance of the mixture", variance[0], 0.3*0.25+0.7*0.64+0.3*4+0.7-0.01, 1e-12)
}

func TestSubsets(t *testing.T) {
	count := func(seq func(func([]int) bool), check func([]int) bool) (n int) {
		for s := range seq {
			if !check(s) {
				t.Errorf("%v is out of order", s)
			}
			n++
		}
		return n
	}
	increasing := func(s []int) bool {
		return slices.IsSorted(s) && len(slices.Compact(slices.Clone(s))) == len(s)
	}
	if n := count(Subsets(8, 3), increasing); n != 56 {
		t.Errorf("%d subsets of 3 of 8, want 56", n)
	}
	if n := count(Subsets(2, 3), increasing); n != 0 {
		t.Errorf("%d subsets of 3 of 2, want none", n)
	}
	if n := count(Tuples(3, 4), func([]int) bool { return true }); n != 81 {
		t.Errorf("%d tuples of 4 of 3, want 81", n)
	}
}

func TestMinimise(t *testing.T) {
	banana := func(x []float64) float64 {
		return (1-x[0])*(1-x[0]) + 100*(x[1]-x[0]*x[0])*(x[1]-x[0]*x[0]) + 2
	}
	got, err := Minimise(banana, []float64{-1.2, 1})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "the valley's first coordinate", got[0], 1, 1e-5)
	near(t, "its second one", got[1], 1, 1e-5)
	if _, err := Minimise(func([]float64) float64 { return math.NaN() }, []float64{1}); err == nil {
		t.Error("a function without a value has a minimum")
	}
}
