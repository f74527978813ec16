package exact

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// textbook is E[v|z] by the formula with the dense inverse, and log q(z).
func textbook(law Gaussian, z []float64, logSNR float64) (v []float64, logDensity float64) {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	n := len(z)
	noisy := Gaussian{Mean: make([]float64, n), Cov: mat.NewSymDense(n, nil)}
	noisy.Cov.ScaleSym(alpha*alpha, law.Cov)
	for i := range n {
		noisy.Mean[i] = alpha * law.Mean[i]
		noisy.Cov.SetSym(i, i, noisy.Cov.At(i, i)+sigma*sigma)
	}
	var chol mat.Cholesky
	if !chol.Factorize(noisy.Cov) {
		panic("singular")
	}
	var w, x mat.VecDense
	if err := chol.SolveVecTo(&w, difference(z, noisy.Mean)); err != nil && !isCondition(err) {
		panic(err)
	}
	x.MulVec(law.Cov, &w)
	v = make([]float64, n)
	for i := range v {
		v[i] = alpha*sigma*w.AtVec(i) - sigma*(law.Mean[i]+alpha*x.AtVec(i))
	}
	return v, noisy.LogDensity(z)
}

// The graph's denoiser is the textbook's at all noise levels, on every engine,
// and so is the density of z.
func TestProcessDenoiserAndDensityAreTheTextbooks(t *testing.T) {
	p := small(t)
	law := p.Distribution()
	r := rand.New(rand.NewPCG(1, 2))
	var z, levels []float32
	var want []float64
	for l := -30.0; l <= 30; l += 3 {
		row := make([]float64, 24)
		for i, x := range p.Draw(9, int(l)+40) {
			f := float32(vdm.Alpha(l)*float64(x) + vdm.Sigma(l)*r.NormFloat64())
			z, row[i] = append(z, f), float64(f)
		}
		v, density := textbook(law, row, l)
		want, levels = append(want, v...), append(levels, float32(l))
		enginetest.Near(t, fmt.Sprintf("log density at λ = %v", l), p.LogDensity(row, l), density, 1e-8*math.Abs(density))
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		worst := 0.0
		for i, got := range estimates(t, be, p.Denoiser(), p.Shape(), z, levels) {
			// At λ ≫ 0, v̂ is a residual of z − αμ over σ: the rounding of z is seen
			// through the smallest variance of a mode.
			l := float64(levels[i/24])
			e := math.Abs(float64(got)-want[i]) / (1 + 100*vdm.Alpha(l))
			worst = max(worst, e)
			if !(e < 2e-6) {
				t.Errorf("λ = %v: v̂ = %v, want %v", l, got, want[i])
			}
		}
		t.Logf("largest error %.1e", worst)
	})
	x := make([]float64, 24)
	enginetest.Near(t, "log density of the data", p.LogDensity(x, math.Inf(1)), law.LogDensity(x), 1e-9)
}

// The draws have the mean and the covariance of the process.
func TestProcessDraws(t *testing.T) {
	p := small(t)
	law := p.Distribution()
	const n = 4000
	sums := make([]float64, 24)
	products := mat.NewDense(24, 24, nil)
	for i := range n {
		x := p.Draw(3, i)
		for a := range x {
			da := float64(x[a]) - law.Mean[a]
			sums[a] += da / n
			for b := range x {
				products.Set(a, b, products.At(a, b)+da*(float64(x[b])-law.Mean[b])/n)
			}
		}
	}
	for a := range sums {
		enginetest.Near(t, "mean of a cell", sums[a], 0, 4.5*math.Sqrt(law.Cov.At(a, a)/n))
		for b := range sums {
			c := law.Cov.At(a, b)
			enginetest.Near(t, "covariance of two cells", products.At(a, b), c, 4.5*math.Sqrt((law.Cov.At(a, a)*law.Cov.At(b, b)+c*c)/n))
		}
	}
	if again := p.Draw(3, 7); again[5] != p.Draw(3, 7)[5] || again[5] == p.Draw(4, 7)[5] {
		t.Error("a draw is not a function of its seed and number")
	}
}

