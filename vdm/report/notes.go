package report

import (
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// fairNote says in a table what its fair scores are.
const fairNote = "Ensembles differ in size, and the plain CRPS rewards members: the fair one is what endless members would score, so that sizes can be compared. One member has none."

// intervalNote returns the sentence of a table that says what stands in brackets:
// bootstrap intervals over that many cases, which the table calls windows, say.
// They are called 95 % intervals only where their coverage allows it.
func intervalNote(cases int, called string) string {
	note := fmt.Sprintf("In brackets by the stationary bootstrap over %s: %s.", called, verify.IntervalName(cases))
	if verify.IntervalName(cases) != verify.IntervalName(1<<30) {
		note += " Coverage is the share of intervals that contain the true mean, of simulated skewed scores that resemble their neighbours."
	}
	return note
}

// differInSize reports whether ensembles with those numbers of members are not all
// of one size, and their plain scores so not fair.
func differInSize(members []int) bool {
	return len(members) > 0 && slices.Min(members) != slices.Max(members)
}
