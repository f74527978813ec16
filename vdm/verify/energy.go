package verify

import (
	"math"
)

// EnergyScore is the CRPS of a whole field: it scores the joint distribution of all
// cells of a frame, so that a forecast with the right values in each cell but the wrong
// pattern scores worse. 0 is perfect, and the units are those of the data. With members
// x_1 … x_m and truth y, vectors of n cells, and ‖·‖ their Euclidean norm,
//
//	plain: 1/m Σ‖x_i − y‖ − 1/(2m²)     Σ_i Σ_j ‖x_i − x_j‖
//	fair:  1/m Σ‖x_i − y‖ − 1/(2m(m−1)) Σ_i Σ_j ‖x_i − x_j‖
//
// (Gneiting and Raftery 2007, JASA 102, 359, section 4.3, with β = 1; fair as in Ferro
// 2014, QJRMS 140). With one member plain is the Euclidean distance and fair does not
// exist (NaN). The score grows as √n, so compare it only among forecasts of one size. It
// is far more sensitive to the variance of cells than to their correlation, for which
// see [VariogramScore].
//
// Each lead time is a vector; made for one lead time, the score takes the whole clip as
// one vector, in which time counts as space does. Dry cells are values like others. A
// cell where the truth or a member is missing is left out of its vector and counted, and
// the other cells are still scored; a vector without cells is not scored. Make it with
// [NewEnergyScore].
type EnergyScore struct {
	Missing int64 // number of cells left out

	ensemble
	sums    kernelSums
	present []int
}

// NewEnergyScore returns an empty score for forecasts of leads frames.
func NewEnergyScore(leads int) (*EnergyScore, error) {
	e, err := newEnsemble("energy score", leads)
	if err != nil {
		return nil, err
	}
	return &EnergyScore{ensemble: e, sums: newKernelSums(leads)}, nil
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames, of any height and width. Every forecast must have the same number of members.
// It takes O(m²) for each cell.
func (s *EnergyScore) Add(members [][]float32, truth []float32) error {
	perLead, err := s.take(members, truth)
	if err != nil {
		return err
	}
	for lead := range s.leads {
		s.present = s.present[:0]
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			if missingAt(members, truth, c) {
				s.Missing++
				continue
			}
			s.present = append(s.present, c)
		}
		if len(s.present) == 0 {
			continue
		}
		toTruth, pairs := 0.0, 0.0
		for i, x := range members {
			toTruth += distance(x, truth, s.present)
			for _, other := range members[:i] {
				pairs += 2 * distance(x, other, s.present)
			}
		}
		s.sums.add(lead, toTruth/float64(len(members)), pairs)
	}
	return nil
}

// distance returns the Euclidean distance of a and b over the given cells.
func distance(a, b []float32, cells []int) float64 {
	sum := 0.0
	for _, c := range cells {
		d := float64(a[c]) - float64(b[c])
		sum += d * d
	}
	return math.Sqrt(sum)
}

// Merge adds the sums of o, which must have the same lead times and members.
func (s *EnergyScore) Merge(o *EnergyScore) error {
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	s.sums.merge(&o.sums)
	return nil
}

// Value returns the scores. Over all lead times every vector has the same weight.
func (s *EnergyScore) Value() KernelValue {
	return s.sums.value(s.members)
}
