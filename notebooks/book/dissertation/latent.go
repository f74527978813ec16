package dissertation

import (
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// LinearModel is the latent-variable model in which everything is known: z ~ N(0, I) and
// x | z ~ N(W·z + Shift, Noise²·I), probabilistic principal components (Tipping and
// Bishop 1999, Probabilistic principal component analysis).
type LinearModel struct {
	W     [][]float64 // [dimension of x][dimension of z]
	Shift []float64   // of the dimension of x
	Noise float64     // standard deviation, positive
}

func (m LinearModel) matrix() *mat.Dense {
	w := mat.NewDense(len(m.W), len(m.W[0]), nil)
	for i, row := range m.W {
		w.SetRow(i, row)
	}
	return w
}

// Prior returns the prior p(z).
func (m LinearModel) Prior() Gaussian {
	return Diagonal(make([]float64, len(m.W[0])), ones(len(m.W[0])))
}

// Decoder returns p(x | z).
func (m LinearModel) Decoder(z []float64) Gaussian {
	mean, std := append([]float64(nil), m.Shift...), make([]float64, len(m.W))
	for i, row := range m.W {
		std[i] = m.Noise
		for j, w := range row {
			mean[i] += w * z[j]
		}
	}
	return Diagonal(mean, std)
}

// Marginal returns p(x) = N(Shift, W·Wᵀ + Noise²·I).
func (m LinearModel) Marginal() Gaussian {
	var cov mat.SymDense
	cov.SymOuterK(1, m.matrix())
	for i := range m.W {
		cov.SetSym(i, i, cov.At(i, i)+m.Noise*m.Noise)
	}
	return Gaussian{Mean: m.Shift, Cov: &cov}
}

// Joint returns p(z, x), z first, by the covariance of z with W·z + Shift + noise.
func (m LinearModel) Joint() Gaussian {
	k, marginal := len(m.W[0]), m.Marginal()
	n := k + len(m.W)
	joint := Gaussian{Mean: append(make([]float64, k), m.Shift...), Cov: mat.NewSymDense(n, nil)}
	for j := range k {
		joint.Cov.SetSym(j, j, 1)
		for i := range m.W {
			joint.Cov.SetSym(j, k+i, m.W[i][j])
		}
	}
	for i := range m.W {
		for l := range i + 1 {
			joint.Cov.SetSym(k+i, k+l, marginal.Cov.At(i, l))
		}
	}
	return joint
}

// Precision returns the inverse covariance of p(z | x): I + Wᵀ·W/Noise².
func (m LinearModel) Precision() *mat.SymDense {
	var p mat.SymDense
	p.SymOuterK(1/(m.Noise*m.Noise), m.matrix().T())
	for j := range p.SymmetricDim() {
		p.SetSym(j, j, p.At(j, j)+1)
	}
	return &p
}

// Posterior returns p(z | x).
func (m LinearModel) Posterior(x []float64) Gaussian {
	var chol mat.Cholesky
	chol.Factorize(m.Precision())
	var cov mat.SymDense
	if err := chol.InverseTo(&cov); err != nil {
		panic(err)
	}
	shift := mat.NewVecDense(len(x), nil)
	shift.SubVec(mat.NewVecDense(len(x), x), mat.NewVecDense(len(x), m.Shift))
	var mean mat.VecDense
	mean.MulVec(m.matrix().T(), shift)
	mean.MulVec(&cov, &mean)
	mean.ScaleVec(1/(m.Noise*m.Noise), &mean)
	return Gaussian{Mean: mean.RawVector().Data, Cov: &cov}
}

// MeanField returns the Gaussian with a diagonal covariance that is nearest to p(z | x),
// in D_KL(q ‖ p): its mean, and the inverse of the precision's diagonal.
func (m LinearModel) MeanField(x []float64) Gaussian {
	p, std := m.Precision(), make([]float64, len(m.W[0]))
	for j := range std {
		std[j] = 1 / math.Sqrt(p.At(j, j))
	}
	return Diagonal(m.Posterior(x).Mean, std)
}

// ELBO returns the lower bound (2.26) in closed form, as reconstruction minus D_KL(q ‖
// prior): neither the marginal nor the posterior is needed.
func (m LinearModel) ELBO(x []float64, q Gaussian) float64 {
	decoded := m.Decoder(q.Mean)
	square := 0.0
	for i := range x {
		square += (x[i] - decoded.Mean[i]) * (x[i] - decoded.Mean[i])
	}
	var spread mat.Dense
	spread.Product(m.matrix(), q.Cov, m.matrix().T())
	variance := m.Noise * m.Noise
	reconstruction := -float64(len(x))/2*math.Log(2*math.Pi*variance) - (square+mat.Trace(&spread))/(2*variance)
	return reconstruction - q.KL(m.Prior())
}

// Draw returns a drawn latent and an x generated from it.
func (m LinearModel) Draw(r *rand.Rand) (z, x []float64) {
	z = m.Prior().Draw(r)
	return z, m.Decoder(z).Draw(r)
}

func ones(n int) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = 1
	}
	return out
}
