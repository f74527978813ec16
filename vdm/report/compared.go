package report

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"
)

// Compared contains the scores of forecasts of the same cases, as plain numbers that can
// be saved, tabulated and drawn. The others are compared with the first entry.
type Compared struct {
	ComparisonOptions
	Cases   int     `json:"cases"`
	Rows    []Row   `json:"rows"` // in the order of the table
	Entries []Entry `json:"entries"`
	Pairs   []Pair  `json:"pairs,omitempty"` // of every two forecasts, where they were asked for
}

// Entry contains the scores of one forecaster, over the frames that were not known.
type Entry struct {
	Name      string           `json:"name"`
	Reference bool             `json:"reference"` // whether it was made without a model
	Members   int              `json:"members"`
	Scores    map[string]Score `json:"scores"`
}

// MarshalJSON returns the entry with each score also by itself, as "crps", for readers of
// files that had no "scores": programs that read one figure need not change.
func (e Entry) MarshalJSON() ([]byte, error) {
	flat := map[string]any{}
	for key, s := range e.Scores {
		flat[key] = s.Value
	}
	flat["name"], flat["reference"], flat["members"], flat["scores"] = e.Name, e.Reference, e.Members, e.Scores
	return json.Marshal(flat)
}

// Score returns a score by its key; its values are NaN where the entry has none.
func (e Entry) Score(key string) Score {
	if s, ok := e.Scores[key]; ok {
		return s
	}
	return none
}

// LargestBias returns the largest absolute value of the map of the normalised bias.
func (e Entry) LargestBias() float64 {
	return math.Max(math.Abs(float64(e.Score("bias_driest").Value)), math.Abs(float64(e.Score("bias_wettest").Value)))
}

// Table returns a table with a row for each score that exists and a column for each
// forecast.
func (c *Compared) Table() Table {
	t := Table{
		Title:   fmt.Sprintf("%s of %s: %s, frames %s of %d generated", title(c.Task), c.Variable, number(c.Cases, "case"), counted(c.Known.Ahead()), len(c.Known)),
		Columns: []string{"score", "best"},
	}
	members := []string{"members", ""}
	var sizes []int
	for _, e := range c.Entries {
		t.Columns, members, sizes = append(t.Columns, e.Name), append(members, fmt.Sprint(e.Members)), append(sizes, e.Members)
	}
	t.Rows = append(t.Rows, members)
	for _, r := range c.Rows {
		row := []string{r.Label, r.Best}
		for _, e := range c.Entries {
			row = append(row, r.text(e.Score(r.Key)))
		}
		if slices.ContainsFunc(row[2:], func(text string) bool { return text != "–" }) {
			t.Rows = append(t.Rows, row)
		}
	}
	note := "One case has no interval."
	if c.Cases > 1 {
		note = intervalNote(c.Cases, "cases")
	}
	if c.shows("crps") {
		note += " With one member the CRPS is the mean absolute error."
	}
	t.Notes = append(t.Notes, note)
	if differInSize(sizes) && c.shows("crps", "twcrps", "energy", "variogram", "brier") {
		t.Notes = append(t.Notes, fairNote)
	}
	if len(c.Thresholds) > 0 && c.shows("twcrps", "fss", "csi", "pofd", "brier", rocKey) {
		t.Notes = append(t.Notes, fmt.Sprintf("twCRPS and the scores from FSS to ROC area are of %s %s and more; FSS, Brier and ROC take the share of members, CSI to frequency bias count each member as a forecast.", c.thresholds(), c.Units))
	}
	if c.shows("power") {
		t.Notes = append(t.Notes, "Power: the members' over the truth's; the factor is exp of the mean over scales of |ln(power)|.")
	}
	if c.shows("bias") {
		t.Notes = append(t.Notes, "Bias: (mean generated − mean truth)/mean truth; few cases make large extremes by chance alone.")
	}
	return t
}

// shows reports whether the table has a row of one of the values, which may be of a
// threshold or a window.
func (c *Compared) shows(keys ...string) bool {
	return slices.ContainsFunc(c.Rows, func(r Row) bool {
		return slices.ContainsFunc(keys, func(key string) bool { return r.Key == key || strings.HasPrefix(r.Key, key+"_") })
	})
}

// PairTable has a row for every two forecasts and score: the difference with its
// interval, and the skill.
func (c *Compared) PairTable() Table {
	t := Table{
		Title:   fmt.Sprintf("%s of %s, forecasts in pairs: %s", title(c.Task), c.Variable, number(c.Cases, "case")),
		Columns: []string{"score", "first", "second", "first − second", "skill of the first"},
	}
	for _, p := range c.Pairs {
		signed := p.Row
		signed.Signed = true
		t.Rows = append(t.Rows, []string{p.Row.Label, p.First, p.Second, signed.text(p.Difference), Format(float64(p.Skill))})
	}
	note := "One case has no interval."
	if c.Cases > 1 {
		note = intervalNote(c.Cases, "cases")
	}
	t.Notes = append(t.Notes, note+" Blocks of cases that follow each other in time are resampled together. Where the best is 0 (CRPS) the first is better below 0, where it is 1 (CSI) above 0; skill is the share of what the second lacks that the first has, 1 − first/second or (first − second)/(1 − second).")
	return t
}

// keyOf returns the key of a figure of an event.
func (c *Compared) keyOf(key string, threshold float64) string {
	if len(c.Thresholds) > 1 {
		return fmt.Sprintf("%s_%g", key, threshold)
	}
	return key
}

// BaseRate returns how often the truth reached a threshold, NaN where no score told; of the
// contingency table alone only whether that was never (0) or always (1).
func (c *Compared) BaseRate(threshold float64) float64 {
	value := func(key string) float64 { return float64(c.Entries[0].Score(c.keyOf(key, threshold)).Value) }
	if rate := value("base_rate"); rate == rate {
		return rate
	}
	hits, alarms := value("pod"), value("pofd")
	switch {
	case hits != hits && alarms == alarms: // nothing to hit
		return 0
	case hits == hits && alarms != alarms: // no false alarm was possible
		return 1
	}
	return math.NaN()
}

// thresholds lists the thresholds.
func (c *Compared) thresholds() string {
	var all []string
	for _, v := range c.Thresholds {
		all = append(all, fmt.Sprintf("%g", v))
	}
	return strings.Join(all, ", ")
}

// number returns a count with its noun.
func number(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// title returns a text with a capital letter at the beginning.
func title(s string) string {
	if s == "" || s[0] < 'a' || s[0] > 'z' {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// inside returns the name of a variable as it stands inside a sentence: "precipitation
// rate" for "Precipitation rate", and abbreviations as they are.
func inside(name string) string {
	if len(name) > 1 && name[0] >= 'A' && name[0] <= 'Z' && name[1] >= 'a' && name[1] <= 'z' {
		return string(name[0]-'A'+'a') + name[1:]
	}
	return name
}

// counted returns the numbers of frames as readers count them, from 1.
func counted(frames []int) string {
	text := ""
	for i, f := range frames {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprint(f + 1)
	}
	return text
}
