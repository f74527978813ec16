package vdm

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// The new methods are held against their formulas in float64 on the bent
// denoiser of guidance_test.go, with its Jacobian by central differences.

// bentJacobian is ∂x̂/∂z.
func bentJacobian(z []float64, logSNR float64) *mat.Dense {
	j := mat.NewDense(4, 4, nil)
	const h = 1e-5
	for k := range 4 {
		up, down := append([]float64(nil), z...), append([]float64(nil), z...)
		up[k] += h
		down[k] -= h
		a, b := bentX(up, logSNR), bentX(down, logSNR)
		for i := range 4 {
			j.Set(i, k, (a[i]-b[i])/(2*h))
		}
	}
	return j
}

// twoMeasurements are a mean of all cells with noise and, of each sample its own,
// cells that overlap with it; rows of the matrix a, values y, variances r.
func twoMeasurements(samples int) (o Observation, a *mat.Dense, y [][]float64, r []float64) {
	a = mat.NewDense(3, 4, []float64{.25, .25, .25, .25, 1, 0, 0, 0, 0, 0, 1, 0})
	r = []float64{0.04, 0.01, 0.25}
	random := rand.New(rand.NewPCG(21, 1))
	var means, cells []float32
	for range samples {
		v := []float64{float64(float32(random.NormFloat64())), float64(float32(random.NormFloat64())), float64(float32(random.NormFloat64()))}
		y = append(y, v)
		means = append(means, float32(v[0]))
		cells = append(cells, float32(v[1]), nan32, float32(v[2]), nan32)
	}
	return Observation{
		{Of: Operator{Columns: [][]float64{{.25, .25, .25, .25}}}, Y: means, Std: 0.2},
		{Y: cells, StdOf: []float32{0.1, 1, 0.5, 1}},
	}, a, y, r
}

var formulaLevels = []float32{-20, -6, -1, 0.5, 4, 9, 30}

// guidedOnce evaluates a guided denoiser at randomBatch: x̂ with guidance and
// without, and what the hook of the step makes of next.
func guidedOnce(t testing.TB, be compute.Backend, d Denoiser, guidance Guidance, o Observation, z, next []float32) (plain, guided, after []float32) {
	t.Helper()
	n := len(formulaLevels)
	out := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
		given, err := o.Fixed(in[0], g.ZerosLike(in[0]))
		if err != nil {
			t.Fatal(err)
		}
		p := guidance.Guide(d, given)(in[0], Level{LogSNR: in[1]}, Batch{})
		outputs := []*g.Node{d(in[0], Level{LogSNR: in[1]}, Batch{}).X(), p.X()}
		if hook, ok := guidance.(StepGuidance); ok {
			outputs = append(outputs, hook.After(p, Level{LogSNR: in[1]}, in[2], given))
		}
		return outputs
	}, enginetest.Tensor(z, n, 1, 1, 4, 1), enginetest.Tensor(formulaLevels, n), enginetest.Tensor(next, n, 1, 1, 4, 1))
	if len(out) > 2 {
		after = out[2]
	}
	return out[0], out[1], after
}

// forEachSample calls f with z, λ, J and the misfit y − A·x̂.
func forEachSample(z []float32, a *mat.Dense, y [][]float64, f func(s int, l float64, jacobian *mat.Dense, misfit *mat.VecDense)) {
	for s, level := range formulaLevels {
		at := make([]float64, 4)
		for i := range at {
			at[i] = float64(z[4*s+i])
		}
		var misfit mat.VecDense
		misfit.MulVec(a, mat.NewVecDense(4, bentX(at, float64(level))))
		misfit.SubVec(mat.NewVecDense(len(y[s]), y[s]), &misfit)
		f(s, float64(level), bentJacobian(at, float64(level)), &misfit)
	}
}

// solved is (A·Σ·Aᵀ + R)⁻¹·misfit.
func solved(a, spread mat.Matrix, r []float64, misfit *mat.VecDense) *mat.VecDense {
	var s mat.Dense
	s.Product(a, spread, a.T())
	for i, v := range r {
		s.Set(i, i, s.At(i, i)+v)
	}
	var u mat.VecDense
	if err := u.SolveVec(&s, misfit); err != nil {
		panic(err)
	}
	return &u
}

func identity(n int, by float64) *mat.Dense {
	m := mat.NewDense(n, n, nil)
	for i := range n {
		m.Set(i, i, by)
	}
	return m
}

