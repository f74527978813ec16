package forecasting

import (
	"slices"
	"strings"
	"testing"

	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/verify"
)

// scored are the scores of one forecast of five cases with those members.
func scored(members int, plain, fair float64) Score {
	return Score{Name: "forecast", EnsembleValue: report.EnsembleValue{
		Members: members, CRPS: verify.Interval{Estimate: plain, Low: plain, High: plain, Cases: 5}, FairCRPS: fair,
	}}
}

// The table of a handful of cases calls its intervals by what they cover, and has
// the fair CRPS beside the plain one where ensembles differ in size.
func TestTableOfFewCases(t *testing.T) {
	one, four := scored(1, 0.9, nan), scored(4, 0.7, 0.6)
	s := Scores{Cases: 5, Leads: 5, Of: []Score{one, four}}
	table := s.Table()
	if err := table.Validate(); err != nil {
		t.Fatal(err)
	}
	notes := strings.Join(table.Notes, " ")
	if !strings.Contains(notes, "interval (5 cases, coverage about 0.7)") || strings.Contains(notes, "95 %") {
		t.Errorf("notes %q", notes)
	}
	at := slices.Index(table.Columns, "fair CRPS")
	if at != 3 || table.Rows[0][at] != "–" || table.Rows[1][at] != "0.60" || table.Rows[1][at-1] != "0.70 (0.70, 0.70)" {
		t.Errorf("columns %v, rows %v", table.Columns, table.Rows)
	}
	s.Of = []Score{four, four}
	if table = s.Table(); slices.Contains(table.Columns, "fair CRPS") || table.Validate() != nil {
		t.Errorf("of one size: columns %v", table.Columns)
	}
}
