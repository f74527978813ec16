package verify

import "fmt"

// Exceedance counts forecasts of an event, that a cell reaches a threshold: for every
// lead time and every number k of members that reach it, how many cells had such a
// forecast and in how many of them the truth reached the threshold too. From these
// counts follow the Brier score, the reliability diagram, the ROC curve and the
// contingency table of any decision, each a method; Merge is exact.
//
// A value reaches the threshold where value ≥ threshold, both as float32, so that 0.7
// reaches 0.7. The forecast probability is k/m. A cell where the truth or a member is
// missing is skipped and counted. Dry cells are forecasts of "no" like others: with a
// rare event they dominate the scores that reward correct "no" (Brier, ROC). Make it
// with [NewExceedance].
type Exceedance struct {
	Missing int64 // number of cells skipped

	ensemble
	threshold float32
	counts    [][]kCount // [lead][k]; empty until the first Add
}

// kCount counts the forecasts with one number of members.
type kCount struct{ cells, events int64 }

// NewExceedance returns empty counts for forecasts of leads frames.
func NewExceedance(leads int, threshold float64) (*Exceedance, error) {
	e, err := newEnsemble("exceedance", leads)
	if err != nil {
		return nil, err
	}
	if err := checkThresholds("exceedance", []float64{threshold}); err != nil {
		return nil, err
	}
	return &Exceedance{ensemble: e, threshold: float32(threshold), counts: make([][]kCount, leads)}, nil
}

// Add adds one forecast: the members and the truth, each a clip of the leads forecast
// frames, of any height and width. Every forecast must have the same number of members.
func (e *Exceedance) Add(members [][]float32, truth []float32) error {
	return e.AddCase(NewCase(members, truth))
}

// AddCase does what Add does, for a forecast that several scores take.
func (e *Exceedance) AddCase(k *Case) error {
	perLead, err := e.take(k)
	if err != nil {
		return err
	}
	e.grow()
	m, cells := len(k.Members), k.cells()
	for lead, counts := range e.counts {
		for c := lead * perLead; c < (lead+1)*perLead; c++ {
			cell := cells[c*m : (c+1)*m]
			if cell[0] != cell[0] {
				e.Missing++
				continue
			}
			count := &counts[reaching(cell, e.threshold)]
			count.cells++
			if k.Truth[c] >= e.threshold {
				count.events++
			}
		}
	}
	return nil
}

// grow allocates the counts once the number of members is known.
func (e *Exceedance) grow() {
	for l := range e.counts {
		if e.members != 0 && e.counts[l] == nil {
			e.counts[l] = make([]kCount, e.members+1)
		}
	}
}

// Merge adds the counts of o, which must have the same threshold, lead times and
// members.
func (e *Exceedance) Merge(o *Exceedance) error {
	if e.threshold != o.threshold {
		return fmt.Errorf("exceedance: merging a threshold of %v with %v; want equal ones", e.threshold, o.threshold)
	}
	if err := e.merge(&o.ensemble); err != nil {
		return err
	}
	e.grow()
	e.Missing += o.Missing
	for l := range o.counts {
		for k, c := range o.counts[l] {
			e.counts[l][k].cells += c.cells
			e.counts[l][k].events += c.events
		}
	}
	return nil
}

// total returns the counts of each k over all lead times.
func (e *Exceedance) total() []kCount {
	all := make([]kCount, e.members+1)
	for _, lead := range e.counts {
		for k, c := range lead {
			all[k].cells += c.cells
			all[k].events += c.events
		}
	}
	return all
}

// Table returns the contingency table of the decision to say "yes" where at least
// atLeast members reach the threshold, over all lead times.
func (e *Exceedance) Table(atLeast int) EventTable {
	var t EventTable
	for k, c := range e.total() {
		if k >= atLeast {
			t.Hits += c.events
			t.FalseAlarms += c.cells - c.events
		} else {
			t.Misses += c.events
			t.CorrectNegatives += c.cells - c.events
		}
	}
	return t
}

// Counts returns the number of cells by how many members reach the threshold, 0 to all,
// and then by the same the number of those where the event occurred: sums over cases, of
// which every figure of the ensemble over all lead times is a function.
func (e *Exceedance) Counts() []float64 {
	all := e.total()
	out := make([]float64, 2*len(all))
	for k, c := range all {
		out[k], out[len(all)+k] = float64(c.cells), float64(c.events)
	}
	return out
}

// WithCounts returns the figures of other counts, as of [Exceedance.Counts], in the place
// of its own: over one lead time.
func (e *Exceedance) WithCounts(counts []float64) *Exceedance {
	o := &Exceedance{ensemble: e.ensemble, threshold: e.threshold, counts: make([][]kCount, 1)}
	o.leads, o.members = 1, len(counts)/2-1
	for k := range len(counts) / 2 {
		o.counts[0] = append(o.counts[0], kCount{int64(counts[k]), int64(counts[len(counts)/2+k])})
	}
	return o
}
