package experiment

import (
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
)

// work is the state of one call of Unconditional.
type work struct {
	Options
	*seasons
	model       *run.Run
	generated   *Generated
	summary     *report.Summary
	stages      report.Stages
	samplerRate float64
}
