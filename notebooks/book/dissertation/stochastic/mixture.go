package stochastic

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/mat"
)

// Component is one Gaussian of a [Mixture].
type Component struct {
	Weight float64   // positive
	Mean   []float64 // D values
	Cov    []float64 // D×D, symmetric and positive definite
}

// Mixture is a mixture of Gaussians in D dimensions. The forward process makes it a
// mixture again, so that densities and scores at every noise level are known in closed
// form.
type Mixture struct {
	parts []part
	dim   int
}

// part is a component with the factors that its evaluation needs.
type part struct {
	Component
	precision []float64 // inverse of Cov
	root      []float64 // lower Cholesky factor of Cov
	logNorm   float64   // log(weight) − ½ log det(2π Cov)
}

// NewMixture returns a mixture. The weights are scaled to sum to 1.
func NewMixture(components ...Component) (*Mixture, error) {
	if len(components) == 0 {
		return nil, fmt.Errorf("mixture without components, want at least one")
	}
	m := &Mixture{dim: len(components[0].Mean)}
	total := 0.0
	for _, c := range components {
		total += c.Weight
	}
	for i, c := range components {
		if !(c.Weight > 0) || len(c.Mean) != m.dim || m.dim == 0 || len(c.Cov) != m.dim*m.dim {
			return nil, fmt.Errorf("component %d of a mixture has weight %g, %d values of the mean and %d of the covariance, want a positive weight, %d and %d",
				i, c.Weight, len(c.Mean), len(c.Cov), m.dim, m.dim*m.dim)
		}
		c.Weight /= total
		p, err := newPart(c)
		if err != nil {
			return nil, fmt.Errorf("component %d of a mixture: %w", i, err)
		}
		m.parts = append(m.parts, p)
	}
	return m, nil
}

func newPart(c Component) (part, error) {
	d := len(c.Mean)
	var chol mat.Cholesky
	if ok := chol.Factorize(mat.NewSymDense(d, c.Cov)); !ok {
		return part{}, fmt.Errorf("covariance %v is not positive definite", c.Cov)
	}
	p := part{Component: c, logNorm: math.Log(c.Weight) - (float64(d)*math.Log(2*math.Pi)+chol.LogDet())/2}
	var inverse mat.SymDense
	if err := chol.InverseTo(&inverse); err != nil {
		return part{}, err
	}
	var root mat.TriDense
	chol.LTo(&root)
	for i := range d {
		for j := range d {
			p.precision = append(p.precision, inverse.At(i, j))
			p.root = append(p.root, root.At(i, j))
		}
	}
	return p, nil
}

// Dim returns the dimension D.
func (m *Mixture) Dim() int { return m.dim }

// Noised returns the distribution of alpha·x + sigma·ε for x of this mixture and ε
// standard normal: the marginal q(z) of (2.31) for alpha 1, and the marginal of (2.40).
func (m *Mixture) Noised(alpha, sigma float64) *Mixture {
	parts := make([]Component, len(m.parts))
	for k, p := range m.parts {
		c := Component{Weight: p.Weight}
		for i, v := range p.Mean {
			c.Mean = append(c.Mean, alpha*v)
			for j := range m.dim {
				v := alpha * alpha * p.Cov[i*m.dim+j]
				if i == j {
					v += sigma * sigma
				}
				c.Cov = append(c.Cov, v)
			}
		}
		parts[k] = c
	}
	out, err := NewMixture(parts...)
	if err != nil { // only where sigma or alpha overflow
		panic(err)
	}
	return out
}

// LogDensity returns log p(x).
func (m *Mixture) LogDensity(x []float64) float64 {
	most := math.Inf(-1)
	logs := make([]float64, len(m.parts))
	for k := range m.parts {
		logs[k] = m.parts[k].log(x)
		most = math.Max(most, logs[k])
	}
	sum := 0.0
	for _, l := range logs {
		sum += math.Exp(l - most)
	}
	return most + math.Log(sum)
}

// Density returns the density p(x).
func (m *Mixture) Density(x []float64) float64 { return math.Exp(m.LogDensity(x)) }

// log returns the logarithm of the weighted density of one component.
func (p *part) log(x []float64) float64 {
	d, sum := len(x), 0.0
	for i := range d {
		for j := range d {
			sum += (x[i] - p.Mean[i]) * p.precision[i*d+j] * (x[j] - p.Mean[j])
		}
	}
	return p.logNorm - sum/2
}

// Score returns ∇ log p(x) (2.27): the components' −Σ⁻¹(x − μ), weighted by their
// posterior probabilities.
func (m *Mixture) Score(x []float64) []float64 {
	total := m.LogDensity(x)
	out := make([]float64, m.dim)
	for k := range m.parts {
		p := &m.parts[k]
		w := math.Exp(p.log(x) - total)
		for i := range out {
			for j := range x {
				out[i] -= w * p.precision[i*m.dim+j] * (x[j] - p.Mean[j])
			}
		}
	}
	return out
}

// Draw returns one random point.
func (m *Mixture) Draw(r *rand.Rand) []float64 {
	u, k := r.Float64()-m.parts[0].Weight, 0
	for u >= 0 && k < len(m.parts)-1 {
		k++
		u -= m.parts[k].Weight
	}
	p := &m.parts[k]
	out, e := make([]float64, m.dim), make([]float64, m.dim)
	for i := range e {
		e[i] = r.NormFloat64()
	}
	for i := range out {
		out[i] = p.Mean[i]
		for j := 0; j <= i; j++ {
			out[i] += p.root[i*m.dim+j] * e[j]
		}
	}
	return out
}

// Draws returns n random points.
func (m *Mixture) Draws(n int, r *rand.Rand) [][]float64 {
	out := make([][]float64, n)
	for i := range out {
		out[i] = m.Draw(r)
	}
	return out
}

// Moments returns the mean and the covariance (D×D).
func (m *Mixture) Moments() (mean, cov []float64) {
	d := m.dim
	mean, cov = make([]float64, d), make([]float64, d*d)
	for _, p := range m.parts {
		for i := range d {
			mean[i] += p.Weight * p.Mean[i]
		}
	}
	for _, p := range m.parts {
		for i := range d {
			for j := range d {
				cov[i*d+j] += p.Weight * (p.Cov[i*d+j] + (p.Mean[i]-mean[i])*(p.Mean[j]-mean[j]))
			}
		}
	}
	return mean, cov
}
