package report

import (
	"fmt"
	"slices"

	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// fairNote is the note of a table that explains its fair scores.
const fairNote = "Ensembles differ in size, and the plain CRPS rewards members: the fair one is what endless members would score, so that sizes can be compared. One member has none."

// intervalNote returns the note of a table that explains the brackets: bootstrap
// intervals over a number of cases, which the table calls windows, for example. They are
// called 95 % intervals only where their coverage allows it.
func intervalNote(cases int, called string) string {
	note := fmt.Sprintf("In brackets by the stationary bootstrap over %s: %s.", called, verify.IntervalName(cases))
	if verify.IntervalName(cases) != verify.IntervalName(1<<30) {
		note += " Coverage is the share of intervals that contain the true mean, of simulated skewed scores that resemble their neighbours."
	}
	return note
}

// differInSize reports whether the ensembles differ in their number of members, so that
// their plain scores are not comparable.
func differInSize(members []int) bool {
	return len(members) > 0 && slices.Min(members) != slices.Max(members)
}
