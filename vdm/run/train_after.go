package run

import (
	"fmt"
	"math"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// snapshotPatience is how long a snapshot on an interrupt may take: a notebook
// kills a stopped cell five seconds after the signal.
const snapshotPatience = 4 * time.Second

// afterStep does what follows a step: metrics, held-out loss, snapshot, progress.
func (t *training) afterStep(taken train.Taken) error {
	c, step := t.run.Config.Training, taken.Step
	t.loss = append(t.loss, taken.Loss)
	if t.running == 0 {
		t.running = taken.Loss
	}
	t.running += 0.05 * (taken.Loss - t.running)
	last := step == t.steps
	if t.heldOut != nil && (last || step%int64(c.HeldOutEvery) == 0) {
		held, err := t.heldOut.mean(t.trainer.EMA())
		if err != nil {
			return err
		}
		if !engine.Finite(held) {
			return fmt.Errorf("the held-out loss is %v with a finite training loss (%v): the run stands at the snapshot of step %d", held, taken.Loss, t.saved())
		}
		t.held = held
		if err := t.metrics.add(MetricsLine{Step: step, HeldOut: &held, Seconds: t.seconds()}); err != nil {
			return err
		}
	}
	if last || step%int64(c.LogEvery) == 0 {
		mean := 0.0
		for _, l := range t.loss {
			mean += l / float64(len(t.loss))
		}
		t.loss = t.loss[:0]
		if err := t.metrics.add(MetricsLine{Step: step, Loss: &mean, GradNorm: &taken.Norm, Rate: &taken.Rate, Seconds: t.seconds()}); err != nil {
			return err
		}
	}
	if step%int64(c.SnapshotEvery) == 0 {
		if err := t.snapshot(); err != nil {
			return err
		}
	}
	t.timer.Tick()
	if t.o.Progress != nil {
		t.o.Progress(vdm.Progress{
			Step: step, Steps: t.steps, Loss: t.running, HeldOut: t.held,
			PerSecond: t.timer.Rate(), Left: t.timer.Left(t.steps - step),
		})
	}
	return nil
}

func (t *training) seconds() float64 {
	return math.Round(1000*time.Since(t.started).Seconds()) / 1000
}

// snapshot saves the state of the last step and makes it the run's. If that fails, the
// run keeps the state of its last snapshot.
func (t *training) snapshot() error {
	if t.saved() == t.reached {
		return nil
	}
	began := time.Now()
	err := t.metrics.sync()
	var state train.State
	if err == nil {
		state, err = t.trainer.State()
	}
	if err == nil {
		err = t.run.save(state)
	}
	if err != nil {
		return fmt.Errorf("snapshot: %w", err)
	}
	t.lastSave = time.Since(began)
	return nil
}

// interrupted saves a snapshot if there is time for one.
func (t *training) interrupted() error {
	if t.lastSave > snapshotPatience {
		return fmt.Errorf("%w at step %d: a snapshot takes too long now; the last one is of step %d", vdm.ErrInterrupted, t.reached, t.saved())
	}
	if err := t.snapshot(); err != nil {
		return fmt.Errorf("%w at step %d: %w; the last snapshot is of step %d", vdm.ErrInterrupted, t.reached, err, t.saved())
	}
	return fmt.Errorf("%w: saved at step %d of %d; run again to go on", vdm.ErrInterrupted, t.reached, t.steps)
}
