package verify

import (
	"fmt"
	"math"
	"slices"
)

// QuantileScore is the score of quantiles that an ensemble forecasts, averaged over
// cells, for every level: 0 is perfect, and the units are those of the data. With q
// the quantile of the members at the level τ, interpolated linearly between order
// statistics as numpy does, and the truth y,
//
//	(1{y < q} − τ)(q − y)
//
// (Koenker and Bassett 1978, Econometrica 46, 33; the pinball loss). At τ = ½ it is
// half the absolute error of the median; its mean over all levels is half the CRPS. A
// cell where the truth or a member is missing is skipped and counted. Make it with
// [NewQuantileScore].
type QuantileScore struct {
	Missing int64 // number of cells skipped

	ensemble
	levels []float64
	n      []int64     // number of cells scored at each lead time
	sums   [][]float64 // [lead][level]
	sorted []float64
}

// QuantileScoreValue is the score at each level, over all lead times and at each; NaN
// where no cell was scored.
type QuantileScoreValue struct {
	Levels []float64
	Score  []float64
	ByLead [][]float64 // [lead][level]
}

// NewQuantileScore returns an empty score for forecasts of leads frames, at increasing
// levels between 0 and 1.
func NewQuantileScore(leads int, levels []float64) (*QuantileScore, error) {
	e, err := newEnsemble("quantile score", leads)
	if err != nil {
		return nil, err
	}
	if len(levels) == 0 {
		return nil, fmt.Errorf("quantile score: no levels; want at least one")
	}
	for i, l := range levels {
		if !(l > 0 && l < 1) || i > 0 && l <= levels[i-1] {
			return nil, fmt.Errorf("quantile score: level %d is %v; want increasing levels between 0 and 1", i, l)
		}
	}
	s := &QuantileScore{ensemble: e, levels: slices.Clone(levels), n: make([]int64, leads)}
	for range leads {
		s.sums = append(s.sums, make([]float64, len(levels)))
	}
	return s, nil
}

// Add adds one forecast: the members, and the truth, each a clip of leads frames
// (the forecast ones only) of any height and width. Every forecast must have the same
// number of members.
func (s *QuantileScore) Add(members [][]float32, truth []float32) error {
	perLead, err := s.take(members, truth)
	if err != nil {
		return err
	}
	s.sorted = slices.Grow(s.sorted[:0], len(members))[:len(members)]
	for c, y32 := range truth {
		if !sortCell(s.sorted, members, y32, c) {
			s.Missing++
			continue
		}
		y, lead := float64(y32), c/perLead
		s.n[lead]++
		for i, level := range s.levels {
			q := quantileOf(s.sorted, level)
			if y < q {
				s.sums[lead][i] += (1 - level) * (q - y)
			} else {
				s.sums[lead][i] += level * (y - q)
			}
		}
	}
	return nil
}

// Merge adds o, which must have the same levels, lead times and members.
func (s *QuantileScore) Merge(o *QuantileScore) error {
	if !slices.Equal(s.levels, o.levels) {
		return fmt.Errorf("quantile score: merging levels %v with %v; want equal ones", s.levels, o.levels)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for l := range s.sums {
		s.n[l] += o.n[l]
		for i := range s.levels {
			s.sums[l][i] += o.sums[l][i]
		}
	}
	return nil
}

// Value returns the scores. Over all lead times every cell has the same weight.
func (s *QuantileScore) Value() QuantileScoreValue {
	v := QuantileScoreValue{Levels: slices.Clone(s.levels), Score: make([]float64, len(s.levels))}
	total := int64(0)
	for l, sums := range s.sums {
		byLead := make([]float64, len(sums))
		for i, sum := range sums {
			byLead[i] = sum / float64(s.n[l])
			v.Score[i] += sum
		}
		v.ByLead = append(v.ByLead, byLead)
		total += s.n[l]
	}
	for i := range v.Score {
		v.Score[i] /= float64(total)
	}
	return v
}

// sortCell writes the members of cell c to sorted, the smallest first, and reports
// whether none of them nor the truth is missing.
func sortCell(sorted []float64, members [][]float32, truth float32, c int) bool {
	if truth != truth {
		return false
	}
	const few = 24 // from this number on the library's sort is faster
	if len(members) > few {
		for i, m := range members {
			sorted[i] = float64(m[c])
		}
		slices.Sort(sorted) // NaN first
		return sorted[0] == sorted[0]
	}
	for i, m := range members {
		x := float64(m[c])
		if x != x {
			return false
		}
		k := i
		for ; k > 0 && sorted[k-1] > x; k-- {
			sorted[k] = sorted[k-1]
		}
		sorted[k] = x
	}
	return true
}

// quantileOf returns the quantile of sorted values at a level, as numpy interpolates it.
func quantileOf(sorted []float64, level float64) float64 {
	at := level * float64(len(sorted)-1)
	low := int(math.Floor(at))
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}
