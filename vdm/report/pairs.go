package report

import (
	"fmt"
	"math"
)

// Pair compares two forecasts in a score that is a mean over cases.
type Pair struct {
	First  string `json:"first"`
	Second string `json:"second"`
	Row    Row    `json:"row"`
	// Difference is the first's score less the second's, of the same cases, with the
	// interval by the zero [verify.Bootstrap]: where it does not contain 0, and as far as
	// its coverage can be trusted, one is better.
	Difference Score `json:"difference"`
	// Skill is 1 − first/second: the share of the second's score that the first saves.
	// It is NaN where the second's score is not above 0.
	Skill Value `json:"skill"`
}

// pairs returns the comparison of every two forecasts in every score that is a mean over
// cases.
func pairs(names []string, readings [][]reading) (all []Pair, err error) {
	for i := range names {
		for j := i + 1; j < len(names); j++ {
			for k, a := range readings[i] {
				b := readings[j][k]
				if !a.mean || math.IsNaN(a.value) || math.IsNaN(b.value) {
					continue
				}
				p := Pair{First: names[i], Second: names[j], Row: a.Row, Skill: Value(nan)}
				if p.Difference, err = excess(a.series, b.series); err != nil {
					return nil, fmt.Errorf("%s of %s less %s: %w", a.Label, p.First, p.Second, err)
				}
				if b.value > 0 {
					p.Skill = Value(1 - a.value/b.value)
				}
				all = append(all, p)
			}
		}
	}
	return all, nil
}
