package dissertation

import (
	"context"
	"fmt"
	"math"

	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/backend"
	"github.com/climate-vdm/climate-vdm/vdm/exact"
)

// PartiallyObserved is Gaussian data of which some cells are known. The right distribution of the
// others follows by algebra, and so does the distribution that a sampler gives them, as
// every step is linear.
type PartiallyObserved struct {
	Gaussian
	Known  []bool
	Values []float64 // values of the known cells; the others are not used
}

// ExponentialCovariance returns a series of cells with mean 0, variance 1 and the correlation
// rho^|i−j|: each depends on the past through the cell before it alone.
func ExponentialCovariance(cells int, rho float64) Gaussian {
	cov := mat.NewSymDense(cells, nil)
	for i := range cells {
		for j := i; j < cells; j++ {
			cov.SetSym(i, j, math.Pow(rho, float64(j-i)))
		}
	}
	return Gaussian{Mean: make([]float64, cells), Cov: cov}
}

// split lists the known cells and the others.
func (p PartiallyObserved) split() (known, unknown []int) {
	if len(p.Known) != len(p.Mean) || len(p.Values) != len(p.Mean) {
		panic(fmt.Sprintf("partly known data: %d marks and %d values for %d cells", len(p.Known), len(p.Values), len(p.Mean)))
	}
	for i, k := range p.Known {
		if k {
			known = append(known, i)
		} else {
			unknown = append(unknown, i)
		}
	}
	return known, unknown
}

// part returns the rows and columns of a matrix that are listed.
func part(m mat.Matrix, rows, columns []int) *mat.Dense {
	out := mat.NewDense(len(rows), len(columns), nil)
	for i, r := range rows {
		for j, c := range columns {
			out.Set(i, j, m.At(r, c))
		}
	}
	return out
}

// pick returns the entries of a vector that are listed.
func pick(x []float64, at []int) []float64 {
	out := make([]float64, len(at))
	for i, j := range at {
		out[i] = x[j]
	}
	return out
}

// Of returns the distribution of the listed cells.
func (g Gaussian) Of(cells ...int) Gaussian {
	return Gaussian{Mean: pick(g.Mean, cells), Cov: symmetric(part(g.Cov, cells, cells))}
}

// symmetric returns the symmetric part of a matrix that is symmetric but for rounding.
func symmetric(m mat.Matrix) *mat.SymDense {
	n, _ := m.Dims()
	s := mat.NewSymDense(n, nil)
	for i := range n {
		for j := i; j < n; j++ {
			s.SetSym(i, j, (m.At(i, j)+m.At(j, i))/2)
		}
	}
	return s
}

// Given returns the distribution of the unknown cells given the known ones: the truth.
func (p PartiallyObserved) Given() Gaussian {
	known, unknown := p.split()
	var gain mat.Dense // Cov_ba·Cov_aa⁻¹, transposed
	if err := gain.Solve(part(p.Cov, known, known), part(p.Cov, known, unknown)); err != nil {
		panic(err)
	}
	off := pick(p.Values, known)
	for i, k := range known {
		off[i] -= p.Mean[k]
	}
	var shift mat.VecDense
	shift.MulVec(gain.T(), mat.NewVecDense(len(off), off))
	mean := pick(p.Mean, unknown)
	for i := range mean {
		mean[i] += shift.AtVec(i)
	}
	var explained, rest mat.Dense
	explained.Mul(gain.T(), part(p.Cov, known, unknown))
	rest.Sub(part(p.Cov, unknown, unknown), &explained)
	return Gaussian{Mean: mean, Cov: symmetric(&rest)}
}

// Spectrum returns the eigenvalues of the covariance, smallest first.
func (g Gaussian) Spectrum() []float64 {
	var eigen mat.EigenSym
	if !eigen.Factorize(g.Cov, false) {
		panic("the eigenvalues of a covariance were not found")
	}
	return eigen.Values(nil)
}

// Posterior returns the distribution of all cells given a noisy z, by algebra: x | z ∼
// N(μ + G(z − αμ), σ²/α·G) with G = α·Cov·(α²·Cov + σ²·I)⁻¹.
func (g Gaussian) Posterior(z []float64, logSNR float64) Gaussian {
	gain, alpha, sigma := g.gain(logSNR), vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	off := mat.NewVecDense(len(z), nil)
	for i := range z {
		off.SetVec(i, z[i]-alpha*g.Mean[i])
	}
	var shift mat.VecDense
	shift.MulVec(gain, off)
	mean := make([]float64, len(z))
	for i := range mean {
		mean[i] = g.Mean[i] + shift.AtVec(i)
	}
	var cov mat.Dense
	cov.Scale(sigma*sigma/alpha, gain)
	return Gaussian{Mean: mean, Cov: symmetric(&cov)}
}

