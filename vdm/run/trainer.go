package run

import (
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// trainer is one call of Train.
type trainer struct {
	*Run
	o        TrainOptions
	steps    int64
	be       compute.Backend
	reader   *reader
	heldOut  *heldOutLoss
	metrics  *metricsFile
	estimate Estimate

	stepExec, gradExec *g.Exec
	replicas           []*replica // one a device
	record             *resident  // nil where clips are uploaded

	started  time.Time
	lastSave time.Duration
	saved    int64     // step of the newest snapshot
	loss     []float64 // since the last record
	running  float64
	held     float64
	timer    engine.RateTimer
}

func (t *trainer) report(line string) {
	if t.o.Report != nil {
		t.o.Report(line)
	}
}

// layout returns the inputs of the training step for a batch.
func (t *trainer) layout() batchLayout {
	l := t.Config.layout()
	l.recorded = t.record != nil
	return l
}
