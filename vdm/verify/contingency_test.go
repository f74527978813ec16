package verify

import (
	"fmt"
	"math"
	"testing"
)

// Finley's forecasts of tornadoes of 1884, the table that has since been used
// to compare such scores: Murphy (1996, The Finley affair, Weather and
// Forecasting 11, 3).
func TestContingencyOfFinley(t *testing.T) {
	v := EventTable{Hits: 28, FalseAlarms: 72, Misses: 23, CorrectNegatives: 2680}
	for name, c := range map[string][2]float64{
		"POD": {v.POD(), 0.549}, "FAR": {v.FAR(), 0.720}, "POFD": {v.POFD(), 0.026},
		"CSI": {v.CSI(), 0.228}, "frequency bias": {v.FrequencyBias(), 1.961}, "ETS": {v.ETS(), 0.216},
	} {
		if !(math.Abs(c[0]-c[1]) <= 0.0005) {
			t.Errorf("%s: %v, published %v", name, c[0], c[1])
		}
	}
	if v.Total() != 2803 {
		t.Errorf("%d forecasts", v.Total())
	}
}

func TestContingencyByHand(t *testing.T) {
	s := must(NewContingency(2, []float64{1, 5}))
	check(t, s.Add([][]float32{{6, 0, 2, 0}, {0, 0, 2, missing}}, []float32{7, 0, 0, 0}))
	v := s.Value()
	if v[0].ByLead[0] != (EventTable{Hits: 1, Misses: 1, CorrectNegatives: 2}) || v[0].ByLead[1] != (EventTable{FalseAlarms: 2}) {
		t.Errorf("at 1: %+v", v[0])
	}
	if v[1].EventTable != (EventTable{Hits: 1, Misses: 1, CorrectNegatives: 4}) || v[1].Threshold != 5 || s.Missing != 1 {
		t.Errorf("at 5: %+v, %d missing", v[1], s.Missing)
	}
	// All dry, in truth and forecast: no ratio is defined.
	dry := EventTable{CorrectNegatives: 9}
	for name, x := range map[string]float64{
		"POD": dry.POD(), "FAR": dry.FAR(), "CSI": dry.CSI(), "ETS": dry.ETS(), "bias": dry.FrequencyBias(), "nothing": EventTable{}.ETS(),
	} {
		if !math.IsNaN(x) {
			t.Errorf("%s of dry cells is %v", name, x)
		}
	}
	if dry.POFD() != 0 {
		t.Errorf("POFD of dry cells is %v", dry.POFD())
	}
}

// Forecasts that know nothing have an ETS of 0 however often they say yes.
func TestETSOfChance(t *testing.T) {
	for _, yes := range []int64{1, 5, 9} {
		table := EventTable{Hits: 3 * yes, Misses: 3 * (10 - yes), FalseAlarms: 7 * yes, CorrectNegatives: 7 * (10 - yes)}
		if !(math.Abs(table.ETS()) <= 1e-15) {
			t.Errorf("%+v: ETS %v", table, table.ETS())
		}
	}
}

func TestContingencyRefuses(t *testing.T) {
	s := must(NewContingency(1, []float64{1}))
	check(t, s.Add([][]float32{{1}}, []float32{1}))
	two := must(NewContingency(1, []float64{1}))
	check(t, two.Add([][]float32{{1}, {1}}, []float32{1}))
	_, none := NewContingency(1, nil)
	_, falling := NewContingency(1, []float64{2, 1})
	_, endless := NewContingency(1, []float64{math.Inf(1)})
	_, noLeads := NewContingency(0, []float64{1})
	for name, err := range map[string]error{
		"no thresholds": none, "falling thresholds": falling, "endless threshold": endless, "no lead times": noLeads,
		"no members":       s.Add(nil, []float32{1}),
		"other thresholds": s.Merge(must(NewContingency(1, []float64{2}))),
		"other leads":      s.Merge(must(NewContingency(2, []float64{1}))),
		"other members":    s.Merge(two),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestContingencyMerges(t *testing.T) {
	laws(t, 0, func() *Contingency { return must(NewContingency(3, []float64{0.1, 1})) },
		func(s *Contingency, part int) {
			p := uint32(10 * part)
			check(t, s.Add([][]float32{rain(p, 90), rain(p+1, 90)}, rain(p+3, 90)))
		},
		(*Contingency).Merge,
		func(s *Contingency) []float64 {
			v := s.Value()[0]
			return []float64{v.CSI(), v.ETS(), v.ByLead[1].POD(), float64(v.Total()), s.Value()[1].CSI()}
		})
}

func ExampleContingency() {
	s, _ := NewContingency(1, []float64{0.1, 1})
	if err := s.Add([][]float32{{0, 0.3, 2, 2}}, []float32{0, 0.5, 0, 3}); err != nil {
		fmt.Println(err)
		return
	}
	for _, v := range s.Value() {
		fmt.Printf("%g mm/h: POD %.2f FAR %.2f CSI %.2f\n", v.Threshold, v.POD(), v.FAR(), v.CSI())
	}
	// Output:
	// 0.1 mm/h: POD 1.00 FAR 0.33 CSI 0.67
	// 1 mm/h: POD 1.00 FAR 0.50 CSI 0.50
}
