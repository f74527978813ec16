package verification

import (
	"fmt"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// These are the ways to group cases, in the order of a report.
const (
	ByLead      = "lead"
	BySeason    = "season"
	ByIntensity = "intensity"
	ByRegion    = "region"
)

// Groupings returns the names of the ways to group cases.
func Groupings() []string { return []string{ByLead, BySeason, ByIntensity, ByRegion} }

// Options says what is scored and how.
type Options struct {
	Data       *climate.Record // its fields are the variables of the files, in their order
	Forecaster string          // name of the forecasts in tables; "" means the file's name of them, else "model"
	Rivals     []Rival
	AnyRival   bool // if none is given: persistence, or linear interpolation between known frames
	Known      int  // number of first known frames of each file; 0 means that it is found out
	Scores     []string
	Thresholds []float64
	Windows    []int
	By         []string  // of Groupings
	Edges      []float64 // limits of the classes of intensity, in the units of the data; none means 0.1, 0.5, 2 for mm/h
	Regions    [2]int    // blocks along rows and columns; zeros mean 2 × 2
	Seed       uint64    // breaks ties of ranks, and seeds random rivals

	Name     func(option string) string // the name of an option in messages; nil means the names in this struct
	Progress func(done, files int)      // called after each file; nil means that it is not wanted

	windows     *climate.Windows
	windowShape [3]int
	notes       []string // on files and rivals, for the results
}

func (o *Options) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

// Validate returns an error that names all options out of their range.
func (o *Options) Validate() error {
	var wrong []string
	for _, by := range o.By {
		if !slices.Contains(Groupings(), by) {
			wrong = append(wrong, fmt.Sprintf("%s is %q: want some of %s", o.called("By"), by, strings.Join(Groupings(), ", ")))
		}
	}
	for _, name := range o.Scores {
		if _, err := report.FindScore(name); err != nil {
			wrong = append(wrong, fmt.Sprintf("%s: %v", o.called("Scores"), err))
		}
	}
	for i, e := range o.Edges {
		if e != e || i > 0 && e <= o.Edges[i-1] {
			wrong = append(wrong, fmt.Sprintf("%s is %v: want numbers, each above the one before", o.called("Edges"), o.Edges))
			break
		}
	}
	if o.Regions[0] < 0 || o.Regions[1] < 0 || (o.Regions[0] == 0) != (o.Regions[1] == 0) {
		wrong = append(wrong, fmt.Sprintf("%s is %v: want at least 1 block along rows and columns", o.called("Regions"), o.Regions))
	}
	if o.Known < 0 {
		wrong = append(wrong, fmt.Sprintf("%s is %d: want at least 1", o.called("Known"), o.Known))
	}
	names := map[string]bool{o.Forecaster: true}
	for _, r := range o.Rivals {
		if names[r.Name] {
			wrong = append(wrong, fmt.Sprintf("two forecasters are called %q: NAME=PATH gives files another name", r.Name))
		}
		names[r.Name] = true
	}
	if len(wrong) > 0 {
		return fmt.Errorf("%s", strings.Join(wrong, "; "))
	}
	return nil
}

// scores returns the names of the requested scores, in the order of the list.
func (o *Options) scores() (names []string) {
	var wanted []string
	for _, name := range o.Scores {
		if found, err := report.FindScore(name); err == nil {
			wanted = append(wanted, found)
		}
	}
	for _, name := range report.ScoreNames() {
		if slices.Contains(wanted, name) {
			names = append(names, name)
		}
	}
	return names
}

// noteOnce adds a note for the results, unless one of its kind is among them: one that has
// the same words.
func (o *Options) noteOnce(note, words string) {
	if !slices.ContainsFunc(o.notes, func(other string) bool { return strings.Contains(other, words) }) {
		o.notes = append(o.notes, note)
	}
}
