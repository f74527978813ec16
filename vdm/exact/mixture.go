package exact

import (
	"fmt"
	"math"
	"slices"

	g "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// Mixture is a distribution of clips of few cells, a mixture of Gaussians x ~ Σ
// w_k·N(μ_k, C_k): data whose best denoiser is not linear.
type Mixture struct {
	shape      [4]int
	weights    []float64
	components []component
}

// component is a Gaussian and its eigenvectors.
type component struct {
	Gaussian
	variance []float64
	vectors  *mat.Dense // columns
	centre   []float64  // mean along the eigenvectors
}

// NewMixture returns the mixture of clips of a shape (frames, rows, columns, channels)
// with the given weights, which are divided by their sum, and as many distributions.
func NewMixture(shape [4]int, weights []float64, laws []Gaussian) (*Mixture, error) {
	n := shape[0] * shape[1] * shape[2] * shape[3]
	switch {
	case slices.Min(shape[:]) < 1:
		return nil, fmt.Errorf("mixture: clips of %v (frames, rows, columns, channels): want each at least 1", shape)
	case len(weights) != len(laws) || len(laws) == 0:
		return nil, fmt.Errorf("mixture: %d weights and %d laws: want as many, at least one", len(weights), len(laws))
	}
	m := &Mixture{shape: shape, weights: slices.Clone(weights)}
	sum := 0.0
	for k, w := range weights {
		if !(w > 0) || math.IsInf(w, 1) {
			return nil, fmt.Errorf("mixture: weight %d is %v, want a finite number above 0", k, w)
		}
		sum += w
	}
	for k, law := range laws {
		m.weights[k] /= sum
		if len(law.Mean) != n || law.Cov == nil || law.Cov.SymmetricDim() != n {
			return nil, fmt.Errorf("mixture: law %d does not have %d values as clips of %v do", k, n, shape)
		}
		c, lowest := newComponent(law)
		if lowest < -1e-12*slices.Max(c.variance) {
			return nil, fmt.Errorf("mixture: covariance %d has the eigenvalue %.3g: want none below 0", k, lowest)
		}
		m.components = append(m.components, c)
	}
	return m, nil
}

// newComponent returns a component with eigenvalues below 0 replaced by 0, and the
// lowest eigenvalue.
func newComponent(law Gaussian) (c component, lowest float64) {
	n := len(law.Mean)
	values, vectors := eigen(law.Cov)
	c, lowest = component{Gaussian: law, variance: values, vectors: vectors, centre: make([]float64, n)}, values[0]
	for j := range values {
		values[j] = max(0, values[j])
		c.centre[j] = mat.Dot(vectors.ColView(j), mat.NewVecDense(n, law.Mean))
	}
	return c, lowest
}

// Shape returns frames, rows, columns and channels of a clip.
func (m *Mixture) Shape() [4]int { return m.shape }

// Weights returns the weights of the components, whose sum is 1.
func (m *Mixture) Weights() []float64 { return slices.Clone(m.weights) }

// Components returns the distributions of the mixture.
func (m *Mixture) Components() []Gaussian {
	var laws []Gaussian
	for _, c := range m.components {
		laws = append(laws, c.Gaussian)
	}
	return laws
}

// Moments returns the mean and the covariance of the mixture.
func (m *Mixture) Moments() Gaussian {
	n := len(m.components[0].Mean)
	out := Gaussian{Mean: make([]float64, n), Cov: mat.NewSymDense(n, nil)}
	for k, c := range m.components {
		for i, v := range c.Mean {
			out.Mean[i] += m.weights[k] * v
		}
	}
	for k, c := range m.components {
		for i := range n {
			for j := range i + 1 {
				v := c.Cov.At(i, j) + (c.Mean[i]-out.Mean[i])*(c.Mean[j]-out.Mean[j])
				out.Cov.SetSym(i, j, out.Cov.At(i, j)+m.weights[k]*v)
			}
		}
	}
	return out
}

// Draw returns clip i of a seed, the same in whichever order clips are drawn.
func (m *Mixture) Draw(seed uint64, i int) []float32 {
	r := noise.Key{Seed: seed, Stream: noise.Synthetic, Sample: uint32(i)}.Rand()
	u, k := r.Float64(), 0
	for k < len(m.weights)-1 && u >= m.weights[k] {
		u -= m.weights[k]
		k++
	}
	c := m.components[k]
	e := mat.NewVecDense(len(c.Mean), nil)
	for j, v := range c.variance {
		e.SetVec(j, math.Sqrt(v)*r.NormFloat64())
	}
	e.MulVec(c.vectors, e)
	x := make([]float32, len(c.Mean))
	for j := range x {
		x[j] = float32(c.Mean[j] + e.AtVec(j))
	}
	return x
}

// LogDensity returns log q(z) in nats of z = α·x + σ·ε; logSNR = +Inf gives log p(x).
func (m *Mixture) LogDensity(z []float64, logSNR float64) float64 {
	terms := make([]float64, len(m.components))
	for k, c := range m.components {
		terms[k] = math.Log(m.weights[k]) + c.logDensity(z, logSNR)
	}
	return logSumExp(terms)
}

func (c component) logDensity(z []float64, logSNR float64) float64 {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	logDet, square := 0.0, 0.0
	for j, v := range c.variance {
		v = alpha*alpha*v + sigma*sigma
		y := mat.Dot(c.vectors.ColView(j), mat.NewVecDense(len(z), z)) - alpha*c.centre[j]
		logDet += math.Log(v)
		square += y * y / v
	}
	return normalLogDensity(len(z), logDet, square)
}

func logSumExp(terms []float64) float64 {
	largest, sum := slices.Max(terms), 0.0
	for _, t := range terms {
		sum += math.Exp(t - largest)
	}
	return largest + math.Log(sum)
}

// Estimate returns E[x | z] on the host, in float64: the estimate of [Mixture.Denoiser].
func (m *Mixture) Estimate(z []float64, logSNR float64) []float64 {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	n := len(z)
	logs, x, gained := make([]float64, len(m.components)), make([]float64, n), make([]float64, n*len(m.components))
	for k, c := range m.components {
		at := gained[k*n:][:n]
		copy(at, c.Mean)
		logs[k] = math.Log(m.weights[k])
		for j, v := range c.variance {
			y := -alpha * c.centre[j]
			for i := range z {
				y += c.vectors.At(i, j) * z[i]
			}
			total := alpha*alpha*v + sigma*sigma
			logs[k] -= (math.Log(total) + y*y/total) / 2
			for i := range at {
				at[i] += alpha * v / total * y * c.vectors.At(i, j)
			}
		}
	}
	all := logSumExp(logs)
	for k, l := range logs {
		share := math.Exp(l - all)
		for i := range x {
			x[i] += share * gained[k*n+i]
		}
	}
	return x
}

// Given returns the distribution of the clips given an observation of one sample: a
// mixture again, with weights proportional to w_k·p_k(y). See [Gaussian.Given].
func (m *Mixture) Given(o vdm.Observation) (*Mixture, error) {
	var seen []observed
	var total *mat.SymDense
	for _, c := range m.components {
		s, err := observe(c.Gaussian, m.shape, o)
		if err != nil {
			return nil, err
		}
		seen = append(seen, s)
		if total == nil {
			total = mat.NewSymDense(len(s.off), nil)
		}
		total.AddSym(total, s.s)
	}
	// The same values are used for every component, because their densities could not be
	// compared otherwise.
	values := informative(total)
	logs := make([]float64, len(seen))
	out := &Mixture{shape: m.shape, weights: make([]float64, len(seen))}
	for k, c := range m.components {
		law, evidence, err := seen[k].condition(c.Gaussian, values)
		if err != nil {
			return nil, fmt.Errorf("component %d: %w", k, err)
		}
		logs[k] = math.Log(m.weights[k]) + evidence
		posterior, _ := newComponent(law) // negative eigenvalues are rounding
		out.components = append(out.components, posterior)
	}
	all := logSumExp(logs)
	for k, l := range logs {
		out.weights[k] = math.Exp(l - all)
	}
	return out, nil
}

// Denoiser returns the best denoiser, E[v | z]: the mean of the components' own (see
// [GaussianProcess.Denoiser]), weighted by the probability that z comes from each.
func (m *Mixture) Denoiser() vdm.Denoiser {
	return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		refuseMap(at)
		dims, n := z.Shape().Dimensions, len(m.components[0].Mean)
		flat := g.Reshape(z, dims[0], n)
		alpha, sigma := at.AlphaSigma(flat)
		constant := func(x []float64) *g.Node { return g.Reshape(g.Const(z.Graph(), float32s(x)), 1, n) }
		var estimates, logs []*g.Node
		for k, c := range m.components {
			var rows [][]float32
			for _, row := range rowsOf(c.vectors) {
				rows = append(rows, float32s(row))
			}
			vectors := g.Const(z.Graph(), rows)
			mean, variance := constant(c.Mean), constant(c.variance)
			y := g.Einsum("bi,ik->bk", g.Sub(flat, g.Mul(alpha, mean)), vectors)
			total := g.Add(g.Mul(g.Square(alpha), variance), g.Square(sigma))
			log := g.ReduceAndKeep(g.Add(g.Log(total), g.Div(g.Square(y), total)), g.ReduceSum, 1)
			logs = append(logs, g.AddScalar(g.MulScalar(log, -0.5), math.Log(m.weights[k])))
			y = g.Mul(y, g.Div(g.Mul(g.Mul(alpha, sigma), g.OneMinus(variance)), total))
			estimates = append(estimates, g.Sub(g.Einsum("bk,ik->bi", y, vectors), g.Mul(sigma, mean)))
		}
		largest := logs[0]
		for _, l := range logs[1:] {
			largest = g.Max(largest, l)
		}
		largest = g.StopGradient(largest)
		var v, sum *g.Node
		for k, l := range logs {
			share := g.Exp(g.Sub(l, largest))
			if k == 0 {
				v, sum = g.Mul(share, estimates[k]), share
				continue
			}
			v, sum = g.Add(v, g.Mul(share, estimates[k])), g.Add(sum, share)
		}
		return vdm.Prediction{Z: z, At: at, V: g.Reshape(g.Div(v, sum), dims...)}
	}
}
