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
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *QuantileScore) AddCase(k *Case) error {
	perLead, err := s.take(k)
	if err != nil {
		return err
	}
	m, cells := len(k.Members), k.cells()
	var places []place
	for _, level := range s.levels {
		places = append(places, placeOf(level, m))
	}
	for lead, sums := range s.sums {
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			cell, y := cells[c*m:(c+1)*m], float64(k.Truth[c])
			if cell[0] != cell[0] {
				s.Missing++
				continue
			}
			s.n[lead]++
			for i, level := range s.levels {
				if q := places[i].value(cell); y < q {
					sums[i] += (1 - level) * (q - y)
				} else {
					sums[i] += level * (y - q)
				}
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

// place is where among ordered values a quantile lies: between two of them.
type place struct {
	low, high int
	part      float64 // of the way from one to the other
}

// placeOf returns the place of the quantile at a level among n values, as numpy
// interpolates it.
func placeOf(level float64, n int) place {
	at := level * float64(n-1)
	low := int(math.Floor(at))
	return place{low, min(low+1, n-1), at - float64(low)}
}

func (p place) value(ordered []float32) float64 {
	low := float64(ordered[p.low])
	return low + p.part*(float64(ordered[p.high])-low)
}
