package stochastic

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// ScoreModel is a score network whose training has a closed form: it is linear
// in its parameters, s(z) = Σ_k θ_k φ_k(z), with the features 1, z and one
// Gaussian bump for each centre.
type ScoreModel struct {
	Centres [][]float64
	Width   float64 // width of the bumps

	Ridge float64 // λ/points is added to the diagonal; 0 means 0.3

	theta *mat.Dense // features × D, after a fit
}

// BumpGrid returns a model in two dimensions with n×n centres over the square [−half,
// half]², each bump as wide as the distance of its neighbours.
func BumpGrid(half float64, n int) *ScoreModel {
	m := &ScoreModel{Width: 2 * half / float64(n-1)}
	for i := range n {
		for j := range n {
			m.Centres = append(m.Centres, []float64{-half + float64(i)*m.Width, -half + float64(j)*m.Width})
		}
	}
	return m
}

// features computes φ, and its derivatives (features × D) where slope is not nil.
func (m *ScoreModel) features(z, phi, slope []float64) {
	d := len(z)
	clear(slope)
	phi[0] = 1
	for i, v := range z {
		phi[1+i] = v
		if slope != nil {
			slope[(1+i)*d+i] = 1
		}
	}
	for k, c := range m.Centres {
		sum := 0.0
		for i := range z {
			sum += (z[i] - c[i]) * (z[i] - c[i])
		}
		phi[1+d+k] = math.Exp(-sum / (2 * m.Width * m.Width))
		for i := range z {
			if slope != nil {
				slope[(1+d+k)*d+i] = -phi[1+d+k] * (z[i] - c[i]) / (m.Width * m.Width)
			}
		}
	}
}

// FitImplicit minimises E[½‖s(z)‖² + div s(z)] over the points (Hyvärinen 2005,
// Estimation of non-normalized statistical models by score matching): only draws of the
// distribution are needed.
func (m *ScoreModel) FitImplicit(points [][]float64) error {
	d := len(points[0])
	n := 1 + d + len(m.Centres)
	gram, right := mat.NewSymDense(n, nil), mat.NewDense(n, d, nil)
	phi, slope := make([]float64, n), make([]float64, n*d)
	for _, z := range points {
		m.features(z, phi, slope)
		gram.SymRankOne(gram, 1/float64(len(points)), mat.NewVecDense(n, phi))
		for k, v := range slope {
			right.Set(k/d, k%d, right.At(k/d, k%d)-v/float64(len(points)))
		}
	}
	return m.solve(gram, right, len(points))
}

// FitDenoising minimises E‖s(x + σε) + ε/σ‖² over the clean points, with one
// draw of ε for each (Vincent 2011, A connection between score matching and
// denoising autoencoders).
func (m *ScoreModel) FitDenoising(clean [][]float64, sigma float64, r *rand.Rand) error {
	d := len(clean[0])
	n := 1 + d + len(m.Centres)
	gram, right := mat.NewSymDense(n, nil), mat.NewDense(n, d, nil)
	phi, z, e := make([]float64, n), make([]float64, d), make([]float64, d)
	for _, x := range clean {
		for i := range z {
			e[i] = r.NormFloat64()
			z[i] = x[i] + sigma*e[i]
		}
		m.features(z, phi, nil)
		gram.SymRankOne(gram, 1/float64(len(clean)), mat.NewVecDense(n, phi))
		for k := range phi {
			for i := range e {
				right.Set(k, i, right.At(k, i)-phi[k]*e[i]/sigma/float64(len(clean)))
			}
		}
	}
	return m.solve(gram, right, len(clean))
}

// solve computes the parameters. The ridge keeps bumps with few points near zero, and
// vanishes as points grow in number.
func (m *ScoreModel) solve(gram *mat.SymDense, right *mat.Dense, points int) error {
	n, _ := right.Dims()
	ridge := m.Ridge
	if ridge == 0 {
		ridge = 0.3
	}
	for k := range n {
		gram.SetSym(k, k, gram.At(k, k)+ridge/float64(points))
	}
	var chol mat.Cholesky
	if ok := chol.Factorize(gram); !ok {
		return fmt.Errorf("fitting a score model: %d features are not independent on these points", n)
	}
	m.theta = new(mat.Dense)
	return chol.SolveTo(m.theta, right)
}

// Score returns s(z) after a fit.
func (m *ScoreModel) Score(z []float64) []float64 {
	phi := make([]float64, 1+len(z)+len(m.Centres))
	m.features(z, phi, nil)
	out := make([]float64, len(z))
	for k, p := range phi {
		for i := range out {
			out[i] += p * m.theta.At(k, i)
		}
	}
	return out
}
