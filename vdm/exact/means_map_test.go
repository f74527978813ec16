package exact

import (
	"fmt"
	"math"
	"testing"

	"gonum.org/v1/gonum/mat"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// MeansMap conditions on means that were observed with errors, by a second noise level:
// the means of disjoint groups of n values each, such as blocks of cells or of frames,
// with the standard deviation Std of the error. Together with z at λ they are one
// Gaussian observation of x, of precision e^λ in every direction whose mean over the
// group is 0, and of
//
//	λ_m = log(e^λ + 1/(n·Std²))
//
// in the constant one. It is the second map of a network whose channels have an affine
// transform; with a square root or a logarithm a mean of rain is no mean of values.
type MeansMap struct {
	Of  vdm.Operator // the operator of the means, with AAᵀ = I/n
	Y   []float64    // the observed means
	Std float64      // standard deviation of their errors, above 0
}

// Pivot returns z* = (z − z̄) + α(λ_m)·m̄ and λ_m, where z̄ is the mean of z over the group
// and m̄ = (e^λ·z̄/α + y/(n·Std²))·e^(−λ_m).
func (m MeansMap) Pivot(z []float64, shape [4]int, logSNR float64) (pivot []float64, meansLevel float64, err error) {
	spread, n, err := m.groups(z, shape)
	if err != nil {
		return nil, 0, err
	}
	means, err := m.Of.Apply(z, shape)
	if err != nil {
		return nil, 0, err
	}
	if len(means) != len(m.Y) || !(m.Std > 0) {
		return nil, 0, fmt.Errorf("means with errors: %d observed of %d, with standard deviation %v; want as many, and above 0", len(m.Y), len(means), m.Std)
	}
	given := 1 / (n * m.Std * m.Std)
	meansLevel = math.Log(math.Exp(logSNR) + given)
	combined := make([]float64, len(means))
	for i, mean := range means {
		combined[i] = vdm.Alpha(meansLevel)*(math.Exp(logSNR)*mean/vdm.Alpha(logSNR)+m.Y[i]*given)*math.Exp(-meansLevel) - mean
	}
	pivot = append([]float64(nil), z...)
	for i, d := range spread(combined) {
		pivot[i] += d
	}
	return pivot, meansLevel, nil
}

// Denoise returns E[x | z*] for x with a normal distribution, from a pivot at λ and λ_m.
func (m MeansMap) Denoise(g Gaussian, pivot []float64, shape [4]int, logSNR, meansLevel float64) ([]float64, error) {
	spread, _, err := m.groups(pivot, shape)
	if err != nil {
		return nil, err
	}
	means, err := m.Of.Apply(pivot, shape)
	if err != nil {
		return nil, err
	}
	// The observation itself, (z* − z̄*)/α + z̄*/α(λ_m), has the error covariance
	// e^(−λ)·I + (e^(−λ_m) − e^(−λ))·Π, Π the projection on clips that are constant in
	// each group.
	alpha, alphaMeans := vdm.Alpha(logSNR), vdm.Alpha(meansLevel)
	off, constant := mat.NewVecDense(len(pivot), nil), spread(means)
	for i, v := range pivot {
		off.SetVec(i, (v-constant[i])/alpha+constant[i]/alphaMeans-g.Mean[i])
	}
	s := mat.NewSymDense(len(pivot), nil)
	s.CopySym(g.Cov)
	unit := make([]float64, len(pivot))
	for i := range pivot {
		unit[i] = 1
		mean, err := m.Of.Apply(unit, shape)
		if err != nil {
			return nil, err
		}
		for j, p := range spread(mean)[:i+1] {
			s.SetSym(i, j, s.At(i, j)+(math.Exp(-meansLevel)-math.Exp(-logSNR))*p)
		}
		s.SetSym(i, i, s.At(i, i)+math.Exp(-logSNR))
		unit[i] = 0
	}
	u, err := solve(s, off)
	if err != nil {
		return nil, fmt.Errorf("denoising with means: %w", err)
	}
	return g.shifted(u), nil
}

// groups returns the map that gives each value its group's number, and the size n of a
// group. It refuses an operator other than means over disjoint groups of one size.
func (m MeansMap) groups(z []float64, shape [4]int) (spread func(means []float64) []float64, n float64, err error) {
	of := make([]int, len(z))
	unit := make([]float64, len(z))
	for i := range z {
		unit[i] = 1
		mean, err := m.Of.Apply(unit, shape)
		if err != nil {
			return nil, 0, err
		}
		unit[i], of[i] = 0, -1
		for j, v := range mean {
			switch {
			case v == 0:
			case of[i] >= 0 || n != 0 && math.Abs(1/v-n) > 1e-9:
				return nil, 0, fmt.Errorf("means with errors: value %d has a weight of %v in mean %d; want means of disjoint groups of one size", i, v, j)
			default:
				of[i], n = j, 1/v
			}
		}
		if of[i] < 0 {
			return nil, 0, fmt.Errorf("means with errors: value %d is in no mean", i)
		}
	}
	return func(means []float64) []float64 {
		x := make([]float64, len(of))
		for i, j := range of {
			x[i] = means[j]
		}
		return x
	}, n, nil
}

// Means of blocks and of frames, by the second level.
func TestMapOfMeansIsExact(t *testing.T) {
	p, err := NewGaussianProcess(nil, Exponential(6, 4, 1), Exponential(4, 3, 1), Exponential(4, 3, 1))
	if err != nil {
		t.Fatal(err)
	}
	law, shape := p.Distribution(), p.Shape()
	plan, err := vdm.NewPlan(vdm.DefaultSampler, vdm.DefaultGrid, vdm.Cosine{}, vdm.DefaultEvaluations)
	if err != nil {
		t.Fatal(err)
	}
	blocks, err := vdm.BlockMeans(4, 4, 2)
	if err != nil {
		t.Fatal(err)
	}
	days, err := vdm.TimeMeans(6, 3)
	if err != nil {
		t.Fatal(err)
	}
	truth := make([]float64, len(law.Mean))
	for i, v := range p.Draw(5, 0) {
		truth[i] = float64(v)
	}
	for name, of := range map[string]vdm.Operator{"block means": blocks, "time means": days} {
		t.Run(name, func(t *testing.T) {
			y, err := of.Apply(truth, shape)
			if err != nil {
				t.Fatal(err)
			}
			m := MeansMap{Of: of, Y: y, Std: 0.1}
			want, err := law.Given(shape, vdm.Observation{{Of: of, Y: float32s(y), Std: 0.1}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := DistributionOnHost(plan, len(truth), func(z []float64, logSNR float64) ([]float64, error) {
				pivot, level, err := m.Pivot(z, shape, logSNR)
				if err != nil {
					return nil, err
				}
				return m.Denoise(law, pivot, shape, logSNR, level)
			})
			if err != nil {
				t.Fatal(err)
			}
			checkLaw(t, got, want)
		})
	}
}

// An operator that is not of disjoint groups is refused, as is an error of 0.
func TestMapOfMeansRefuses(t *testing.T) {
	overlap := vdm.Operator{Columns: [][]float64{{0.5, 0.5, 0}, {0, 0.5, 0.5}}}
	for name, m := range map[string]MeansMap{
		"groups that overlap": {Of: overlap, Y: []float64{0, 0}, Std: 1},
		"without an error":    {Of: vdm.Operator{Columns: [][]float64{{1. / 3, 1. / 3, 1. / 3}}}, Y: []float64{0}},
	} {
		if _, _, err := m.Pivot([]float64{1, 2, 3}, [4]int{1, 1, 3, 1}, 0); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
