package experiment

import (
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// ConditionalDir is the folder of Conditional's clips, figures and page, below the run's
// folder.
const ConditionalDir = "conditional"

// conditional is the state of one call of Conditional.
type conditional struct {
	ConditionalOptions
	*seasons
	model   *run.Run
	windows []int              // numbers of the test windows, in the order in which they are drawn
	drawn   map[string][]drawn // for each task, the methods that are complete
	open    []*Generated
	missing []string // tasks and methods that are not complete
	summary *report.Summary
	strips  []report.Drawing
	stages  report.Stages
}

// drawn contains the clips of one task and method.
type drawn struct {
	method
	clips *Generated
}