// The covariance is the Kronecker product, and that of the modes.
func TestProcessCovariance(t *testing.T) {
	p := small(t)
	want := Exponential(3, 2, 0.5).At(0, 2) * SquaredExponential(2, 1.5, 1).At(0, 1) * Exponential(4, 3, 0.8).At(1, 3)
	enginetest.Near(t, "cells (0, 0, 1) and (2, 1, 3)", p.Covariance().At(1, 2*8+4+3), want, 1e-15)
	nearLaw(t, "law of the modes", dense(p, p.Modes()), p.Distribution(), 1e-14)
}

// dense returns the distribution of the cells whose modes are m.
func dense(p *GaussianProcess, m Modes) Gaussian {
	n := len(p.mean)
	out := Gaussian{Mean: p.fromModes(m.Mean), Cov: mat.NewSymDense(n, nil)}
	unit := make([]float64, n)
	for i := range n {
		unit[i] = 1
		row := p.toModes(unit)
		for k := range row {
			row[k] *= m.Variance[k]
		}
		for j, v := range p.fromModes(row)[i:] {
			out.Cov.SetSym(i, i+j, v)
		}
		unit[i] = 0
	}
	return out
}

// The size that the samplers are measured on costs no more than its factors.
func TestProcessOfManyCells(t *testing.T) {
	p, err := NewGaussianProcess(nil, Exponential(10, 5, 1), Exponential(16, 4, 1), Exponential(16, 4, 1))
	if err != nil {
		t.Fatal(err)
	}
	if p.Shape() != [4]int{10, 16, 16, 1} || len(p.Draw(1, 0)) != 2560 {
		t.Errorf("shape %v", p.Shape())
	}
	sum := 0.0
	for _, v := range p.Modes().Variance {
		sum += v
	}
	enginetest.Near(t, "sum of the variances", sum, 2560, 1e-9)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		z := p.Draw(1, 1)
		v := estimates(t, be, p.Denoiser(), p.Shape(), z, []float32{0})
		y := make([]float64, len(z))
		for i := range z {
			y[i] = float64(z[i])
		}
		y = p.toModes(y)
		for k, c := range p.variance { // α² = σ² = ½
			y[k] *= (1 - c) / (1 + c)
		}
		for i, want := range p.fromModes(y) {
			enginetest.Near(t, "v̂", float64(v[i]), want, 1e-5)
		}
	})
}

func TestNewGaussianProcessRefuses(t *testing.T) {
	one := Exponential(1, 1, 1)
	for says, c := range map[string]struct {
		mean    []float64
		factors [3]*mat.SymDense
	}{
		"no covariance of rows":             {nil, [3]*mat.SymDense{one, nil, one}},
		"covariance of columns holds NaN":   {nil, [3]*mat.SymDense{one, one, mat.NewSymDense(1, []float64{math.NaN()})}},
		"frames has the eigenvalue -1":      {nil, [3]*mat.SymDense{mat.NewSymDense(2, []float64{1, 2, 2, 1}), one, one}},
		"mean of 2 cells, the covariance h": {make([]float64, 2), [3]*mat.SymDense{one, one, one}},
	} {
		if _, err := NewGaussianProcess(c.mean, c.factors[0], c.factors[1], c.factors[2]); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}

// A clip of the process, its likelihood, and what is known of it from one cell.
func ExampleGaussianProcess() {
	p, err := NewGaussianProcess(nil, Exponential(5, 2, 1), Exponential(1, 1, 1), Exponential(1, 1, 1))
	if err != nil {
		panic(err)
	}
	nan := float32(math.NaN())
	law, err := p.Given(vdm.Observation{{Y: []float32{2, nan, nan, nan, nan}}})
	if err != nil {
		panic(err)
	}
	fmt.Printf("mean     %.3f\n", law.Mean)
	fmt.Printf("variance %.3f %.3f … %.3f\n", law.Cov.At(0, 0), law.Cov.At(1, 1), law.Cov.At(4, 4))
	fmt.Printf("log density of 0 at λ = 0: %.4f\n", p.LogDensity(make([]float64, 5), 0))
	// Output:
	// mean     [2.000 1.213 0.736 0.446 0.271]
	// variance 0.000 0.632 … 0.982
	// log density of 0 at λ = 0: -4.3850
}
