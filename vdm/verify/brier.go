package verify

import "math"

// BrierValue is the Brier score of the forecasts of an event, the mean square of the
// difference between forecast probability k/m and outcome (1 or 0): 0 is perfect. It is
// NaN where no cell was scored.
//
// Score = Reliability − Resolution + Uncertainty (Murphy 1973, Journal of Applied
// Meteorology 12, 595), exactly, because forecasts are grouped by k and no two
// probabilities share a group. With few cells in a group, chance alone makes both
// Reliability and Resolution too large.
//
// Fair estimates the score of infinitely many members: it subtracts k(m−k)/(m²(m−1))
// from the square in each cell (Ferro 2014, QJRMS 140, doi:10.1002/qj.2270). It may be
// below 0 and does not exist for one member (NaN). Use it to compare ensembles of
// different size.
type BrierValue struct {
	Score, Fair             float64   // over all cells
	ScoreByLead, FairByLead []float64 // at each lead time
	Reliability             float64   // mean (k/m − observed frequency given k)²; small values are good
	Resolution              float64   // mean (observed frequency given k − base rate)²; large values are good
	Uncertainty             float64   // base rate · (1 − base rate): a property of the truth alone
	Skill                   float64   // 1 − Score/Uncertainty; NaN where the event occurred always or never
	BaseRate                float64   // share of cells where the event occurred
	Cells                   int64
	Members                 int
}

// Brier returns the Brier score and its decomposition.
func (e *Exceedance) Brier() BrierValue {
	all := e.total()
	v := BrierValue{Members: e.members}
	v.Score, v.Fair = brier(all)
	for _, lead := range e.counts {
		score, fair := brier(lead)
		v.ScoreByLead, v.FairByLead = append(v.ScoreByLead, score), append(v.FairByLead, fair)
	}
	var events int64
	for _, c := range all {
		v.Cells += c.cells
		events += c.events
	}
	n := float64(v.Cells)
	v.BaseRate = float64(events) / n
	v.Uncertainty = v.BaseRate * (1 - v.BaseRate)
	for k, c := range all {
		if c.cells == 0 {
			continue
		}
		observed := float64(c.events) / float64(c.cells)
		off, apart := float64(k)/float64(e.members)-observed, observed-v.BaseRate
		v.Reliability += float64(c.cells) / n * off * off
		v.Resolution += float64(c.cells) / n * apart * apart
	}
	if v.Cells == 0 { // the sums above are empty, not 0
		v.Reliability, v.Resolution = math.NaN(), math.NaN()
	}
	v.Skill = 1 - v.Score/v.Uncertainty
	if v.Uncertainty == 0 {
		v.Skill = math.NaN()
	}
	return v
}

// brier returns the mean scores of forecasts that are counted by k.
func brier(counts []kCount) (score, fair float64) {
	m := float64(len(counts) - 1)
	var cells, squares, excess float64
	for k, c := range counts {
		p, n, events := float64(k)/m, float64(c.cells), float64(c.events)
		squares += events*(1-p)*(1-p) + (n-events)*p*p
		excess += n * p * (1 - p) / (m - 1) // 0/0 for one member
		cells += n
	}
	return squares / cells, (squares - excess) / cells
}
