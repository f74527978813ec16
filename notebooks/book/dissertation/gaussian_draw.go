package dissertation

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Diagonal returns a Gaussian of independent dimensions.
func Diagonal(mean, std []float64) Gaussian {
	cov := mat.NewSymDense(len(mean), nil)
	for i, s := range std {
		cov.SetSym(i, i, s*s)
	}
	return Gaussian{Mean: mean, Cov: cov}
}

// LogDensity returns log p(x); LogDensities is quicker for many points.
func (g Gaussian) LogDensity(x []float64) float64 { return g.LogDensities([][]float64{x})[0] }

// Entropy returns E[−log p(x)] in nats.
func (g Gaussian) Entropy() float64 {
	return (float64(len(g.Mean))*(1+math.Log(2*math.Pi)) + g.factor().LogDet()) / 2
}

// Draw returns one random x.
func (g Gaussian) Draw(r *rand.Rand) []float64 { return g.Draws(1, r)[0] }

// Draws returns a number of random points.
func (g Gaussian) Draws(count int, r *rand.Rand) [][]float64 {
	var lower mat.TriDense
	g.factor().LTo(&lower)
	out := make([][]float64, count)
	for k := range out {
		e := mat.NewVecDense(len(g.Mean), nil)
		for i := range len(g.Mean) {
			e.SetVec(i, r.NormFloat64())
		}
		e.MulVec(&lower, e)
		e.AddVec(e, mat.NewVecDense(len(g.Mean), g.Mean))
		out[k] = e.RawVector().Data
	}
	return out
}
