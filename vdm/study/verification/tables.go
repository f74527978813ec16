package verification

import (
	"fmt"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// Tables returns the scores of all cases, of the pairs of forecasters, and a table for
// each grouping.
func (r *Results) Tables() (all []report.Table) {
	for _, g := range r.Groups {
		if g.By != "" {
			continue
		}
		all = append(all, g.Table())
		if len(g.Pairs) > 0 {
			all = append(all, g.PairTable())
		}
		for _, by := range Groupings() {
			if t := r.grouped(g.Variable, by); t != nil {
				all = append(all, *t)
			}
		}
	}
	if len(r.Cases.Notes) > 0 {
		all[0].Notes = append(slices.Clone(r.Cases.Notes), all[0].Notes...)
	}
	return all
}

// mainKeys are the values that a table of groups shows, where they exist: one of each
// kind, so that a line fits.
var mainKeys = []string{"crps", "crps_fair", "spread_skill", "bias", "fss", "csi", "brier", "twcrps", "energy", "variogram", "quantile_90", "interval", "power", "roc", "sal_structure"}

// shownKeys is the largest number of values in a table of groups.
const shownKeys = 7

// grouped returns a table of the main values of each group and forecaster of a variable,
// nil without groups.
func (r *Results) grouped(variable, by string) *report.Table {
	var groups []Group
	for _, g := range r.Groups {
		if g.Variable == variable && g.By == by {
			groups = append(groups, g)
		}
	}
	if len(groups) == 0 {
		return nil
	}
	t := &report.Table{Title: fmt.Sprintf("%s by %s", variable, by), Columns: []string{by, "cases", "forecaster"}}
	var rows []report.Row
	for _, key := range mainKeys {
		for _, row := range groups[0].Rows {
			if (row.Key == key || strings.HasPrefix(row.Key, key+"_") && row.Threshold != nil && !strings.Contains(row.Key, "fair")) && len(rows) < shownKeys {
				rows = append(rows, row)
				break
			}
		}
	}
	for _, row := range rows {
		t.Columns = append(t.Columns, row.Label)
	}
	for _, g := range groups {
		for i, e := range g.Entries {
			line := []string{"", "", e.Name}
			if i == 0 {
				line[0], line[1] = g.Name, fmt.Sprint(g.Cases)
			}
			for _, row := range rows {
				line = append(line, report.Format(float64(e.Score(row.Key).Value)))
			}
			t.Rows = append(t.Rows, line)
		}
	}
	t.Notes = []string{"All scores of each group, with intervals, are in the file of --out."}
	return t
}

// Draw returns the figures of the whole, and a film strip of the first case.
func (r *Results) Draw() (all []report.Drawing, err error) {
	var whole []Group
	for _, g := range r.Groups {
		if g.By == "" {
			whole = append(whole, g)
		}
	}
	for i, g := range whole {
		strip, err := g.DrawCase(r.Shown[i], 4, "The first case: what was observed, members, their mean and rivals.")
		if err != nil {
			return nil, err
		}
		drawings, err := g.Draw()
		if err != nil {
			return nil, err
		}
		events, err := g.DrawEvents()
		if err != nil {
			return nil, err
		}
		for _, d := range slices.Concat([]report.Drawing{strip}, drawings, events) {
			if len(whole) > 1 {
				d.File = g.Variable + "-" + d.File
			}
			all = append(all, d)
		}
	}
	return all, nil
}
