package vdm

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm/internal/enginetest"
)

// gaussian is data x ∼ N(mean, cov) of a few dimensions, as clips of one frame,
// one row, d columns and one channel. For such data everything is known: the
// best denoiser, its loss, and what a linear sampler makes of it.
type gaussian struct {
	mean []float64
	vals []float64   // eigenvalues of the covariance
	vecs [][]float64 // eigenvectors, vecs[cell][k]
}

// newGaussian takes eigenvalues and turns them by a rotation made of the seed,
// or by none for seed 0.
func newGaussian(seed uint64, mean, vals []float64) gaussian {
	d := len(mean)
	var q mat.Dense
	a := mat.NewDense(d, d, nil)
	r := rand.New(rand.NewPCG(seed, 1))
	for i := range d {
		for j := range d {
			switch {
			case seed != 0:
				a.Set(i, j, r.NormFloat64())
			case i == j:
				a.Set(i, j, 1)
			}
		}
	}
	var qr mat.QR
	qr.Factorize(a)
	qr.QTo(&q)
	vecs := make([][]float64, d)
	for i := range vecs {
		vecs[i] = append([]float64(nil), q.RawRowView(i)...)
	}
	return gaussian{mean, vals, vecs}
}

// correlated has four cells that depend on each other, with scales from 0.1 to 1.2.
func correlated() gaussian {
	return newGaussian(9, []float64{0.4, -0.7, 0.1, 0.9}, []float64{1.44, 0.5, 0.09, 0.01})
}

func (d gaussian) dim() int { return len(d.mean) }

// covariance of two cells of vectors whose eigenvalues are f(k).
func (d gaussian) covariance(i, j int, f func(k int) float64) float64 {
	sum := 0.0
	for k := range d.vals {
		sum += d.vecs[i][k] * d.vecs[j][k] * f(k)
	}
	return sum
}

// draw returns one x.
func (d gaussian) draw(r *rand.Rand) []float64 {
	x := append([]float64(nil), d.mean...)
	for k, c := range d.vals {
		n := math.Sqrt(c) * r.NormFloat64()
		for i := range x {
			x[i] += d.vecs[i][k] * n
		}
	}
	return x
}

// denoiser is the best one, E[v | z], as a graph function. With y = z − αμ in
// the eigenvectors' coordinates, E[x|z] = μ + αc/(α²c + σ²)·y and
// E[ε|z] = σ/(α²c + σ²)·y, so v̂ = ασ(1 − c)/(α²c + σ²)·y − σμ.
func (d gaussian) denoiser(z *g.Node, at Level, _ Batch) Prediction {
	dims := z.Shape().Dimensions
	flat := g.Reshape(z, dims[0], d.dim())
	alpha, sigma := at.AlphaSigma(flat)
	constant := func(f func(i int) float64) *g.Node {
		row := make([]float32, d.dim())
		for i := range row {
			row[i] = float32(f(i))
		}
		return g.Const(z.Graph(), [][]float32{row})
	}
	vecs := make([][]float32, d.dim())
	for i, row := range d.vecs {
		for _, x := range row {
			vecs[i] = append(vecs[i], float32(x))
		}
	}
	u := g.Const(z.Graph(), vecs)
	mean := constant(func(i int) float64 { return d.mean[i] })
	c := constant(func(k int) float64 { return d.vals[k] })
	y := g.Einsum("bi,ik->bk", g.Sub(flat, g.Mul(alpha, mean)), u)
	total := g.Add(g.Mul(g.Mul(alpha, alpha), c), g.Mul(sigma, sigma))
	y = g.Div(g.Mul(y, g.Mul(g.Mul(alpha, sigma), g.OneMinus(c))), total)
	v := g.Sub(g.Einsum("bk,ik->bi", y, u), g.Mul(sigma, mean))
	return Prediction{Z: z, At: at, V: g.Reshape(v, dims...)}
}

