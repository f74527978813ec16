package firstmodel

import (
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// The sentence follows the numbers, on both sides of each tolerance.
func TestJudged(t *testing.T) {
	reference := report.Portrait{Name: "training", Dry: 0.44, Tail: 35, Power: report.Values{100, 50}, Spread: 4}
	good := report.Portrait{Name: "generated", Dry: 0.40, Tail: 29, Power: report.Values{71, 36}, Spread: 3.1}
	for name, c := range map[string]struct {
		change func(*report.Portrait)
		loss   float64
		want   string // in the sentence
	}{
		"good":       {func(*report.Portrait) {}, 0.89, "is like that of the training hours"},
		"too wet":    {func(p *report.Portrait) { p.Dry = 0.38 }, 0.89, "are dry"},
		"too light":  {func(p *report.Portrait) { p.Tail = 27 }, 0.89, "99 % quantile is off by -23 %"},
		"too heavy":  {func(p *report.Portrait) { p.Tail = 43 }, 0.89, "99 % quantile is off by +23 %"},
		"too smooth": {func(p *report.Portrait) { p.Power = report.Values{71, 30} }, 0.89, "power at k = 2–3 is 60 %"},
		"too alike":  {func(p *report.Portrait) { p.Spread = 2 }, 0.89, "differ from each other by 50 %"},
		"linear":     {func(*report.Portrait) {}, 0.95, "5 % below the Wiener filter's, want 10 % below"},
		"worse":      {func(*report.Portrait) {}, 1.2, "20 % above the Wiener filter's"},
	} {
		p := good
		c.change(&p)
		got := judged(
			&report.Losses{Entries: []report.LossOf{{Name: "network", Mean: c.loss}, {Name: "Wiener", Mean: 1}}},
			&report.Likeness{Bands: [][2]int{{1, 1}, {2, 3}}, Reference: reference, Others: []report.Portrait{p}})
		if !strings.Contains(got, c.want) || strings.Contains(got, "not yet") == (name == "good") {
			t.Errorf("%s: %s", name, got)
		}
	}
}
