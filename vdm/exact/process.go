package exact

import (
	"fmt"
	"math"

	g "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/noise"
)

// GaussianProcess is a distribution of clips x ~ N(mean, K_t ⊗ K_y ⊗ K_x) of one
// channel. All is computed in the eigenvectors of the three factors, so that 10×64×64
// cells cost no more than the factors do; only results of type [Gaussian] are dense.
type GaussianProcess struct {
	shape    [4]int
	mean     []float64
	factors  vdm.Operator // the factors of the covariance
	turn     vdm.Operator // columns are eigenvectors: from modes to cells
	back     vdm.Operator // the transpose of turn
	variance []float64    // variances of the modes: products of the factors' eigenvalues
	centre   []float64    // means of the modes
}

// NewGaussianProcess returns the process with the mean of every cell (nil means 0) and
// the three factors of the covariance. Eigenvalues below 0 by rounding become 0; a
// factor with other negative eigenvalues is an error.
func NewGaussianProcess(mean []float64, frames, rows, columns *mat.SymDense) (*GaussianProcess, error) {
	p := &GaussianProcess{shape: [4]int{3: 1}, variance: []float64{1}}
	var turn, back, factor [3][][]float64
	for axis, k := range [3]*mat.SymDense{frames, rows, columns} {
		name := [3]string{"frames", "rows", "columns"}[axis]
		if k == nil || k.IsEmpty() {
			return nil, fmt.Errorf("Gaussian process: no covariance of %s", name)
		}
		n := k.SymmetricDim()
		p.shape[axis] = n
		factor[axis] = rowsOf(k)
		for i, row := range factor[axis] {
			for j, v := range row {
				if math.IsNaN(v) || math.IsInf(v, 0) {
					return nil, fmt.Errorf("Gaussian process: covariance of %s holds %v at (%d, %d)", name, v, i, j)
				}
			}
		}
		values, vectors := eigen(k)
		largest := values[n-1]
		if values[0] < -1e-12*math.Abs(largest) {
			return nil, fmt.Errorf("Gaussian process: covariance of %s has the eigenvalue %.3g: want none below 0", name, values[0])
		}
		turn[axis], back[axis] = rowsOf(vectors), rowsOf(vectors.T())
		var product []float64
		for _, v := range p.variance {
			for _, c := range values {
				product = append(product, v*max(0, c))
			}
		}
		p.variance = product
	}
	cells := len(p.variance)
	if mean == nil {
		mean = make([]float64, cells)
	}
	if len(mean) != cells {
		return nil, fmt.Errorf("Gaussian process: mean of %d cells, the covariance has %d × %d × %d", len(mean), p.shape[0], p.shape[1], p.shape[2])
	}
	p.mean = append([]float64(nil), mean...)
	p.factors = operator(factor)
	p.turn, p.back = operator(turn), operator(back)
	p.centre = p.toModes(p.mean)
	return p, nil
}

func operator(m [3][][]float64) vdm.Operator {
	return vdm.Operator{Frames: m[0], Rows: m[1], Columns: m[2]}
}

func rowsOf(m mat.Matrix) [][]float64 {
	n, _ := m.Dims()
	rows := make([][]float64, n)
	for i := range rows {
		rows[i] = mat.Row(nil, i, m)
	}
	return rows
}

// apply returns an operator applied to a clip; the clip has the process's shape.
func (p *GaussianProcess) apply(a vdm.Operator, x []float64) []float64 {
	y, err := a.Apply(x, p.shape)
	if err != nil {
		panic(fmt.Sprintf("exact: %v", err))
	}
	return y
}

func (p *GaussianProcess) toModes(x []float64) []float64   { return p.apply(p.back, x) }
func (p *GaussianProcess) fromModes(k []float64) []float64 { return p.apply(p.turn, k) }

// Shape returns frames, rows, columns and the one channel of a clip.
func (p *GaussianProcess) Shape() [4]int { return p.shape }

