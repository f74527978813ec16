package exact

import (
	"fmt"
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"
	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// redundant is the share of the largest variance of A·x + noise below which an observed
// value adds nothing to the values before it and is left out. An exact value that
// repeats others has the variance 0 there. Below it the rounding of Y to float32 (6e-8)
// would be more than a tenth of the information.
const redundant = 1e-12

// Given returns the distribution of x ~ g given an observation of one sample,
//
//	μ + C·Aᵀ·S⁻¹·(y − A·μ),  C − C·Aᵀ·S⁻¹·A·C,  S = A·C·Aᵀ + R
//
// of clips of the given shape (frames, rows, columns, channels). Measurements without
// noise are conditioned upon exactly. An observation that [vdm.Observation.Validate]
// refuses is an error.
func (g Gaussian) Given(shape [4]int, o vdm.Observation) (Gaussian, error) {
	seen, err := observe(g, shape, o)
	if err != nil {
		return Gaussian{}, err
	}
	posterior, _, err := seen.condition(g, informative(seen.s))
	return posterior, err
}

// observed is an observation of x with a normal distribution.
type observed struct {
	off  []float64     // y − A·μ
	gain *mat.Dense    // A·C
	s    *mat.SymDense // A·C·Aᵀ + R
}

func observe(g Gaussian, shape [4]int, o vdm.Observation) (observed, error) {
	if err := o.Validate(shape, 1); err != nil {
		return observed{}, fmt.Errorf("exact conditional law: %w", err)
	}
	n := len(g.Mean)
	y, variance := seenValues(o)
	m := len(y)
	out := observed{off: make([]float64, m), gain: mat.NewDense(m, n, nil), s: mat.NewSymDense(m, nil)}
	for i, v := range seenApply(o, shape, g.Mean) {
		out.off[i] = y[i] - v
	}
	row := make([]float64, n)
	for j := range n {
		for i := range n {
			row[i] = g.Cov.At(i, j)
		}
		out.gain.SetCol(j, seenApply(o, shape, row))
	}
	for i := range m {
		copy(row, out.gain.RawRowView(i))
		for j, v := range seenApply(o, shape, row)[i:] {
			out.s.SetSym(i, i+j, v)
		}
		out.s.SetSym(i, i, out.s.At(i, i)+variance[i])
	}
	return out, nil
}

// seenValues returns the values that were observed, and the variances of their noise.
func seenValues(o vdm.Observation) (y, variance []float64) {
	for _, m := range o {
		for j, v := range m.Y {
			if math.IsNaN(float64(v)) {
				continue
			}
			std := m.Std
			if m.StdOf != nil {
				std = float64(m.StdOf[j])
			}
			y, variance = append(y, float64(v)), append(variance, std*std)
		}
	}
	return y, variance
}

// seenApply returns A·x where something was observed.
func seenApply(o vdm.Observation, shape [4]int, x []float64) []float64 {
	var out []float64
	for _, m := range o {
		ax, err := m.Of.Apply(x, shape)
		if err != nil {
			panic(err) // the observation was validated
		}
		for j, v := range m.Y {
			if !math.IsNaN(float64(v)) {
				out = append(out, ax[j])
			}
		}
	}
	return out
}

// informative returns the indices of the values that are not redundant, the most
// informative first.
func informative(s *mat.SymDense) []int {
	largest := 0.0
	for i := range s.SymmetricDim() {
		largest = max(largest, s.At(i, i))
	}
	var chol mat.PivotedCholesky
	chol.Factorize(s, redundant*largest)
	return chol.ColumnPivots(nil)[:chol.Rank()]
}

// condition returns the distribution given some of the values, and the logarithm of
// their density.
func (o observed) condition(g Gaussian, values []int) (posterior Gaussian, evidence float64, err error) {
	m, n := len(values), len(g.Mean)
	if m == 0 {
		return g, 0, nil
	}
	s := mat.NewSymDense(m, nil)
	w, off := mat.NewDense(m, n, nil), mat.NewDense(m, 1, nil)
	for i, a := range values {
		for j, b := range values[:i+1] {
			s.SetSym(i, j, o.s.At(a, b))
		}
		w.SetRow(i, o.gain.RawRowView(a))
		off.Set(i, 0, o.off[a])
	}
	var chol mat.Cholesky
	if !chol.Factorize(s) {
		return g, 0, fmt.Errorf("exact conditional law: %d observed values have a covariance that is singular to rounding; give them noise", m)
	}
	var lower mat.TriDense
	chol.LTo(&lower)
	for _, b := range []*mat.Dense{w, off} {
		blas64.Trsm(blas.Left, blas.NoTrans, 1, lower.RawTriangular(), b.RawMatrix())
	}
	var shift mat.Dense
	shift.Mul(w.T(), off)
	posterior = Gaussian{Mean: make([]float64, n), Cov: mat.NewSymDense(n, nil)}
	for i := range posterior.Mean {
		posterior.Mean[i] = g.Mean[i] + shift.At(i, 0)
	}
	posterior.Cov.SymRankK(g.Cov, -1, w.T())
	square := mat.Norm(off, 2)
	return posterior, normalLogDensity(m, chol.LogDet(), square*square), nil
}
