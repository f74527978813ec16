package verify

import (
	"math"
)

// SpreadSkill compares how far the members lie apart with how far their mean lies from
// the truth, for every lead time. Where truth and members are exchangeable the expected
// mean square error of the mean of m members is (m+1)/m times the mean of the members'
// variance s² (with divisor m−1):
//
//	spread = √((m+1)/m · mean s²)    skill = √(mean (x̄ − y)²)
//
// so that a ratio of 1 is right at any m, below 1 the ensemble is too narrow (Fortin et
// al. 2014, Journal of Hydrometeorology 15, 1708, who also show that variances, not
// standard deviations, must be averaged). One member has no spread (NaN).
//
// Cells that are dry in truth and members add 0 to both: they change neither the ratio
// nor its meaning, but they do lower spread and skill. A cell where the truth or a
// member is missing is skipped and counted. Make it with [NewSpreadSkill].
type SpreadSkill struct {
	Missing int64 // number of cells skipped

	ensemble
	sums []spreadSums // for each lead time
}

type spreadSums struct {
	n                                int64
	variance, squares, errors, truth float64 // Σ (m − 1)s², Σ (x̄ − y)², Σ (x̄ − y), Σ y
}

func (a *spreadSums) merge(b spreadSums) {
	a.n += b.n
	a.variance += b.variance
	a.squares += b.squares
	a.errors += b.errors
	a.truth += b.truth
}

// SpreadSkillValue is the result of SpreadSkill, over all lead times and at each; NaN
// where no cell was scored. Spread, RMSE and Bias are in the units of the data.
type SpreadSkillValue struct {
	SpreadSkillAt
	ByLead  []SpreadSkillAt
	Members int
}

// SpreadSkillAt is the result at one lead time, or over all.
type SpreadSkillAt struct {
	Spread float64 // √((m+1)/m · mean variance)
	RMSE   float64 // root mean square error of the ensemble mean
	Ratio  float64 // Spread/RMSE; NaN where both are 0
	Bias   float64 // mean of (ensemble mean − truth)
	Truth  float64 // mean of the truth
	Cells  int64
}

// NewSpreadSkill returns an empty score for forecasts of leads frames.
func NewSpreadSkill(leads int) (*SpreadSkill, error) {
	e, err := newEnsemble("spread and skill", leads)
	if err != nil {
		return nil, err
	}
	return &SpreadSkill{ensemble: e, sums: make([]spreadSums, leads)}, nil
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames, of any height and width. Every forecast must have the same number of members.
func (s *SpreadSkill) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *SpreadSkill) AddCase(k *Case) error {
	perLead, err := s.take(k)
	if err != nil {
		return err
	}
	m, cells := len(k.Members), k.cells()
	for lead := range s.sums {
		sums := &s.sums[lead]
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			cell, y := cells[c*m:(c+1)*m], float64(k.Truth[c])
			if cell[0] != cell[0] {
				s.Missing++
				continue
			}
			mean, squares := float64(cell[0]), 0.0
			if cell[0] != cell[m-1] {
				mean = 0
				for _, x := range cell {
					mean += float64(x)
				}
				mean /= float64(m)
				for _, x := range cell {
					squares += (float64(x) - mean) * (float64(x) - mean)
				}
			}
			e := mean - y
			sums.n++
			sums.variance += squares
			sums.squares += e * e
			sums.errors += e
			sums.truth += y
		}
	}
	return nil
}

// Merge adds the sums of o, which must have the same lead times and members.
func (s *SpreadSkill) Merge(o *SpreadSkill) error {
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for l := range s.sums {
		s.sums[l].merge(o.sums[l])
	}
	return nil
}

// Value returns spread, error and bias. Over all lead times every cell has the same
// weight.
func (s *SpreadSkill) Value() SpreadSkillValue {
	v := SpreadSkillValue{Members: s.members}
	var all spreadSums
	for _, sums := range s.sums {
		v.ByLead = append(v.ByLead, sums.finish(s.members))
		all.merge(sums)
	}
	v.SpreadSkillAt = all.finish(s.members)
	return v
}

func (a spreadSums) finish(members int) SpreadSkillAt {
	n, m := float64(a.n), float64(members)
	at := SpreadSkillAt{
		Spread: math.Sqrt((m + 1) / m * (a.variance / (m - 1)) / n), // with one member 0/0
		RMSE:   math.Sqrt(a.squares / n),
		Bias:   a.errors / n,
		Truth:  a.truth / n,
		Cells:  a.n,
	}
	at.Ratio = at.Spread / at.RMSE
	return at
}