// Draw returns clip i of a seed, the same in whichever order clips are drawn.
func (p *GaussianProcess) Draw(seed uint64, i int) []float32 {
	n := make([]float32, len(p.mean))
	noise.Key{Seed: seed, Stream: noise.Synthetic, Sample: uint32(i)}.Normal(n)
	modes := make([]float64, len(n))
	for k, c := range p.variance {
		modes[k] = math.Sqrt(c) * float64(n[k])
	}
	for j, x := range p.fromModes(modes) {
		n[j] = float32(p.mean[j] + x)
	}
	return n
}

// Covariance returns K_t ⊗ K_y ⊗ K_x as a dense matrix.
func (p *GaussianProcess) Covariance() *mat.SymDense {
	n := len(p.mean)
	cov := mat.NewSymDense(n, nil)
	_, h, w := p.shape[0], p.shape[1], p.shape[2]
	for i := range n {
		for j := range i + 1 {
			k := p.factors.Frames[i/(h*w)][j/(h*w)] * p.factors.Rows[i/w%h][j/w%h] * p.factors.Columns[i%w][j%w]
			cov.SetSym(i, j, k)
		}
	}
	return cov
}

// Distribution returns the distribution of the clips with its dense covariance.
func (p *GaussianProcess) Distribution() Gaussian {
	return Gaussian{Mean: append([]float64(nil), p.mean...), Cov: p.Covariance()}
}

// LogDensity returns log q(z) in nats of z = α·x + σ·ε; logSNR = +Inf gives log p(x),
// which is ±Inf or NaN where the covariance is singular.
func (p *GaussianProcess) LogDensity(z []float64, logSNR float64) float64 {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	logDet, square := 0.0, 0.0
	for k, y := range p.toModes(z) {
		variance := alpha*alpha*p.variance[k] + sigma*sigma
		y -= alpha * p.centre[k]
		logDet += math.Log(variance)
		square += y * y / variance
	}
	return normalLogDensity(len(z), logDet, square)
}

// Given returns the distribution of the clips given an observation of one sample: dense,
// of the order of n³ operations for n cells (2560 cells take some seconds). See
// [Gaussian.Given].
func (p *GaussianProcess) Given(o vdm.Observation) (Gaussian, error) {
	return p.Distribution().Given(p.shape, o)
}

// Denoiser returns the best denoiser, E[v | z], for batches of clips of the process's
// shape. With the variances c of the modes and y = z − αμ in their coordinates E[x|z] =
// μ + αc/(α²c + σ²)·y and E[ε|z] = σ/(α²c + σ²)·y, so that
//
//	v̂ = ασ(1 − c)/(α²c + σ²)·y − σμ
//
// in which nothing cancels at either end of the schedule.
func (p *GaussianProcess) Denoiser() vdm.Denoiser {
	return func(z *g.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		refuseMap(at)
		alpha, sigma := at.AlphaSigma(z)
		constant := func(x []float64) *g.Node {
			return g.Reshape(g.Const(z.Graph(), float32s(x)), 1, p.shape[0], p.shape[1], p.shape[2], 1)
		}
		c, mean := constant(p.variance), constant(p.mean)
		y := p.back.Graph(g.Sub(z, g.Mul(alpha, mean)))
		total := g.Add(g.Mul(g.Square(alpha), c), g.Square(sigma))
		y = g.Mul(y, g.Div(g.Mul(g.Mul(alpha, sigma), g.OneMinus(c)), total))
		v := g.Sub(p.turn.Graph(y), g.Mul(sigma, mean))
		return vdm.Prediction{Z: z, At: at, V: v}
	}
}

// refuseMap panics where a denoiser in closed form receives a map of noise levels, for
// which its modes are not independent: see [Gaussian.DenoiseMap].
func refuseMap(at vdm.Level) {
	if at.Map != nil {
		panic("exact: this denoiser takes one noise level a clip and no map; DenoiseMap on the host takes one")
	}
}

func float32s(x []float64) []float32 {
	y := make([]float32, len(x))
	for i, v := range x {
		y[i] = float32(v)
	}
	return y
}