// ΠGDM: x̂ + (σ²/α)·Jᵀ·Aᵀ·(r²AAᵀ + R)⁻¹·(y − A·x̂).
func TestPseudoInverseIsItsFormula(t *testing.T) {
	o, a, y, r := twoMeasurements(len(formulaLevels))
	z, next, _ := randomBatch(31, len(formulaLevels))
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, s2 := range []float64{0, 0.3} {
			plain, guided, _ := guidedOnce(t, be, bent, PseudoInverse{DataVariance: s2}, o, z, next)
			variance := s2
			if s2 == 0 {
				variance = 1
			}
			forEachSample(z, a, y, func(s int, l float64, j *mat.Dense, misfit *mat.VecDense) {
				alpha, sigma := Alpha(l), Sigma(l)
				r2 := variance * sigma * sigma / (alpha*alpha*variance + sigma*sigma)
				var back, shift mat.VecDense
				back.MulVec(a.T(), solved(a, identity(4, r2), r, misfit))
				shift.MulVec(j.T(), &back)
				for i := range 4 {
					want := sigma * sigma / alpha * shift.AtVec(i)
					enginetest.Near(t, "shift of x̂", float64(guided[4*s+i])-float64(plain[4*s+i]), want, 3e-5*(1+10*math.Abs(want)))
				}
			})
		}
	})
}

// Where rows are orthogonal, one product stands for the solve: the same with
// exact means of blocks as with the dense inverse, and finite at the ends.
func TestPseudoInverseOfOrthogonalRows(t *testing.T) {
	z, next, _ := randomBatch(32, len(formulaLevels))
	pairs := Operator{Columns: [][]float64{{.5, .5, 0, 0}, {0, 0, 2, 2}}}
	a := mat.NewDense(2, 4, []float64{.5, .5, 0, 0, 0, 0, 2, 2})
	values := []float64{0.3, -1}
	var y [][]float64
	for range formulaLevels {
		y = append(y, values)
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		plain, guided, _ := guidedOnce(t, be, bent, PseudoInverse{}, Observation{{Of: pairs, Y: enginetest.Float32s(values)}}, z, next)
		forEachSample(z, a, y, func(s int, l float64, j *mat.Dense, misfit *mat.VecDense) {
			if l > 20 {
				for _, v := range guided[4*s:][:4] {
					if !(math.Abs(float64(v)) < 1e3) {
						t.Errorf("λ = %v: x̂ is %v", l, v)
					}
				}
				return // float32 knows z − αx̂ no better than the misfit is
			}
			var back, shift mat.VecDense
			back.MulVec(a.T(), solved(a, identity(4, 1), []float64{0, 0}, misfit))
			shift.MulVec(j.T(), &back)
			for i := range 4 {
				want := shift.AtVec(i) / Alpha(l) // σ²/r² = α² + σ² = 1
				enginetest.Near(t, "shift of x̂", float64(guided[4*s+i])-float64(plain[4*s+i]), want, 5e-5*(1+10*math.Abs(want)))
			}
		})
	})
}

// DPS: z_s′ − (ζ/‖misfit‖)·∇_z‖misfit‖², and no move where there is no misfit.
func TestPosteriorSamplingIsItsFormula(t *testing.T) {
	o, a, y, _ := twoMeasurements(len(formulaLevels))
	z, next, _ := randomBatch(33, len(formulaLevels))
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		plain, guided, after := guidedOnce(t, be, bent, PosteriorSampling{Scale: 0.7}, o, z, next)
		forEachSample(z, a, y, func(s int, l float64, j *mat.Dense, misfit *mat.VecDense) {
			var back, gradient mat.VecDense
			back.MulVec(a.T(), misfit)
			gradient.MulVec(j.T(), &back)
			for i := range 4 {
				k := 4*s + i
				if plain[k] != guided[k] {
					t.Errorf("λ = %v: the denoiser is changed", l)
				}
				want := float64(next[k]) + 2*0.7/mat.Norm(misfit, 2)*gradient.AtVec(i)
				enginetest.Near(t, "z_s", float64(after[k]), want, 1e-5)
			}
		})
		// ζ is 1 where none is given.
		_, _, usual := guidedOnce(t, be, bent, PosteriorSampling{}, o, z, next)
		if _, _, one := guidedOnce(t, be, bent, PosteriorSampling{Scale: 1}, o, z, next); !slices.Equal(usual, one) {
			t.Error("without a ζ the step is not that of ζ = 1")
		}
		// x̂ = 0 whatever z is, and 0 observed.
		zero := PredictX.Denoiser(func(z *g.Node, at Level, _ Batch) *g.Node { return g.MulScalar(z, 0) })
		_, _, after = guidedOnce(t, be, zero, PosteriorSampling{}, Observation{{Y: make([]float32, 4)}}, make([]float32, len(z)), next)
		for i, v := range after {
			enginetest.Near(t, "z_s without a misfit", float64(v), float64(next[i]), 0)
		}
	})
}

