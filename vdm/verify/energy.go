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
	sums kernelSums
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
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *EnergyScore) AddCase(k *Case) error {
	perLead, err := s.take(k)
	if err != nil {
		return err
	}
	for lead := range s.leads {
		members, truth, missing := k.present(lead*perLead, (lead+1)*perLead)
		s.Missing += int64(missing)
		if len(truth) == 0 {
			continue
		}
		toTruth, pairs := 0.0, 0.0
		for i, x := range members {
			toTruth += distance(x, truth)
			for _, other := range members[:i] {
				pairs += 2 * distance(x, other)
			}
		}
		s.sums.add(lead, toTruth/float64(len(members)), pairs)
	}
	return nil
}

// present returns the values from one place to before another, without those of cells
// that are missing in the truth or a member, and the number of these cells.
func (k *Case) present(from, to int) (members [][]float32, truth []float32, missing int) {
	if k.Missing() == 0 {
		for _, m := range k.Members {
			members = append(members, m[from:to])
		}
		return members, k.Truth[from:to], 0
	}
	var kept []int
	for c := from; c < to; c++ {
		if !k.missing(c) {
			kept = append(kept, c)
		}
	}
	take := func(clip []float32) []float32 {
		out := make([]float32, len(kept))
		for i, c := range kept {
			out[i] = clip[c]
		}
		return out
	}
	for _, m := range k.Members {
		members = append(members, take(m))
	}
	return members, take(k.Truth), to - from - len(kept)
}

// distance returns the Euclidean distance of two vectors of one length. Four sums do not
// wait for one another.
func distance(a, b []float32) float64 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		x, y := a[i:i+4:i+4], b[i:i+4:i+4]
		d0, d1, d2, d3 := float64(x[0])-float64(y[0]), float64(x[1])-float64(y[1]), float64(x[2])-float64(y[2]), float64(x[3])-float64(y[3])
		s0, s1, s2, s3 = s0+d0*d0, s1+d1*d1, s2+d2*d2, s3+d3*d3
	}
	for ; i < len(a); i++ {
		d := float64(a[i]) - float64(b[i])
		s0 += d * d
	}
	return math.Sqrt(s0 + s1 + s2 + s3)
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
