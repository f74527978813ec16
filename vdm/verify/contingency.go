package verify

import (
	"fmt"
	"math"
	"slices"
)

// EventTable counts forecasts of an event by whether the event was forecast and whether
// it occurred. A ratio whose denominator is 0 is NaN.
type EventTable struct {
	Hits             int64 // forecast and occurred
	Misses           int64 // occurred, not forecast
	FalseAlarms      int64 // forecast, did not occur
	CorrectNegatives int64
}

// Total returns the number of forecasts.
func (t EventTable) Total() int64 {
	return t.Hits + t.Misses + t.FalseAlarms + t.CorrectNegatives
}

// POD returns the probability of detection or hit rate, hits/(hits + misses).
func (t EventTable) POD() float64 { return ratio(t.Hits, t.Hits+t.Misses) }

// FAR returns the false alarm ratio, false alarms/(hits + false alarms): the share of
// the "yes" forecasts that were wrong.
func (t EventTable) FAR() float64 { return ratio(t.FalseAlarms, t.Hits+t.FalseAlarms) }

// POFD returns the probability of false detection or false alarm rate, false
// alarms/(false alarms + correct negatives), the abscissa of a ROC curve. It is often
// mistaken for FAR.
func (t EventTable) POFD() float64 { return ratio(t.FalseAlarms, t.FalseAlarms+t.CorrectNegatives) }

// FrequencyBias returns the ratio of forecast to observed events, (hits + false
// alarms)/(hits + misses).
func (t EventTable) FrequencyBias() float64 { return ratio(t.Hits+t.FalseAlarms, t.Hits+t.Misses) }

// CSI returns the critical success index or threat score, hits/(hits + misses + false
// alarms): 1 is perfect. Correct negatives, most of them dry cells, do not count.
func (t EventTable) CSI() float64 { return ratio(t.Hits, t.Hits+t.Misses+t.FalseAlarms) }

// ETS returns the equitable threat score or Gilbert skill score: the CSI without the
// hits h that chance would give at the same frequencies, (hits − h)/(hits + misses +
// false alarms − h) with h = (hits + misses)(hits + false alarms)/total (Schaefer 1990,
// Weather and Forecasting 5, 570). 1 is perfect, 0 is chance.
func (t EventTable) ETS() float64 {
	h := float64(t.Hits+t.Misses) * float64(t.Hits+t.FalseAlarms) / float64(t.Total())
	return (float64(t.Hits) - h) / (float64(t.Hits+t.Misses+t.FalseAlarms) - h)
}

func ratio(a, b int64) float64 { return float64(a) / float64(b) }

func (t *EventTable) merge(o EventTable) {
	t.Hits += o.Hits
	t.Misses += o.Misses
	t.FalseAlarms += o.FalseAlarms
	t.CorrectNegatives += o.CorrectNegatives
}

// Contingency counts, cell by cell, whether forecast and truth reach each of some
// thresholds. Every member of an ensemble counts as a forecast of its own: the table
// describes a member, not the ensemble. For a decision by the number of members see
// [Exceedance].Table; for a forecast of the ensemble mean, give the mean as the one
// member.
//
// A value reaches a threshold where value ≥ threshold, both as float32. A cell where the
// truth or a member is missing is skipped and counted. Make it with [NewContingency].
type Contingency struct {
	Missing int64 // number of cells skipped

	ensemble
	thresholds []float64
	tables     [][]EventTable // [threshold][lead]
}

// ContingencyValue is the table of one threshold.
type ContingencyValue struct {
	Threshold float64
	EventTable
	ByLead []EventTable
}

// NewContingency returns empty tables for forecasts of leads frames, at increasing
// thresholds in the units of the data.
func NewContingency(leads int, thresholds []float64) (*Contingency, error) {
	e, err := newEnsemble("contingency", leads)
	if err != nil {
		return nil, err
	}
	if err := checkThresholds("contingency", thresholds); err != nil {
		return nil, err
	}
	s := &Contingency{ensemble: e, thresholds: slices.Clone(thresholds)}
	for range thresholds {
		s.tables = append(s.tables, make([]EventTable, leads))
	}
	return s, nil
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames, of any height and width. Every forecast must have the same number of members.
func (s *Contingency) Add(members [][]float32, truth []float32) error {
	return s.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (s *Contingency) AddCase(k *Case) error {
	perLead, err := s.take(k)
	if err != nil {
		return err
	}
	m, cells := len(k.Members), k.cells()
	for lead := range s.leads {
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			cell := cells[c*m : (c+1)*m]
			if cell[0] != cell[0] {
				s.Missing++
				continue
			}
			for i, threshold := range s.thresholds {
				table, limit := &s.tables[i][lead], float32(threshold)
				yes := int64(reaching(cell, limit))
				if no := int64(m) - yes; k.Truth[c] >= limit {
					table.Hits += yes
					table.Misses += no
				} else {
					table.FalseAlarms += yes
					table.CorrectNegatives += no
				}
			}
		}
	}
	return nil
}

// Merge adds the counts of o, which must have the same thresholds, lead times and
// members.
func (s *Contingency) Merge(o *Contingency) error {
	if !slices.Equal(s.thresholds, o.thresholds) {
		return fmt.Errorf("contingency: merging thresholds %v with %v; want equal ones", s.thresholds, o.thresholds)
	}
	if err := s.merge(&o.ensemble); err != nil {
		return err
	}
	s.Missing += o.Missing
	for i := range s.tables {
		for l := range s.tables[i] {
			s.tables[i][l].merge(o.tables[i][l])
		}
	}
	return nil
}

// Value returns the tables, in the order of the thresholds.
func (s *Contingency) Value() []ContingencyValue {
	var values []ContingencyValue
	for i, threshold := range s.thresholds {
		v := ContingencyValue{Threshold: threshold, ByLead: slices.Clone(s.tables[i])}
		for _, t := range s.tables[i] {
			v.merge(t)
		}
		values = append(values, v)
	}
	return values
}

// checkThresholds refuses an empty list, and thresholds that are not finite or not
// increasing.
func checkThresholds(who string, thresholds []float64) error {
	if len(thresholds) == 0 {
		return fmt.Errorf("%s: no thresholds; want at least one", who)
	}
	for i, v := range thresholds {
		if math.IsNaN(v) || math.IsInf(v, 0) || i > 0 && v <= thresholds[i-1] {
			return fmt.Errorf("%s: threshold %d is %v; want finite, increasing thresholds", who, i, v)
		}
	}
	return nil
}