// Moment matching, on Gaussian data: E[x | z, y] of the textbook, which conditions
// x on both at once; where J is not used, r²·I stands for the covariance.
func TestMomentMatchingIsTheConditionalMean(t *testing.T) {
	d := correlated()
	o, a, y, r := twoMeasurements(len(formulaLevels))
	z, next, _ := randomBatch(34, len(formulaLevels))
	prior := mat.NewSymDense(4, nil)
	for i := range 4 {
		for j := range i + 1 {
			prior.SetSym(i, j, d.covariance(i, j, func(k int) float64 { return d.vals[k] }))
		}
	}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		for _, from := range []float64{math.Inf(-1), 0} {
			plain, guided, _ := guidedOnce(t, be, d.denoiser, MomentMatching{Iterations: 4, From: from}, o, z, next)
			for s, level := range formulaLevels {
				l := float64(level)
				alpha, sigma := Alpha(l), Sigma(l)
				x := make([]float64, 4)
				for i := range x {
					x[i] = float64(plain[4*s+i])
				}
				var misfit, shift mat.VecDense
				misfit.MulVec(a, mat.NewVecDense(4, x))
				misfit.SubVec(mat.NewVecDense(3, y[s]), &misfit)
				// cov(x | z) = (C⁻¹ + (α²/σ²)·I)⁻¹
				var spread mat.Dense
				if err := spread.Inverse(prior); err != nil {
					t.Fatal(err)
				}
				spread.Add(&spread, identity(4, alpha*alpha/(sigma*sigma)))
				if err := spread.Inverse(&spread); err != nil {
					t.Fatal(err)
				}
				if from == 0 && l < defaultFrom { // 0 is the default
					spread = *identity(4, sigma*sigma)
				}
				var back mat.VecDense
				back.MulVec(a.T(), solved(a, &spread, r, &misfit))
				shift.MulVec(&spread, &back)
				for i := range 4 {
					enginetest.Near(t, "shift of x̂", float64(guided[4*s+i])-float64(plain[4*s+i]), shift.AtVec(i), 2e-5)
				}
			}
		}
	})
}

// A Jacobian that is negative along the first direction is not used: r²·I stands
// for the covariance in that sample, and in no other; one that is negative only
// along a later direction ends the search there.
func TestMomentMatchingGuardsAgainstNegativeCurvature(t *testing.T) {
	z, next, _ := randomBatch(35, len(formulaLevels))
	scaled := func(by ...float32) Denoiser {
		return PredictX.Denoiser(func(z *g.Node, at Level, _ Batch) *g.Node {
			alpha, _ := at.AlphaSigma(z)
			return g.Mul(alpha, g.Mul(g.Reshape(g.Const(z.Graph(), by), 1, 1, 1, 4, 1), z))
		})
	}
	// Only levels at which PredictX is well conditioned: see Parameterisation.
	o := Observation{{Y: []float32{1, 2, nan32, nan32}, Std: 0.5}}
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		plain, negative, _ := guidedOnce(t, be, scaled(-.5, -.5, -.5, -.5), MomentMatching{From: math.Inf(-1)}, o, z, next)
		_, none, _ := guidedOnce(t, be, scaled(-.5, 1, 1, 1), MomentMatching{From: math.Inf(-1)}, o, z, next)
		for s, level := range formulaLevels {
			sigma := Sigma(float64(level))
			for i, y := range o[0].Y {
				k := 4*s + i
				if v := float64(none[k]); !(math.Abs(v) < 100) {
					t.Errorf("λ = %v: x̂ is %v", level, v)
				}
				want := float64(plain[k]) // not observed
				if y == y {
					want += sigma * sigma / (sigma*sigma + 0.25) * (float64(y) - float64(plain[k]))
				}
				enginetest.Near(t, "x̂", float64(negative[k]), want, 1e-5)
			}
		}
	})
}

func TestGuidanceRefuses(t *testing.T) {
	_, err := NewGuidance("best", 1)
	enginetest.WantError(t, "name", err, `guidance "best": want one of replacement,`)
	_, err = NewGuidance("posterior-sampling", -1)
	enginetest.WantError(t, "ζ", err, "ζ is -1")
	_, err = NewGuidance("reconstruction", -1)
	enginetest.WantError(t, "w_r", err, "guidance is -1")
	for says, guidance := range map[string]Guidance{
		"ζ is NaN":                     PosteriorSampling{Scale: math.NaN()},
		"variance of the data is -1":   PseudoInverse{DataVariance: -1},
		"variance of the data is +Inf": MomentMatching{DataVariance: math.Inf(1)},
		"-3 iterations":                MomentMatching{Iterations: -3},
		"from λ = NaN":                 MomentMatching{From: math.NaN()},
		"from λ = +Inf":                MomentMatching{From: math.Inf(1)},
		"guidance is +Inf":             Reconstruction{Weight: math.Inf(1)},
	} {
		enginetest.WantError(t, guidance.String(), guidance.Validate(), says)
		enginetest.WantError(t, guidance.String(), DrawOptions{Guidance: guidance}.Validate(), says)
	}
	for name, guidance := range everyGuidance(t) {
		if err := guidance.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
