package verification

import (
	"fmt"
	"slices"
	"strings"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
	"github.com/climate-vdm/climate-vdm/vdm/report"
)

// The ways to group cases, in the order of a report.
const (
	ByLead      = "lead"
	BySeason    = "season"
	ByIntensity = "intensity"
	ByRegion    = "region"
)

// Groupings are the ways to group cases.
func Groupings() []string { return []string{ByLead, BySeason, ByIntensity, ByRegion} }

// Options say what is scored and how.
type Options struct {
	Data       *climate.Record // whose fields are the variables of the files, in their order
	Forecaster string          // what tables call the forecasts; "" is what the files say, else "model"
	Rivals     []Rival
	AnyRival   bool // where none is given: persistence, or linear interpolation between known frames
	Known      int  // first frames of each file that were known; 0 is found out
	Scores     []string
	Thresholds []float64
	Windows    []int
	By         []string  // of Groupings
	Edges      []float64 // between classes of intensity, in the units of the data; none is 0.1, 0.5, 2 for mm/h
	Regions    [2]int    // blocks along rows and columns; zeros are 2 × 2
	Seed       uint64    // breaks ties of ranks, and is what random rivals begin with

	Name     func(option string) string // what messages call an option; nil is the names here
	Progress func(done, files int)      // is called after each file; nil is nobody

	windows     *climate.Windows
	windowShape [3]int
}

func (o *Options) called(option string) string {
	if o.Name != nil {
		return o.Name(option)
	}
	return option
}

// Validate refuses options that cannot be meant, all of them at once.
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

// scores are the names of the scores to take, in the order of the list.
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
