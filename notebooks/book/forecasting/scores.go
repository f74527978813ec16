package forecasting

import (
	"fmt"
	"math"
	"slices"

	"github.com/climate-vdm/climate-vdm/plotting"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// The event that yes-or-no scores are of, and the window of the FSS.
const (
	Threshold = 1.0 // mm/h
	FSSWindow = 5   // cells a side
)

// Scores are what verify says of several forecasts of the same cases, over the
// frames that were not known.
type Scores struct {
	Cases int
	Leads int
	Of    []Score
}

// Score is one forecast's.
type Score struct {
	Name string
	report.EnsembleValue
	Difference  verify.Interval // of the CRPS and the first forecast's, case by case
	FSS         float64
	CSI         float64 // of members, each a forecast of its own
	Brier       verify.BrierValue
	ROC         float64
	Reliability []verify.ReliabilityPoint
}

// Score scores forecasts; the first is the one that others are compared with.
// Intervals are by the stationary bootstrap over cases, which follow each other in
// time: of a handful they cover far less than their level, and the table says so.
func (c *Cases) Score(forecasts ...Forecasts) (*Scores, error) {
	s := &Scores{Cases: c.Len(), Leads: c.leads()}
	for i, f := range forecasts {
		score, err := c.score(f)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		if i == 0 {
			score.Difference = verify.Interval{Estimate: nan}
		} else if score.Difference, err = (verify.Bootstrap{}).Difference(score.Each, s.Of[0].Each); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		s.Of = append(s.Of, score)
	}
	return s, nil
}

// score is that of one forecast.
func (c *Cases) score(f Forecasts) (Score, error) {
	leads := c.leads()
	_, height, width, _ := c.Windows.Shape()
	ensemble, err := report.NewEnsembleScore(leads, height, width)
	if err != nil {
		return Score{}, err
	}
	fss, err := verify.NewFSS(leads, height, width, []float64{Threshold}, []int{FSSWindow})
	if err != nil {
		return Score{}, err
	}
	event, err := verify.NewExceedance(leads, Threshold)
	if err != nil {
		return Score{}, err
	}
	table, err := verify.NewContingency(leads, []float64{Threshold})
	if err != nil {
		return Score{}, err
	}
	for i, truth := range c.Truth {
		truth = c.unknown(truth)
		var members [][]float32
		for _, m := range f.Members[i] {
			members = append(members, c.unknown(m))
		}
		for _, add := range []func([][]float32, []float32) error{ensemble.Add, fss.Add, event.Add, table.Add} {
			if err := add(members, truth); err != nil {
				return Score{}, err
			}
		}
	}
	s := Score{
		Name: f.Name, FSS: fss.Value()[0].Score[0], CSI: table.Value()[0].CSI(),
		Brier: event.Brier(), ROC: event.ROC().Area, Reliability: event.Reliability(),
	}
	s.EnsembleValue, err = ensemble.Value()
	return s, err
}

// Table is a row for each forecast. Where ensembles differ in size, the fair CRPS
// stands beside the plain one.
func (s *Scores) Table() report.Table {
	t := report.Table{
		Title: fmt.Sprintf("%d held-out cases, %d frames forecast", s.Cases, s.Leads),
		Columns: []string{"forecast", "members", "CRPS, mm/h", "CRPS less the first's", "energy score", "spread/skill",
			fmt.Sprintf("FSS, %d cells", FSSWindow), "CSI", "Brier skill", "ROC area", "power off by"},
		Notes: []string{
			report.IntervalNote(s.Cases, "cases") + " With one member the CRPS is the mean absolute error.",
			fmt.Sprintf("FSS, CSI, Brier skill and ROC are of %g mm/h. FSS and Brier use the share of members, CSI counts each member as a forecast.", Threshold),
			"Small is good for CRPS, energy score and power; near 1 for spread/skill; large for the others. Power: exp of the mean over scales of |ln(forecast/truth)|.",
		},
	}
	sizes := make([]int, len(s.Of))
	for i, o := range s.Of {
		sizes[i] = o.Members
	}
	fair := report.DifferInSize(sizes)
	if fair {
		t.Columns = slices.Insert(t.Columns, 3, "fair CRPS")
		t.Notes = append(t.Notes, report.FairNote)
	}
	for i, o := range s.Of {
		difference := "–"
		if i > 0 {
			difference = fmt.Sprintf("%+.2f (%+.2f, %+.2f)", o.Difference.Estimate, o.Difference.Low, o.Difference.High)
		}
		row := []string{
			o.Name, fmt.Sprint(o.Members),
			fmt.Sprintf("%.2f (%.2f, %.2f)", o.CRPS.Estimate, o.CRPS.Low, o.CRPS.High), difference,
			fmt.Sprintf("%.0f (%.0f, %.0f)", o.Energy.Estimate, o.Energy.Low, o.Energy.High),
			number(o.Spread.Ratio), number(o.FSS), number(o.CSI), number(o.Brier.Skill), number(o.ROC), number(math.Exp(o.Power.MeanAbsLog)) + " ×",
		}
		if fair {
			row = slices.Insert(row, 3, number(o.FairCRPS))
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func number(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	return fmt.Sprintf("%.2f", v)
}

// LeadPicture draws the CRPS by frame; labels number the frames that were not
// known.
func (s *Scores) LeadPicture(frames []float64, label string) (*plotting.Picture, error) {
	var series []plotting.Series
	for _, o := range s.Of {
		series = append(series, plotting.Series{Name: o.Name, X: frames, Y: o.ByLead, Points: true, Dashed: true})
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: label}, Y: plotting.Axis{Label: "CRPS", Unit: "mm h^{-1}", Limits: [2]float64{0, nan}}, Legend: plotting.LegendBelow,
	})
}

// ReliabilityPicture draws how often the event came against the share of members
// that forecast it, for the ensembles.
func (s *Scores) ReliabilityPicture() (*plotting.Picture, error) {
	diagonal := plotting.Series{Name: "perfect", X: []float64{0, 1}, Y: []float64{0, 1}}
	series := []plotting.Series{diagonal}
	for _, o := range s.Of {
		if o.Members < 2 {
			continue
		}
		one := plotting.Series{Name: o.Name, Points: true, Dashed: true}
		for _, p := range o.Reliability {
			if p.Cells > 0 {
				one.X, one.Y = append(one.X, p.Probability), append(one.Y, p.Observed)
			}
		}
		series = append(series, one)
	}
	return plotting.Curves(series, plotting.CurveOptions{
		X: plotting.Axis{Label: fmt.Sprintf("Forecast probability of %g mm/h", Threshold), Limits: [2]float64{0, 1}},
		Y: plotting.Axis{Label: "Observed frequency", Limits: [2]float64{0, 1}}, Legend: plotting.LegendBelow,
	})
}
