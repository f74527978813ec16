package verify

import (
	"fmt"
	"math"
)

// CRPS is the continuous ranked probability score of an ensemble, averaged over cells,
// for every lead time (frame): 0 is perfect, and the units are those of the data. With
// members x_1 … x_m and truth y,
//
//	plain: 1/m Σ|x_i − y| − 1/(2m²)     Σ_i Σ_j |x_i − x_j|
//	fair:  1/m Σ|x_i − y| − 1/(2m(m−1)) Σ_i Σ_j |x_i − x_j|
//
// Plain is the score of the empirical distribution of the members; fair expects the
// score that infinitely many members would have (Ferro 2014, QJRMS 140,
// doi:10.1002/qj.2270). With one member plain is the absolute error, as for persistence,
// and fair does not exist (NaN). A cell where the truth or a member is missing is
// skipped and counted. Make it with [NewCRPS].
type CRPS struct {
	Missing int64 // cells skipped

	ensemble
	floor float64 // smaller values count as this one
	sums  kernelSums
}

// NewCRPS returns an empty score for forecasts of leads frames.
func NewCRPS(leads int) (*CRPS, error) {
	e, err := newEnsemble("crps", leads)
	if err != nil {
		return nil, err
	}
	return &CRPS{ensemble: e, floor: math.Inf(-1), sums: newKernelSums(leads)}, nil
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames, of any height and width. Every forecast must have the same number of members.
// It takes O(m log m) for each cell.
func (s *CRPS) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *CRPS) AddCase(k *Case) error {
	perLead, err := s.take(k)
	if err != nil {
		return err
	}
	m, cells := len(k.Members), k.cells()
	for lead := range s.leads {
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			cell, came := cells[c*m:(c+1)*m], max(float64(k.Truth[c]), s.floor)
			first, last := float64(cell[0]), float64(cell[m-1])
			if first != first {
				s.Missing++
				continue
			}
			if max(first, s.floor) == came && max(last, s.floor) == came { // as in most dry cells
				s.sums.n[lead]++
				continue
			}
			// Of the m² ordered pairs, x_(i) is the larger of 2i and the smaller of
			// 2(m−1−i).
			abs, pairs := 0.0, 0.0
			for i, v := range cell {
				x := float64(v)
				if x < s.floor {
					x = s.floor // which keeps the order
				}
				abs += math.Abs(x - came)
				pairs += float64(2*i-m+1) * x
			}
			s.sums.add(lead, abs/float64(m), 2*pairs)
		}
	}
	return nil
}

// Merge adds the sums of o, which must have the same threshold, lead times and members.
func (s *CRPS) Merge(o *CRPS) error {
	if s.floor != o.floor {
		return fmt.Errorf("crps: merging values from %v on with those from %v on; want equal thresholds", s.floor, o.floor)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	s.sums.merge(&o.sums)
	return nil
}

// Value returns the scores. Over all lead times every cell has the same weight.
func (s *CRPS) Value() KernelValue {
	return s.sums.value(s.members)
}
