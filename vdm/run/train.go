package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/train"
)

// Train trains the run up to a step, from its newest snapshot: called again, it resumes,
// and once the step is reached it does nothing. Resumed, it takes exactly the steps that
// an uninterrupted run would have taken. During and after training the run has the state
// of its newest snapshot.
//
// When ctx ends, Train saves a snapshot if that takes less than four seconds and returns
// an error that is ErrInterrupted. A loss or gradient that is not finite stops it; the
// last good snapshot stays, and the error names the step and the block.
func (m *Run) Train(ctx context.Context, o TrainOptions) error {
	steps, decay := int64(o.Steps), int64(m.Config.Training.Decay)
	if steps == 0 {
		steps = int64(m.Config.Training.Steps)
	}
	if steps <= 0 {
		return fmt.Errorf("train up to step %d: want at least 1; set training.steps", steps)
	}
	if decay != 0 && steps > decay {
		return fmt.Errorf("train up to step %d: training.cosine_decay reaches a rate of 0 at step %d", steps, decay)
	}
	if m.state.Step >= steps {
		return nil
	}
	if o.Data == nil {
		return errors.New("train: no training clips")
	}
	t, err := m.newTraining(o, steps)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer t.close()
	return t.loop(ctx)
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

// close frees everything that was allocated, also after an error of newTraining.
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

func (t *training) loop(ctx context.Context) error {
	first, began := true, time.Now()
	for taken, err := range t.trainer.Steps(ctx, t.steps) {
		if err != nil {
			if ctx.Err() != nil {
				return t.interrupted()
			}
			return t.failed(err)
		}
		t.reached = taken.Step
		if first && time.Since(began) > time.Second {
			t.report(fmt.Sprintf("compiling the training step and taking it once took %.1f s", time.Since(began).Seconds()))
		}
		first = false
		if err := t.afterStep(taken); err != nil {
			return fmt.Errorf("after step %d: %w", taken.Step, t.explained(err))
		}
	}
	return t.snapshot()
}

// failed returns the error of the step after the last successful one, with what the
// reader can do about it.
func (t *training) failed(err error) error {
	if bad := (*train.NotFinite)(nil); errors.As(err, &bad) {
		err = fmt.Errorf("%w; the run stands at the snapshot of step %d. Try a lower training.rate, a warm-up, or training.clip_norm", err, t.saved())
	}
	return fmt.Errorf("training step %d: %w", t.reached+1, t.explained(err))
}
