package run

import (
	"fmt"
	"math"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// snapshotPatience is how long a snapshot on an interrupt may take: a notebook
// kills a stopped cell five seconds after the signal.
const snapshotPatience = 4 * time.Second

// after is what follows a step: metrics, held-out loss, snapshot, progress.
func (t *trainer) after(loss, norm float64) error {
	c := t.Config.Training
	t.loss = append(t.loss, loss)
	if t.running == 0 {
		t.running = loss
	}
	t.running += 0.05 * (loss - t.running)
	last := t.step == t.steps
	if t.heldOut != nil && (last || t.step%int64(c.HeldOutEvery) == 0) {
		held, err := t.heldOut.mean(t.replicas[0].states[3].Tensor)
		if err != nil {
			return err
		}
		if !engine.Finite(held) {
			return fmt.Errorf("the held-out loss is %v with a finite training loss (%v): the run stands at the snapshot of step %d", held, loss, t.saved)
		}
		t.held = held
		if err := t.metrics.add(MetricsLine{Step: t.step, HeldOut: &held, Seconds: t.seconds()}); err != nil {
			return err
		}
	}
	if last || t.step%int64(c.LogEvery) == 0 {
		mean, rate := 0.0, c.RateAt(t.step-1)
		for _, l := range t.loss {
			mean += l / float64(len(t.loss))
		}
		t.loss = t.loss[:0]
		if err := t.metrics.add(MetricsLine{Step: t.step, Loss: &mean, GradNorm: &norm, Rate: &rate, Seconds: t.seconds()}); err != nil {
			return err
		}
	}
	if t.step%int64(c.SnapshotEvery) == 0 {
		if err := t.snapshot(); err != nil {
			return err
		}
	}
	t.timer.Tick()
	if t.o.Progress != nil {
		t.o.Progress(vdm.Progress{
			Step: t.step, Steps: t.steps, Loss: t.running, HeldOut: t.held,
			PerSecond: t.timer.Rate(), Left: t.timer.Left(t.steps - t.step),
		})
	}
	return nil
}

func (t *trainer) seconds() float64 {
	return math.Round(1000*time.Since(t.started).Seconds()) / 1000
}

// snapshot copies the states to the model and saves it. Where saving fails the
// model stays what its last snapshot is.
func (t *trainer) snapshot() error {
	if t.saved == t.step {
		return nil
	}
	began := time.Now()
	old := *t.Run
	for i, to := range []*[]float32{&t.weights, &t.optimiser[0], &t.optimiser[1], &t.ema} {
		values, err := t.replicas[0].states[i].Values()
		if err != nil {
			*t.Run = old
			return fmt.Errorf("snapshot: %w", err)
		}
		*to = values
	}
	if err := t.save(); err != nil {
		*t.Run = old
		return fmt.Errorf("snapshot: %w", err)
	}
	t.saved, t.lastSave = t.step, time.Since(began)
	return nil
}

// interrupted saves what it has, if there is time for it.
func (t *trainer) interrupted() error {
	reached := t.step
	if t.lastSave > snapshotPatience {
		return fmt.Errorf("%w at step %d: a snapshot takes too long now; the last one is of step %d", vdm.ErrInterrupted, reached, t.saved)
	}
	if err := t.snapshot(); err != nil {
		return fmt.Errorf("%w at step %d: %w; the last snapshot is of step %d", vdm.ErrInterrupted, reached, err, t.saved)
	}
	return fmt.Errorf("%w: saved at step %d of %d; run again to go on", vdm.ErrInterrupted, reached, t.steps)
}
