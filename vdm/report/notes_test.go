package report

import (
	"math"
	"slices"
	"strings"
	"testing"
)

// Every table has the fair CRPS; where ensembles differ in size it says what that is.
func TestFairCRPSOfEnsemblesOfOtherSizes(t *testing.T) {
	table := func(sizes ...int) (Table, *Compared) {
		c, clip := nowcast(t), rising(0)
		one := Case{Observed: clip}
		for _, m := range sizes {
			f := Forecast{Name: "e"}
			for k := range m {
				member := slices.Clone(clip)
				for i := 4; i < len(member); i++ {
					member[i] += float32(k)
				}
				f.Members = append(f.Members, member)
			}
			one.Forecasts = append(one.Forecasts, f)
		}
		if err := c.Add(one); err != nil {
			t.Fatal(err)
		}
		r, err := c.Compare()
		if err != nil {
			t.Fatal(err)
		}
		return r.Table(), r
	}
	// Members 0 and 1 above the truth: 1/2 − 2·1/(2·4) = 1/4 plain, 1/2 − 2·1/(2·2) = 0
	// fair; of 0, 1 and 2: 1 − 8/18 plain, 1 − 8/12 fair.
	differ, r := table(2, 3, 1)
	near(t, "fair CRPS of two", float64(r.Entries[0].Score("crps_fair").Value), 0, 1e-9)
	near(t, "fair CRPS of three", float64(r.Entries[1].Score("crps_fair").Value), 1-8./12, 1e-9)
	at := slices.IndexFunc(differ.Rows, func(row []string) bool { return row[0] == "fair CRPS, mm/h" })
	if at < 0 || differ.Rows[at][3] != Format(1-8./12) || differ.Rows[at][4] != Format(math.NaN()) {
		t.Fatalf("rows %v, want the fair CRPS of three and none of one member", differ.Rows)
	}
	if same, _ := table(2, 2); slices.Contains(same.Notes, fairNote) || !slices.Contains(differ.Notes, fairNote) || differ.Validate() != nil {
		t.Errorf("notes of ensembles of one size: %v", same.Notes)
	}
}

// A table of few cases names no 95 %, and of many does.
func TestIntervalNote(t *testing.T) {
	few := intervalNote(5, "cases")
	if !strings.Contains(few, "interval (5 cases, coverage about 0.7)") || strings.Contains(few, "95 % interval") {
		t.Errorf("of 5 cases: %s", few)
	}
	if many := intervalNote(1000, "windows"); many != "In brackets by the stationary bootstrap over windows: 95 % interval." {
		t.Errorf("of 1000 windows: %s", many)
	}
}
