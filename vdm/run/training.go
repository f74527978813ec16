package run

import (
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// training is one call of Train: everything beside the steps, which package train takes.
// Meanwhile the run has the state of its newest snapshot.
type training struct {
	run      *Run
	o        TrainOptions
	steps    int64
	reader   *reader
	heldOut  *heldOutLoss
	metrics  *metricsFile
	estimate Estimate
	trainer  *train.Trainer

	started  time.Time
	lastSave time.Duration
	reached  int64     // the last step that was taken
	loss     []float64 // the losses since the last line of metrics
	running  float64
	held     float64
	timer    engine.RateTimer
}

func (t *training) report(line string) {
	if t.o.Report != nil {
		t.o.Report(line)
	}
}

// saved returns the step of the newest snapshot.
func (t *training) saved() int64 { return t.run.state.Step }
