package report

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// members is the value of ensembles of m members about truths of 1, whose members
// are truth, truth + 1 and so on.
func membersOf(t *testing.T, m int) EnsembleValue {
	t.Helper()
	s, err := NewEnsembleScore(1, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		var all [][]float32
		for k := range m {
			v := float32(1 + k)
			all = append(all, []float32{v, v, v, v + 1e-3})
		}
		if err := s.Add(all, []float32{1, 1, 1, 1}); err != nil {
			t.Fatal(err)
		}
	}
	v, err := s.Value()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// The fair CRPS stands beside the plain one where ensembles differ in size, and
// only there.
func TestFairCRPSBesideEnsemblesOfOtherSizes(t *testing.T) {
	two, three, one := membersOf(t, 2), membersOf(t, 3), membersOf(t, 1)
	// Members 0 and 1 above the truth: 1/2 − 2·1/(2·4) = 1/4 plain, 1/2 − 2·1/(2·2) = 0
	// fair; of 0, 1 and 2: 1 − 8/18 plain, 1 − 8/12 fair. A quarter of the cells is
	// 0.001 further off, which leaves differences as they are but for the nearest.
	near(t, "fair CRPS of two", two.FairCRPS, 0.00025, 1e-6)
	near(t, "fair CRPS of three", three.FairCRPS, 1-8./12+0.00025, 1e-6)
	if !math.IsNaN(one.FairCRPS) {
		t.Errorf("fair CRPS of one member: %v", one.FairCRPS)
	}
	table := func(values ...EnsembleValue) Table {
		c := &Comparison{Task: "nowcast", Units: "mm/h", Known: []bool{true, false}, Cases: 3}
		for _, v := range values {
			if err := c.Add(Compared{Name: "e", Height: 2, Width: 2}, v, values[0]); err != nil {
				t.Fatal(err)
			}
		}
		table := c.Table()
		if err := table.Validate(); err != nil {
			t.Fatal(err)
		}
		return table
	}
	if same := table(two, two); slices.Contains(same.Columns, "fair CRPS") || slices.Contains(same.Notes, FairNote) {
		t.Errorf("ensembles of one size have a column of the fair CRPS: %v", same.Columns)
	}
	differ := table(two, three, one)
	at := slices.Index(differ.Columns, "fair CRPS")
	if at != 3 || !slices.Contains(differ.Notes, FairNote) {
		t.Fatalf("columns %v, want the fair CRPS after the plain one", differ.Columns)
	}
	if got, want := differ.Rows[1][at], Format(three.FairCRPS); got != want || differ.Rows[2][at] != Format(math.NaN()) {
		t.Errorf("fair CRPS %q and %q, want %q and none", got, differ.Rows[2][at], want)
	}
}

// A table of few cases names no 95 %, and of many does.
func TestIntervalNote(t *testing.T) {
	few := IntervalNote(5, "cases")
	if !strings.Contains(few, "interval (5 cases, coverage about 0.7)") || strings.Contains(few, "95 % interval") {
		t.Errorf("of 5 cases: %s", few)
	}
	if many := IntervalNote(1000, "windows"); many != "In brackets by the stationary bootstrap over windows: 95 % interval." {
		t.Errorf("of 1000 windows: %s", many)
	}
}
