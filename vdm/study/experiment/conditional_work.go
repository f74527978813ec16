package experiment

import (
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// ConditionalDir is the folder of Conditional's clips, figures and page in that of
// the run.
const ConditionalDir = "conditional"

// conditional is one call of Conditional.
type conditional struct {
	ConditionalOptions
	*seasons
	model   *run.Run
	windows []int              // of the test windows, in the order in which they are drawn
	drawn   map[string][]drawn // of each task, the methods that are complete
	open    []*Generated
	missing []string // tasks and methods that are not complete
	summary *report.Summary
	strips  []report.Drawing
	stages  report.Stages
}

// drawn are the clips of one task and method.
type drawn struct {
	method
	clips *Generated
}
