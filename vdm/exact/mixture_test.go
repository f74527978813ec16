package exact

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/gomlx/compute"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// three are components in the plane of unequal weights, one of them tilted.
func three(t testing.TB) *Mixture {
	t.Helper()
	m, err := NewMixture([4]int{1, 1, 2, 1}, []float64{2, 1, 1}, []Gaussian{
		{[]float64{-1, 0.5}, mat.NewSymDense(2, []float64{0.2, 0.1, 0.1, 0.15})},
		{[]float64{1, 0.8}, mat.NewSymDense(2, []float64{0.02, 0, 0, 0.3})},
		{[]float64{0.3, -1.2}, mat.NewSymDense(2, []float64{0.4, -0.1, -0.1, 0.05})},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The denoiser is the slope of the log density (Tweedie): v̂ from the score
// −ε̂/σ by finite differences, on every engine.
func TestMixtureDenoiserIsTheSlopeOfTheLogDensity(t *testing.T) {
	m := three(t)
	var z, levels []float32
	var want []float64
	for i, l := range []float64{-12, -6, -3, -1, 0, 1, 3, 6, 9} {
		for k := range 4 {
			x := m.Draw(2, 10*i+k)
			at := make([]float64, 2)
			for j := range x {
				f := float32(vdm.Alpha(l)*float64(x[j]) + vdm.Sigma(l)*math.Sin(float64(7*k+j+i)))
				z, at[j] = append(z, f), float64(f)
			}
			levels = append(levels, float32(l))
			alpha, sigma := vdm.Alpha(l), vdm.Sigma(l)
			host := m.Estimate(at, l)
			for j := range at {
				const h = 1e-5
				up, down := append([]float64(nil), at...), append([]float64(nil), at...)
				up[j] += h
				down[j] -= h
				score := (m.LogDensity(up, l) - m.LogDensity(down, l)) / (2 * h)
				v := -(score + at[j]) * sigma / alpha // v̂ = (ε̂ − σz)/α, ε̂ = −σ·score
				want = append(want, v)
				enginetest.Near(t, fmt.Sprintf("x̂ at λ = %v", l), host[j], alpha*at[j]-sigma*v, 1e-7*(1+1e-2/alpha))
			}
		}
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for i, got := range estimates(t, be, m.Denoiser(), m.Shape(), z, levels) {
			l := float64(levels[i/2])
			enginetest.Near(t, fmt.Sprintf("v̂ at λ = %v", l), float64(got), want[i], 2e-5*(1+1e-3/vdm.Alpha(l)+math.Abs(want[i])))
		}
	})
}

// Of one component it is the Gaussian process.
func TestMixtureOfOneIsGaussian(t *testing.T) {
	p := small(t)
	m, err := NewMixture(p.Shape(), []float64{3}, []Gaussian{p.Distribution()})
	if err != nil {
		t.Fatal(err)
	}
	x := p.Draw(1, 1)
	at := make([]float64, len(x))
	for i := range x {
		at[i] = float64(x[i])
	}
	enginetest.Near(t, "log density", m.LogDensity(at, 2), p.LogDensity(at, 2), 1e-11)
	be := pureGo(t)
	a, b := estimates(t, be, m.Denoiser(), p.Shape(), x, []float32{2}), estimates(t, be, p.Denoiser(), p.Shape(), x, []float32{2})
	for i := range a {
		enginetest.Near(t, "v̂", float64(a[i]), float64(b[i]), 2e-6)
	}
	o := vdm.Observation{{Y: append([]float32{0.5}, blank(23)...)}}
	given, err := m.Given(o)
	if err != nil {
		t.Fatal(err)
	}
	law, err := p.Given(o)
	if err != nil {
		t.Fatal(err)
	}
	nearLaw(t, "conditional law", given.Moments(), law, 1e-13)
}

// The conditional law is Bayes' rule: log p(x|y) − log p(x) − log N(y; A·x, R) is
// the same for every x.
func TestMixtureGivenIsBayesRule(t *testing.T) {
	m := three(t)
	of := vdm.Operator{Columns: [][]float64{{1, -0.5}}}
	given, err := m.Given(vdm.Observation{{Of: of, Y: []float32{0.25}, Std: 0.5}})
	if err != nil {
		t.Fatal(err)
	}
	constant := func(x []float64) float64 {
		off := 0.25 - (x[0] - 0.5*x[1])
		return given.LogDensity(x, math.Inf(1)) - m.LogDensity(x, math.Inf(1)) + off*off/(2*0.25)
	}
	want := constant([]float64{0, 0})
	for _, x := range [][]float64{{1, 1}, {-1, 0.5}, {0.3, -1.5}, {2, 0}} {
		enginetest.Near(t, "evidence", constant(x), want, 1e-10)
	}
	if w := given.Weights(); math.Abs(w[0]-0.5) < 0.05 {
		t.Errorf("weights %v did not change", w)
	}
	// What is known exactly, twice.
	exactly, err := m.Given(vdm.Observation{{Y: []float32{0.4, nan}}, {Y: []float32{0.4, nan}}})
	if err != nil {
		t.Fatal(err)
	}
	law := exactly.Moments()
	enginetest.Near(t, "known cell", law.Mean[0], float64(float32(0.4)), 1e-12)
	enginetest.Near(t, "its variance", law.Cov.At(0, 0), 0, 1e-12)
	// The weights are those of the first cell's density under each component.
	sum, weights := 0.0, []float64{}
	for k, c := range m.Components() {
		v := c.Cov.At(0, 0)
		weights = append(weights, m.Weights()[k]*math.Exp(-math.Pow(float64(float32(0.4))-c.Mean[0], 2)/(2*v))/math.Sqrt(v))
		sum += weights[k]
	}
	for k, w := range exactly.Weights() {
		enginetest.Near(t, "weight", w, weights[k]/sum, 1e-12)
	}
}

func TestMixtureDraws(t *testing.T) {
	m := three(t)
	law := m.Moments()
	const n = 20000
	var sums [2]float64
	product := 0.0
	for i := range n {
		x := m.Draw(1, i)
		a, b := float64(x[0])-law.Mean[0], float64(x[1])-law.Mean[1]
		sums[0], sums[1], product = sums[0]+a/n, sums[1]+b/n, product+a*b/n
	}
	for j, s := range sums {
		enginetest.Near(t, "mean", s, 0, 4.5*math.Sqrt(law.Cov.At(j, j)/n))
	}
	// Var(ab) is below √(E a⁴·E b⁴), some 3 times the product of the variances.
	enginetest.Near(t, "covariance", product, law.Cov.At(0, 1), 4.5*math.Sqrt(3*law.Cov.At(0, 0)*law.Cov.At(1, 1)/n))
}

func TestNewMixtureRefuses(t *testing.T) {
	good := Gaussian{[]float64{0}, mat.NewSymDense(1, []float64{1})}
	one := [4]int{1, 1, 1, 1}
	for says, f := range map[string]func() (*Mixture, error){
		"2 weights and 1":   func() (*Mixture, error) { return NewMixture(one, []float64{1, 1}, []Gaussian{good}) },
		"weight 0 is -1":    func() (*Mixture, error) { return NewMixture(one, []float64{-1}, []Gaussian{good}) },
		"want each at leas": func() (*Mixture, error) { return NewMixture([4]int{}, []float64{1}, []Gaussian{good}) },
		"have 2 values":     func() (*Mixture, error) { return NewMixture([4]int{2, 1, 1, 1}, []float64{1}, []Gaussian{good}) },
		"eigenvalue -1": func() (*Mixture, error) {
			return NewMixture(one, []float64{1}, []Gaussian{{[]float64{0}, mat.NewSymDense(1, []float64{-1})}})
		},
	} {
		if _, err := f(); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, want one that says %q", err, says)
		}
	}
}
