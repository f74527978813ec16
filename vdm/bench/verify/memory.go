package main

import (
	"context"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// compared returns the scores that the other programs have too.
func compared() []string {
	return []string{"crps", "twcrps", "energy", "quantile", "interval", "spread", "ranks", "power", "fss", "contingency", "brier", "roc", "sal"}
}

// answer contains the processor seconds that a program takes for each score, and the
// score's value.
type answer struct {
	Seconds map[string]float64
	Values  map[string]float64
	Read    float64 // seconds to read the files
}

// inMemory scores some forecasts score by score.
func (m made) inMemory(ctx context.Context) (*answer, error) {
	cells := m.size * m.size
	var cases []report.Case
	for i := range m.beside {
		truth := make([]float32, (m.leads+1)*cells)
		for n := range m.leads + 1 {
			m.frame(truth[n*cells:(n+1)*cells], i+n, i+n, -1)
		}
		cases = append(cases, report.Case{Observed: truth, Forecasts: []report.Forecast{{Name: "made", Members: m.clips(i)}}})
	}
	a := &answer{Seconds: map[string]float64{}, Values: map[string]float64{}}
	for _, score := range report.ScoreNames() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		began := processorTime()
		c, err := report.NewComparison(report.ComparisonOptions{Task: "nowcast", Variable: "rain", Units: "mm/h", Known: climate.FirstFrames(m.leads+1, 1),
			Height: m.size, Width: m.size, Kilometres: 1, Minutes: 10, Scores: []string{score}})
		if err != nil {
			return nil, err
		}
		for _, one := range cases {
			if err := c.Add(one); err != nil {
				return nil, err
			}
		}
		r, err := c.Compare()
		if err != nil {
			return nil, err
		}
		a.Seconds[score] = (processorTime() - began).Seconds()
		for key, s := range r.Entries[0].Scores {
			a.Values[key] = float64(s.Value)
		}
	}
	return a, nil
}
