package run

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// training is one call of Train: what goes on beside the steps, which package train
// takes. The run has the state of its newest snapshot all the time.
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
	loss     []float64 // since the last record
	running  float64
	held     float64
	timer    engine.RateTimer
}

func (m *Run) newTraining(o TrainOptions, steps int64) (_ *training, err error) {
	t := &training{run: m, o: o, steps: steps, reached: m.state.Step, started: time.Now(), held: math.NaN()}
	t.o.Devices = cmp.Or(t.o.Devices, 1)
	defer func() {
		if err != nil {
			t.close()
		}
	}()
	if t.reader, err = newReader(m.Config, o.Data); err != nil {
		return nil, err
	}
	be, choice, err := m.Engine()
	if err != nil {
		return nil, err
	}
	t.report(choice.String())
	how, err := m.Config.trainOptions(t.o.Devices)
	if err != nil {
		return nil, err
	}
	if err := how.Check(be); err != nil {
		return nil, fmt.Errorf("training.batch and devices: %w", err)
	}
	if has := be.NumDevices(); has > 1 {
		t.report(fmt.Sprintf("%d of the engine's %d devices share each batch", t.o.Devices, has))
	}
	if m.state.Step > 0 {
		t.report(fmt.Sprintf("resuming at step %d", m.state.Step))
	}
	if t.estimate, err = m.estimate(t.o.Devices); err != nil {
		return nil, err
	}
	t.report(t.estimate.String())
	if err := t.estimate.Check(); err != nil {
		return nil, err
	}
	if t.heldOut, err = m.newHeldOut(o.HeldOut); err != nil {
		return nil, fmt.Errorf("held-out clips: %w", err)
	}
	record, err := t.newResident()
	if err != nil {
		return nil, err
	}
	layout := m.Config.layout()
	layout.recorded = record != nil
	problem := m.Config.problem(layout, func(k int64, a int) (*batch, error) {
		return t.reader.trainingBatch(m.Config, m.schedule, m.weighting, record, k, a)
	})
	if record != nil {
		problem.Constants = []train.Constant{record.take()}
	}
	if t.trainer, err = train.New(be, problem, how, m.state); err != nil {
		return nil, t.explained(err)
	}
	if record != nil {
		t.report(record.String())
	}
	if t.metrics, err = openMetrics(m.Dir, m.state.Step); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return t, nil
}

// close frees what there is, also of a training that could not be made.
func (t *training) close() {
	if t.trainer != nil {
		t.trainer.Close()
	}
	if t.heldOut != nil {
		t.heldOut.close()
	}
	if t.metrics != nil {
		_ = t.metrics.Close()
	}
}

func (t *training) report(line string) {
	if t.o.Report != nil {
		t.o.Report(line)
	}
}

// saved returns the step of the newest snapshot.
func (t *training) saved() int64 { return t.run.state.Step }

// failed returns the error of the step after the last one that was taken, with what
// the reader can do about it.
func (t *training) failed(err error) error {
	if bad := (*train.NotFinite)(nil); errors.As(err, &bad) {
		err = fmt.Errorf("%w; the run stands at the snapshot of step %d. Try a lower training.rate, a warm-up, or training.clip_norm", err, t.saved())
	}
	return fmt.Errorf("training step %d: %w", t.reached+1, t.explained(err))
}
