package verify

import (
	"fmt"
	"math"
	"testing"
)

// exceed fills one lead time with forecasts: yes[i] of m members say yes, and
// the event came or not.
func exceed(t *testing.T, m int, yes []int, came []bool) *Exceedance {
	t.Helper()
	members, truth := make([][]float32, m), make([]float32, len(yes))
	for i := range members {
		members[i] = make([]float32, len(yes))
		for c, k := range yes {
			if i < k {
				members[i][c] = 1
			}
		}
	}
	for c, event := range came {
		if event {
			truth[c] = 1
		}
	}
	e := must(NewExceedance(1, 0.5))
	check(t, e.Add(members, truth))
	return e
}

// 0.7 as float32 is below 0.7 as float64; data at the threshold reach it.
func TestThresholdIsReached(t *testing.T) {
	for _, threshold := range []float64{0.1, 0.2, 0.7, 5, 0, -1.1} {
		at := float32(threshold)
		below := math.Nextafter32(at, -100)
		e, c := must(NewExceedance(1, threshold)), must(NewContingency(1, []float64{threshold}))
		f := must(NewFSS(1, 1, 2, []float64{threshold}, []int{1}))
		for _, add := range []func([][]float32, []float32) error{e.Add, c.Add, f.Add} {
			check(t, add([][]float32{{at, below}}, []float32{at, below}))
		}
		want := EventTable{Hits: 1, CorrectNegatives: 1}
		if e.Table(1) != want || c.Value()[0].EventTable != want || f.Value()[0].BaseRate != 0.5 {
			t.Errorf("threshold %v: %+v, %+v, base rate %v", threshold, e.Table(1), c.Value()[0].EventTable, f.Value()[0].BaseRate)
		}
	}
}

func TestExceedanceTable(t *testing.T) {
	e := must(NewExceedance(2, 1))
	check(t, e.Add([][]float32{{2, 2, 0, 0}, {2, 0, 0, missing}}, []float32{2, 0, 1, 1}))
	for atLeast, want := range map[int]EventTable{
		0: {Hits: 2, FalseAlarms: 1},
		1: {Hits: 1, FalseAlarms: 1, Misses: 1},
		2: {Hits: 1, Misses: 1, CorrectNegatives: 1},
		3: {Misses: 2, CorrectNegatives: 1},
	} {
		if got := e.Table(atLeast); got != want {
			t.Errorf("yes at %d members: %+v, want %+v", atLeast, got, want)
		}
	}
	if b := e.Brier(); b.ScoreByLead[0] != 0.125 || b.ScoreByLead[1] != 1 || e.Missing != 1 {
		t.Errorf("scores by lead %v, %d missing; want (0 + 1/4)/2 and 1", b.ScoreByLead, e.Missing)
	}
}

func TestExceedanceRefuses(t *testing.T) {
	e := must(NewExceedance(2, 1))
	if v := e.Brier(); !math.IsNaN(v.Score) || !math.IsNaN(v.Skill) || !math.IsNaN(v.Reliability) || !math.IsNaN(e.ROC().Area) || e.Reliability() != nil {
		t.Errorf("nothing scores %+v", v)
	}
	_, noLeads := NewExceedance(0, 1)
	_, nan := NewExceedance(1, math.NaN())
	check(t, e.Add([][]float32{{1, 2}}, []float32{1, 2}))
	two := must(NewExceedance(2, 1))
	check(t, two.Add([][]float32{{1, 2}, {1, 2}}, []float32{1, 2}))
	for name, err := range map[string]error{
		"no lead times":   noLeads,
		"threshold NaN":   nan,
		"half a frame":    e.Add([][]float32{{1, 2, 3}}, []float32{1, 2, 3}),
		"other members":   e.Merge(two),
		"other leads":     e.Merge(must(NewExceedance(1, 1))),
		"other threshold": e.Merge(must(NewExceedance(2, 2))),
	} {
		if err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestExceedanceMerges(t *testing.T) {
	laws(t, 0, func() *Exceedance { return must(NewExceedance(3, 0.1)) },
		func(e *Exceedance, part int) {
			p := uint32(10 * part)
			check(t, e.Add([][]float32{rain(p, 90), rain(p+1, 90), rain(p+2, 90)}, rain(p+3, 90)))
		},
		(*Exceedance).Merge,
		func(e *Exceedance) []float64 {
			b, r := e.Brier(), e.ROC()
			return append(append(b.FairByLead, r.HitRate...), b.Score, b.Fair, b.Reliability, b.Resolution, r.Area)
		})
}

func ExampleExceedance() {
	e, _ := NewExceedance(1, 1) // one lead time, 1 mm/h
	members := [][]float32{{0, 3, 2, 0}, {0, 2, 0, 0}}
	if err := e.Add(members, []float32{0, 4, 0, 1.5}); err != nil {
		fmt.Println(err)
		return
	}
	b := e.Brier()
	fmt.Printf("Brier %.4f = %.4f - %.4f + %.4f\n", b.Score, b.Reliability, b.Resolution, b.Uncertainty)
	for _, p := range e.Reliability() {
		fmt.Printf("forecast %.1f, came %.1f (%d cells)\n", p.Probability, p.Observed, p.Cells)
	}
	fmt.Println("ROC area", e.ROC().Area)
	fmt.Printf("CSI of one member or more %.3f\n", e.Table(1).CSI())
	// Output:
	// Brier 0.3125 = 0.1875 - 0.1250 + 0.2500
	// forecast 0.0, came 0.5 (2 cells)
	// forecast 0.5, came 0.0 (1 cells)
	// forecast 1.0, came 1.0 (1 cells)
	// ROC area 0.625
	// CSI of one member or more 0.333
}
