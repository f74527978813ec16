package verify

import (
	"fmt"
	"math"
	"slices"
)

// CRPS is the continuous ranked probability score of an ensemble, averaged over
// cells, for every lead time (frame): 0 is perfect, and the units are those of
// the data. With members x_1 … x_m and truth y,
//
//	plain: 1/m Σ|x_i − y| − 1/(2m²)     Σ_i Σ_j |x_i − x_j|
//	fair:  1/m Σ|x_i − y| − 1/(2m(m−1)) Σ_i Σ_j |x_i − x_j|
//
// Plain is that of the empirical distribution of the members; fair expects the
// score that infinitely many members would have (Ferro 2014, QJRMS 140,
// doi:10.1002/qj.2270). With one member plain is the absolute error, as for
// persistence, and fair does not exist (NaN). A cell where the truth or a
// member is missing is skipped and counted. Make it with [NewCRPS].
type CRPS struct {
	Missing int64 // cells skipped

	leads, members int // members is 0 until the first Add
	cells          []int64
	err, spread    []float64 // Σ over cells of mean |x_i − y|, and of ΣΣ|x_i − x_j|
	sorted         []float64
}

// CRPSValue holds the scores; NaN where no cell was scored.
type CRPSValue struct {
	Fair, Plain             float64   // over all cells and lead times
	FairByLead, PlainByLead []float64 // each lead time
	Cells                   []int64   // cells scored at each lead time
	Members                 int
}

// NewCRPS returns an empty score for forecasts of that many frames.
func NewCRPS(leads int) (*CRPS, error) {
	if leads < 1 {
		return nil, fmt.Errorf("crps: %d lead times; want at least 1", leads)
	}
	return &CRPS{leads: leads, cells: make([]int64, leads), err: make([]float64, leads), spread: make([]float64, leads)}, nil
}

// Add takes in one forecast: the members, and the truth, each a clip of leads
// frames (the forecast ones only) of any height and width. Every forecast must
// have the same number of members. It takes O(m log m) a cell.
func (s *CRPS) Add(members [][]float32, truth []float32) error {
	if err := sameEnsemble("crps", members, truth, s.members); err != nil {
		return err
	}
	if len(truth)%s.leads != 0 {
		return fmt.Errorf("crps: a truth of %d values; want %d whole frames", len(truth), s.leads)
	}
	s.setMembers(len(members))
	perLead := len(truth) / s.leads
	m := len(members)
	for c, y := range truth {
		for i, member := range members {
			s.sorted[i] = float64(member[c])
		}
		slices.Sort(s.sorted) // NaN first
		if y != y || s.sorted[0] != s.sorted[0] {
			s.Missing++
			continue
		}
		// Of the m² ordered pairs, x_(i) is the larger of 2i and the smaller of
		// 2(m−1−i).
		abs, pairs := 0.0, 0.0
		for i, x := range s.sorted {
			abs += math.Abs(x - float64(y))
			pairs += 2 * float64(2*i-m+1) * x
		}
		lead := c / perLead
		s.cells[lead]++
		s.err[lead] += abs / float64(m)
		s.spread[lead] += pairs
	}
	return nil
}

func (s *CRPS) setMembers(m int) {
	if s.members == 0 {
		s.members, s.sorted = m, make([]float64, m)
	}
}

// sameEnsemble refuses an empty ensemble, members of another size than the
// truth, and another number of members than want (where that is not 0).
func sameEnsemble(who string, members [][]float32, truth []float32, want int) error {
	if len(members) == 0 || want != 0 && len(members) != want {
		return fmt.Errorf("%s: %d members; want %d", who, len(members), max(want, 1))
	}
	for i, m := range members {
		if len(m) != len(truth) || len(m) == 0 {
			return fmt.Errorf("%s: member %d has %d values and the truth %d; want equal sizes", who, i, len(m), len(truth))
		}
	}
	return nil
}

// Merge takes in o, which must have the same lead times and members.
func (s *CRPS) Merge(o *CRPS) error {
	if s.leads != o.leads {
		return fmt.Errorf("crps: merging %d lead times with %d; want equal numbers", s.leads, o.leads)
	}
	if s.members != 0 && o.members != 0 && s.members != o.members {
		return fmt.Errorf("crps: merging %d members with %d; want equal numbers", s.members, o.members)
	}
	if o.members != 0 {
		s.setMembers(o.members)
	}
	s.Missing += o.Missing
	for l := range s.cells {
		s.cells[l] += o.cells[l]
		s.err[l] += o.err[l]
		s.spread[l] += o.spread[l]
	}
	return nil
}

// Value returns the scores. Over all lead times every cell has the same weight.
func (s *CRPS) Value() CRPSValue {
	v := CRPSValue{Cells: slices.Clone(s.cells), Members: s.members}
	var err, spread float64
	var cells int64
	for l := range s.cells {
		fair, plain := s.finish(s.err[l], s.spread[l], s.cells[l])
		v.FairByLead, v.PlainByLead = append(v.FairByLead, fair), append(v.PlainByLead, plain)
		err, spread, cells = err+s.err[l], spread+s.spread[l], cells+s.cells[l]
	}
	v.Fair, v.Plain = s.finish(err, spread, cells)
	return v
}

func (s *CRPS) finish(err, spread float64, cells int64) (fair, plain float64) {
	n, m := float64(cells), float64(s.members)
	plain = (err - spread/(2*m*m)) / n
	if s.members < 2 {
		return math.NaN(), plain // spread is 0
	}
	return (err - spread/(2*m*(m-1))) / n, plain
}