// estimates are the conditional means at z, on the host, by the textbook's
// formula with the matrix inverse: μ + αC(α²C + σ²I)⁻¹(z − αμ).
func (d gaussian) estimates(z []float64, logSNR float64) (x, eps, v, score []float64) {
	n := d.dim()
	alpha, sigma := Alpha(logSNR), Sigma(logSNR)
	c, total := mat.NewDense(n, n, nil), mat.NewDense(n, n, nil)
	y := mat.NewVecDense(n, nil)
	for i := range n {
		y.SetVec(i, z[i]-alpha*d.mean[i])
		for j := range n {
			cij := d.covariance(i, j, func(k int) float64 { return d.vals[k] })
			c.Set(i, j, cij)
			if i == j {
				total.Set(i, j, alpha*alpha*cij+sigma*sigma)
			} else {
				total.Set(i, j, alpha*alpha*cij)
			}
		}
	}
	var w, cw mat.VecDense
	if err := w.SolveVec(total, y); err != nil {
		panic(err)
	}
	cw.MulVec(c, &w)
	for i := range n {
		xi, ei := d.mean[i]+alpha*cw.AtVec(i), sigma*w.AtVec(i)
		x, eps = append(x, xi), append(eps, ei)
		v = append(v, alpha*ei-sigma*xi)
		score = append(score, -w.AtVec(i))
	}
	return x, eps, v, score
}

// losses returns E(v − v̂)² of each cell: v − v̂ = (x̂ − x)/σ, whose covariance has
// the eigenvalues c/(α²c + σ²).
func (d gaussian) losses(logSNR float64) []float64 {
	alpha, sigma := Alpha(logSNR), Sigma(logSNR)
	out := make([]float64, d.dim())
	for i := range out {
		out[i] = d.covariance(i, i, func(k int) float64 {
			return d.vals[k] / (alpha*alpha*d.vals[k] + sigma*sigma)
		})
	}
	return out
}

// The graph's denoiser is the textbook's, at all noise levels.
func TestGaussianDenoiser(t *testing.T) {
	d := correlated()
	r := rand.New(rand.NewPCG(1, 2))
	var z, logSNR []float32
	var want []float64
	for l := -30.0; l <= 30; l += 3 {
		x := d.draw(r)
		for i := range x {
			x[i] = Alpha(l)*x[i] + Sigma(l)*r.NormFloat64()
			x[i] = float64(float32(x[i]))
			z = append(z, float32(x[i]))
		}
		_, _, v, _ := d.estimates(x, l)
		want = append(want, v...)
		logSNR = append(logSNR, float32(l))
	}
	n := len(logSNR)
	enginetest.OnEvery(t, func(t *testing.T, be compute.Backend) {
		got := enginetest.Evaluate(t, be, func(in []*g.Node) []*g.Node {
			return []*g.Node{d.denoiser(in[0], Level{LogSNR: in[1]}, Batch{}).V}
		}, enginetest.Tensor(z, n, 1, 1, d.dim(), 1), enginetest.Tensor(logSNR, n))[0]
		for i := range got {
			// At λ ≫ 0, v̂ is a residual of z − αμ over σ.
			l := float64(logSNR[i/d.dim()])
			if e := math.Abs(float64(got[i]) - want[i]); !(e < 2e-6*(1+100*Alpha(l))) {
				t.Errorf("λ = %v: v̂ = %v, want %v (error %.1e)", l, got[i], want[i], e)
			}
		}
	})
}

func ExampleLossFactor() {
	// The weighting of the bound, with λ drawn by two schedules: what a draw
	// counts differs, what is estimated does not.
	for _, s := range []Schedule{Cosine{Min: -10, Max: 10}, LinearLogSNR{Min: -10, Max: 10}} {
		fmt.Printf("%.4f of E(v − v̂)² at λ = 1, which has the density %.4f\n", LossFactor(s, UnitWeighting{}, 1), s.Density(1))
	}
	// Output:
	// 2.5676 of E(v − v̂)² at λ = 1, which has the density 0.1424
	// 7.3106 of E(v − v̂)² at λ = 1, which has the density 0.0500
}
