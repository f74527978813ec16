package firstmodel

import (
	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/report"
	"github.com/climate-vdm/climate-vdm/vdm/run"
	"github.com/climate-vdm/climate-vdm/vdm/study/archive"
)

// work is the state of one call of Run.
type work struct {
	Options
	*data
	model   *run.Run
	clips   *archive.Clips
	members *archive.Clips // of the nowcast
	about   string         // where the nowcast lies
	truth   []float32      // what was observed
	random  *vdm.Samples   // clips of the training hours, with which the nowcast is compared
	one     report.Case    // the nowcast as it was scored
	summary *report.Summary
	stages  report.Stages
}
