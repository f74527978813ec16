package verify

import (
	"fmt"
)

// IntervalScore is the score of a central interval that an ensemble forecasts, averaged
// over cells: a narrow interval is good, and a truth outside costs. 0 is perfect, and
// the units are those of the data. With l and u the quantiles of the members at α/2 and
// 1 − α/2, interpolated linearly between order statistics, and the truth y,
//
//	(u − l) + 2/α max(l − y, 0) + 2/α max(y − u, 0)
//
// (Gneiting and Raftery 2007, JASA 102, 359, equation 43). Coverage is the share of
// cells whose truth lies in the interval, ends included, and is 1 − α where truth and
// members are exchangeable and many; with m members it is at most (m − 1)/(m + 1). A
// cell where the truth or a member is missing is skipped and counted. Make it with
// [NewIntervalScore].
type IntervalScore struct {
	Missing int64 // number of cells skipped

	ensemble
	alpha float64
	sums  []intervalSums // for each lead time
}

type intervalSums struct {
	n, inside    int64
	score, width float64
}

func (a *intervalSums) merge(b intervalSums) {
	a.n += b.n
	a.inside += b.inside
	a.score += b.score
	a.width += b.width
}

// IntervalScoreAt is the result at one lead time, or over all; NaN where no cell was
// scored.
type IntervalScoreAt struct {
	Score    float64
	Width    float64 // mean u − l
	Coverage float64
	Cells    int64
}

// IntervalScoreValue is the result of IntervalScore, over all lead times and at each.
type IntervalScoreValue struct {
	IntervalScoreAt
	ByLead []IntervalScoreAt
}

// NewIntervalScore returns an empty score for forecasts of leads frames, of the central
// interval that should contain the truth with a probability such as 0.9.
func NewIntervalScore(leads int, probability float64) (*IntervalScore, error) {
	e, err := newEnsemble("interval score", leads)
	if err != nil {
		return nil, err
	}
	if !(probability > 0 && probability < 1) {
		return nil, fmt.Errorf("interval score: a probability of %v; want one between 0 and 1", probability)
	}
	return &IntervalScore{ensemble: e, alpha: 1 - probability, sums: make([]intervalSums, leads)}, nil
}

// Add adds one forecast: the members, and the truth, each a clip of leads frames
// (the forecast ones only) of any height and width. Every forecast must have the same
// number of members.
func (s *IntervalScore) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *IntervalScore) AddCase(k *Case) error {
	perLead, err := s.take(k)
	if err != nil {
		return err
	}
	m, cells := len(k.Members), k.cells()
	from, to := placeOf(s.alpha/2, m), placeOf(1-s.alpha/2, m)
	for lead := range s.sums {
		sums := &s.sums[lead]
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			cell, y := cells[c*m:(c+1)*m], float64(k.Truth[c])
			if cell[0] != cell[0] {
				s.Missing++
				continue
			}
			low, high := from.value(cell), to.value(cell)
			sums.n++
			sums.width += high - low
			switch {
			case y < low:
				sums.score += high - low + 2/s.alpha*(low-y)
			case y > high:
				sums.score += high - low + 2/s.alpha*(y-high)
			default:
				sums.score += high - low
				sums.inside++
			}
		}
	}
	return nil
}

// Merge adds o, which must have the same probability, lead times and members.
func (s *IntervalScore) Merge(o *IntervalScore) error {
	if s.alpha != o.alpha {
		return fmt.Errorf("interval score: merging a probability of %v with %v; want equal ones", 1-s.alpha, 1-o.alpha)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for l := range s.sums {
		s.sums[l].merge(o.sums[l])
	}
	return nil
}

// Value returns the scores. Over all lead times every cell has the same weight.
func (s *IntervalScore) Value() IntervalScoreValue {
	var v IntervalScoreValue
	var all intervalSums
	for _, sums := range s.sums {
		v.ByLead = append(v.ByLead, sums.finish())
		all.merge(sums)
	}
	v.IntervalScoreAt = all.finish()
	return v
}

func (a intervalSums) finish() IntervalScoreAt {
	n := float64(a.n)
	return IntervalScoreAt{Score: a.score / n, Width: a.width / n, Coverage: ratio(a.inside, a.n), Cells: a.n}
}
