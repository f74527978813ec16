package report

import (
	"fmt"
	"math"
)

// Pair compares two forecasts in a score.
type Pair struct {
	First  string `json:"first"`
	Second string `json:"second"`
	Row    Row    `json:"row"`
	// Difference is the first's score less the second's, of the same cases, with the
	// interval by the zero [verify.Bootstrap]: where it does not contain 0, and as far as
	// its coverage can be trusted, one is better.
	Difference Score `json:"difference"`
	// Skill is the share of what the second's score lacks that the first has: 1 −
	// first/second of a score whose best is 0, (first − second)/(1 − second) where it is 1.
	// It is NaN where the second's score is the best already.
	Skill Value `json:"skill"`
}

// pairs returns the comparison of every two forecasts in every score that is a mean over
// cases, and in those of events.
func pairs(names []string, readings [][]reading) (all []Pair, err error) {
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			for k, a := range readings[i] {
				b := readings[j][k]
				if !a.mean && !a.paired || math.IsNaN(a.value) || math.IsNaN(b.value) {
					continue
				}
				p := Pair{First: names[i], Second: names[j], Row: a.Row, Skill: Value(nan)}
				if len(a.series) != len(b.series) { // one of them has no interval
					p.Difference = none
					p.Difference.Value = Value(a.value - b.value)
				} else if p.Difference, err = excess(a.series, b.series); err != nil {
					return nil, fmt.Errorf("%s of %s less %s: %w", a.Label, p.First, p.Second, err)
				}
				switch {
				case a.Best == "1" && b.value < 1:
					p.Skill = Value((a.value - b.value) / (1 - b.value))
				case a.Best == "0" && b.value > 0:
					p.Skill = Value(1 - a.value/b.value)
				}
				all = append(all, p)
			}
		}
	}
	return all, nil
}