// gain returns G of the best denoiser x̂ = μ + G(z − αμ).
func (g Gaussian) gain(logSNR float64) *mat.Dense {
	alpha, sigma := vdm.Alpha(logSNR), vdm.Sigma(logSNR)
	n := len(g.Mean)
	noisy := mat.NewDense(n, n, nil)
	noisy.Scale(alpha*alpha, g.Cov)
	for i := range n {
		noisy.Set(i, i, noisy.At(i, i)+sigma*sigma)
	}
	var gain mat.Dense
	if err := gain.Solve(noisy, g.Cov); err != nil { // both symmetric, and they commute
		panic(err)
	}
	gain.Scale(alpha, &gain)
	return &gain
}

// Denoiser returns the best denoiser as a graph function, for clips of one cell a frame
// and one channel.
func (g Gaussian) Denoiser() vdm.Denoiser {
	one := mat.NewSymDense(1, []float64{1})
	process, err := exact.NewGaussianProcess(g.Mean, g.Cov, one, one)
	if err != nil {
		panic(err)
	}
	return process.Denoiser()
}

// Draw returns members of the unknown cells, drawn with the library's conditional
// sampler on the pure Go engine, which the program must link:
//
//	import _ "github.com/gomlx/compute/gobackend"
func (p PartiallyObserved) Draw(plan vdm.Plan, weight float64, count int) ([][]float64, error) {
	_, unknown := p.split()
	engine, _, err := backend.OpenNamed("go")
	if err != nil {
		return nil, err
	}
	var guidance vdm.Guidance = vdm.Replacement{}
	if weight > 0 {
		guidance = vdm.Reconstruction{Weight: weight}
	}
	s, err := vdm.SampleFrom(context.Background(), engine, p.Denoiser(), plan, [4]int{len(p.Values), 1, 1, 1}, p.observation(),
		vdm.DrawOptions{Count: count, Batch: min(count, 4000), Guidance: guidance})
	if err != nil {
		return nil, err
	}
	out := make([][]float64, count)
	for i := range out {
		for _, j := range unknown {
			out[i] = append(out[i], float64(s.At(i)[j]))
		}
	}
	return out, nil
}

// Denoised returns x̂ of one clip of one cell a frame, in float32 on the pure Go engine.
func Denoised(d vdm.Denoiser, z []float64, logSNR float64) ([]float64, error) {
	engine, _, err := backend.OpenNamed("go")
	if err != nil {
		return nil, err
	}
	exec, err := graph.NewExec(engine, func(z, logSNR *graph.Node) *graph.Node { return d(z, vdm.Level{LogSNR: logSNR}, vdm.Batch{}).X() })
	if err != nil {
		return nil, err
	}
	defer exec.Finalize()
	clip := make([]float32, len(z))
	for i, v := range z {
		clip[i] = float32(v)
	}
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(clip, 1, len(z), 1, 1, 1), []float32{float32(logSNR)})
	if err != nil {
		return nil, err
	}
	flat, err := tensors.CopyFlatData[float32](out[0])
	if err != nil {
		return nil, err
	}
	x := make([]float64, len(z))
	for i, v := range flat {
		x[i] = float64(v)
	}
	return x, nil
}

// Guided returns the denoiser guided by the library, for one clip, with the given noise
// in the forward sample of the known cells. A weight of 0 means replacement.
func (p PartiallyObserved) Guided(weight float64, noise []float64) vdm.Denoiser {
	return func(z *graph.Node, at vdm.Level, in vdm.Batch) vdm.Prediction {
		flat := make([]float32, len(noise))
		for i, n := range noise {
			flat[i] = float32(n)
		}
		fresh := graph.Reshape(graph.Const(z.Graph(), flat), z.Shape().Dimensions...)
		given, err := p.observation().Fixed(z, fresh)
		if err != nil {
			panic(err)
		}
		if weight == 0 {
			return vdm.Replacement{}.Guide(p.Denoiser(), given)(z, at, in)
		}
		return vdm.Reconstruction{Weight: weight}.Guide(p.Denoiser(), given)(z, at, in)
	}
}

// observation returns the observation of the known cells.
func (p PartiallyObserved) observation() vdm.Observation {
	y := make([]float32, len(p.Values))
	for i, v := range p.Values {
		y[i] = float32(math.NaN())
		if p.Known[i] {
			y[i] = float32(v)
		}
	}
	return vdm.Observation{{Y: y}}
}
