package run

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Train trains the run up to a step, from where it stands: run again, it
// resumes, and once the step is reached it does nothing. Resumed, it takes
// exactly the steps that an uninterrupted run would have taken. Meanwhile and
// afterwards the run is what its newest snapshot is.
//
// When ctx ends, it saves a snapshot if that takes less than four seconds and
// returns an error that is ErrInterrupted. A loss or gradient that is not finite
// stops it, with the last good snapshot kept, and names the step and the block.
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
		if err := t.after(taken); err != nil {
			return fmt.Errorf("after step %d: %w", taken.Step, t.explained(err))
		}
	}
	return t.snapshot()
}
