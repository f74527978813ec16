package verification

import (
	"bytes"
	"encoding/csv"
	"math"
	"strconv"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Line is one value of one forecaster: a row of a table of all results.
type Line struct {
	Variable, By, Group string
	Cases               int
	Forecaster, Against string // Against is the second of a pair, "" for a score itself
	Members             int
	Score, Key, Label   string
	Threshold           float64 // NaN for values of no event
	Window              int     // 0 where it has none
	Lead                string  // "" over all leads
	Minutes             float64 // of the lead; NaN where it has none, or is not known in time
	Value, Low, High    float64 // NaN where there is none
}

// Lines returns all values, one a line: scores with their intervals, each by lead where
// it is known, and the differences of pairs.
func (r *Results) Lines() (all []Line) {
	for _, g := range r.Groups {
		for _, e := range g.Entries {
			for _, row := range g.Rows {
				line := Line{Variable: g.Variable, By: g.By, Group: g.Name, Cases: g.Cases, Forecaster: e.Name, Members: e.Members}
				line.of(row, e.Score(row.Key))
				if line.Value != line.Value && len(e.Score(row.Key).ByFrame) == 0 && e.Scores[row.Key].Y == nil {
					continue
				}
				all = append(all, line)
				ahead := g.Known.Ahead()
				for i, v := range e.Score(row.Key).ByFrame {
					if i < len(ahead) && g.By == "" {
						at := line
						at.Lead, at.Minutes, at.Value, at.Low, at.High = g.FrameName(ahead[i]), g.FrameMinutes(ahead[i]), v, math.NaN(), math.NaN()
						all = append(all, at)
					}
				}
			}
		}
		for _, p := range g.Pairs {
			line := Line{Variable: g.Variable, Cases: g.Cases, Forecaster: p.First, Against: p.Second}
			line.of(p.Row, p.Difference)
			line.Label += ", difference"
			all = append(all, line)
		}
	}
	return all
}

func (l *Line) of(row report.Row, s report.Score) {
	l.Score, l.Key, l.Label, l.Window, l.Threshold = row.Score, row.Key, row.Label, row.Window, math.NaN()
	l.Minutes = math.NaN()
	if row.Threshold != nil {
		l.Threshold = *row.Threshold
	}
	l.Value, l.Low, l.High = float64(s.Value), float64(s.From), float64(s.To)
}

// csvText returns lines as comma-separated values with a heading; values that do not
// exist are empty.
func csvText(lines []Line) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	number := func(x float64) string {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return ""
		}
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	whole := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	rows := [][]string{{"variable", "by", "group", "cases", "forecaster", "against", "members", "score", "key", "label", "threshold", "window", "lead", "value", "low", "high", "lead_minutes"}}
	for _, l := range lines {
		rows = append(rows, []string{l.Variable, l.By, l.Group, whole(l.Cases), l.Forecaster, l.Against, whole(l.Members), l.Score, l.Key, l.Label,
			number(l.Threshold), whole(l.Window), l.Lead, number(l.Value), number(l.Low), number(l.High), number(l.Minutes)})
	}
	err := w.WriteAll(rows)
	return b.Bytes(), err
}
