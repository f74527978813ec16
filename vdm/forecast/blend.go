package forecast

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Blend returns the members of the first ensemble, moved towards the second by lead: clips
// [frame, cell] in one unit, with weights[f] the weight of the first
// in frame f, 1 for it alone and 0 for the second alone. Use it to let a nowcast pass into
// a numerical forecast.
//
// Members are paired by their rank in the mean over the frames, so that a wet one is
// blended with a wet one and the spread of both is kept; the second ensemble may be
// smaller or larger. A weighted mean of two fields that put the rain at different places
// is too smooth and rains too weakly on too many cells. So the mean gives the place only:
// its cells take, in the order of rank, the mean of the two fields' quantiles (probability
// matching, Ebert 2001, Mon. Weather Rev. 129, of quantiles averaged as by Vincent 1912).
// Where a cell is missing in one field the other gives its value.
//
// Blending by weights of skill is from Bowler, Pierce and Seed (2006, Q. J. R. Meteorol.
// Soc. 132, doi:10.1256/qj.04.100), who weight every scale by itself; here all scales have
// one weight.
func Blend(first, second [][]float32, weights []float64) ([][]float32, error) {
	if len(first) == 0 || len(second) == 0 || len(weights) == 0 || len(first[0])%len(weights) != 0 {
		return nil, fmt.Errorf("blend: ensembles of %d and %d members and %d weights: want members, and a weight for each of their frames", len(first), len(second), len(weights))
	}
	for f, w := range weights {
		if !(w >= 0 && w <= 1) {
			return nil, fmt.Errorf("blend: the weight of frame %d is %v, want 0 to 1", f, w)
		}
	}
	for i, m := range slices.Concat(first, second) {
		if len(m) != len(first[0]) {
			return nil, fmt.Errorf("blend: member %d of both has %d values, the first has %d: want one grid and the same frames", i, len(m), len(first[0]))
		}
	}
	a, b := byMean(first), byMean(second)
	partner := make([]int, len(first))
	for rank, i := range a {
		partner[i] = b[(2*rank+1)*len(second)/(2*len(first))]
	}
	cells := len(first[0]) / len(weights)
	work := blending{value: make([]float64, cells), out: make([]float64, cells), allowed: slices.Repeat([]bool{true}, cells)}
	out := make([][]float32, len(first))
	for i, m := range first {
		out[i] = make([]float32, len(m))
		for f, w := range weights {
			work.frame(out[i][f*cells:(f+1)*cells], m[f*cells:(f+1)*cells], second[partner[i]][f*cells:(f+1)*cells], w)
		}
	}
	return out, nil
}

// byMean returns the numbers of members in the order of their means over present cells.
func byMean(members [][]float32) []int {
	means, order := make([]float64, len(members)), make([]int, len(members))
	for i, m := range members {
		n := 0.0
		for _, v := range m {
			if v == v {
				means[i] += float64(v)
				n++
			}
		}
		means[i] /= max(n, 1)
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(means[i], means[j]) })
	return order
}

// blending is work space.
type blending struct {
	value, out, a, b []float64
	allowed          []bool
	both             []int
	ranks            ranking
}

// frame writes the blend of two fields to dst.
func (x *blending) frame(dst, first, second []float32, w float64) {
	switch w {
	case 1:
		second = first
	case 0:
		first = second
	}
	x.both, x.a, x.b = x.both[:0], x.a[:0], x.b[:0]
	for i, v := range first {
		u := second[i]
		if v != v {
			dst[i] = u
			continue
		}
		dst[i] = v
		if u == u {
			x.both, x.a, x.b = append(x.both, i), append(x.a, float64(v)), append(x.b, float64(u))
			x.value[i] = w*float64(v) + (1-w)*float64(u)
		}
	}
	if w == 0 || w == 1 {
		return
	}
	slices.Sort(x.a)
	slices.Sort(x.b)
	for k := range x.a {
		x.a[k] = w*x.a[k] + (1-w)*x.b[k]
	}
	x.ranks.match(x.out, x.both, x.a, x.value, x.allowed)
	for _, i := range x.both {
		dst[i] = float32(x.out[i])
	}
}

// RampWeights returns weights for [Blend] that fall linearly with the lead: 1 up to lead
// whole and 0 from lead none on, all in one unit.
func RampWeights(leads []float64, whole, none float64) ([]float64, error) {
	if !(whole >= 0 && none > whole) || math.IsInf(none, 0) {
		return nil, fmt.Errorf("blend: weights of 1 up to a lead of %g and 0 from %g: want the second after the first", whole, none)
	}
	out := make([]float64, len(leads))
	for i, lead := range leads {
		const rounding = 1e9 // of times in hours, without which the last weight is 1e-10 and not 0
		out[i] = math.Round(min(max((none-lead)/(none-whole), 0), 1)*rounding) / rounding
	}
	return out, nil
}

// SkillWeights returns weights for [Blend] by the root mean square errors of the two
// forecasts at each lead: those with which the mean of two forecasts with independent
// errors errs least, e₂²/(e₁² + e₂²) (Bates and Granger 1969, Oper. Res. Q. 20, 451).
func SkillWeights(first, second []float64) ([]float64, error) {
	if len(first) != len(second) || len(first) == 0 {
		return nil, fmt.Errorf("blend: errors at %d and %d leads: want the same, and at least one", len(first), len(second))
	}
	out := make([]float64, len(first))
	for i := range out {
		a, b := first[i]*first[i], second[i]*second[i]
		if out[i] = b / (a + b); !(out[i] >= 0 && out[i] <= 1) {
			return nil, fmt.Errorf("blend: errors of %g and %g at lead %d: want numbers above 0", first[i], second[i], i+1)
		}
	}
	return out, nil
}
