package vdm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// TrainOptions says what to train on.
type TrainOptions struct {
	Data    Clips // training clips; needed
	HeldOut Clips // for the held-out loss; nil for none
	Steps   int   // train up to this step; 0 means the configuration's
	// Progress, if set, is called after every step.
	Progress func(Progress)
	// Report, if set, receives lines worth reading: the engine, the estimate,
	// what was resumed.
	Report func(line string)
}

// Progress is where a long task stands.
type Progress struct {
	Step, Steps int64
	Loss        float64 // running mean of the training loss
	HeldOut     float64 // last held-out loss, NaN before the first
	PerSecond   float64 // steps a second of late
	Left        time.Duration
}

// ErrInterrupted says that training was stopped by its context; what it had is
// saved, or the last snapshot stands.
var ErrInterrupted = errors.New("interrupted")

// snapshotPatience is how long a snapshot on an interrupt may take: a notebook
// kills a stopped cell five seconds after the signal.
const snapshotPatience = 4 * time.Second

// Train trains the run up to a step, from where it stands: run again, it
// resumes, and once the step is reached it does nothing. Resumed, it takes
// exactly the steps that an uninterrupted run would have taken.
//
// When ctx ends, it saves a snapshot if that takes less than four seconds and
// returns an error that is ErrInterrupted. A loss or gradient that is not finite
// stops it, with the last good snapshot kept, and names the step and the block.
func (m *Model) Train(ctx context.Context, o TrainOptions) error {
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
	if m.step >= steps {
		return nil
	}
	if o.Data == nil {
		return errors.New("train: no training clips")
	}
	t, err := m.newTrainer(o, steps)
	if err != nil {
		return fmt.Errorf("train: %w", err)
	}
	defer t.close()
	return t.loop(ctx)
}

// trainer is one call of Train.
type trainer struct {
	*Model
	o       TrainOptions
	steps   int64
	be      compute.Backend
	reader  *reader
	heldOut *heldOutLoss
	metrics *metricsFile

	stepExec, gradExec *g.Exec
	vectors            [4]*vector // weights, first, second, EMA, on the engine
	zero               *vector

	started  time.Time
	lastSave time.Duration
	saved    int64     // step of the newest snapshot
	loss     []float64 // since the last record
	running  float64
	held     float64
	timer    rateTimer
}

func (m *Model) newTrainer(o TrainOptions, steps int64) (_ *trainer, err error) {
	t := &trainer{Model: m, o: o, steps: steps, saved: m.step, started: time.Now(), held: math.NaN()}
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
	t.be = be
	t.report(choice.String())
	if m.step > 0 {
		t.report(fmt.Sprintf("resuming at step %d", m.step))
	}
	estimate, err := m.Estimate()
	if err != nil {
		return nil, err
	}
	t.report(estimate.String())
	if err := estimate.Check(); err != nil {
		return nil, err
	}
	if t.heldOut, err = m.newHeldOut(o.HeldOut); err != nil {
		return nil, fmt.Errorf("held-out clips: %w", err)
	}
	if t.stepExec, err = program(be, "training step", m.Config.stepGraph); err != nil {
		return nil, err
	}
	if t.gradExec, err = program(be, "gradient", m.Config.gradientGraph); err != nil {
		return nil, err
	}
	for i, values := range [][]float32{m.weights, m.optimiser[0], m.optimiser[1], m.ema} {
		// A copy: the engine may share the host's memory, and a donated buffer is
		// overwritten, while these must stay good until the next snapshot.
		if t.vectors[i], err = newVector(be, append([]float32(nil), values...)); err != nil {
			return nil, err
		}
	}
	if t.zero, err = newVector(be, make([]float32, len(m.weights))); err != nil {
		return nil, err
	}
	if t.metrics, err = openMetrics(m.Dir, m.step); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return t, nil
}

// close frees what there is, also of a trainer that could not be made.
func (t *trainer) close() {
	for _, v := range append(t.vectors[:], t.zero) {
		if v != nil {
			free(v.t)
		}
	}
	for _, exec := range []*g.Exec{t.stepExec, t.gradExec} {
		if exec != nil {
			exec.Finalize()
		}
	}
	if t.heldOut != nil {
		t.heldOut.close()
	}
	if t.metrics != nil {
		_ = t.metrics.Close()
	}
}

func (t *trainer) report(line string) {
	if t.o.Report != nil {
		t.o.Report(line)
	}
}

func (t *trainer) loop(ctx context.Context) (err error) {
	// However it ends, the model is what its newest snapshot is.
	defer func() { t.step = t.saved }()
	feed, stop := context.WithCancel(ctx)
	batches := t.prefetch(feed)
	defer func() {
		stop()
		for range batches { // until nobody reads the clips, which the caller may now close
		}
	}()
	for t.step < t.steps {
		if ctx.Err() != nil {
			return t.interrupted()
		}
		loss, norm, err := t.takeStep(batches)
		if err != nil {
			if ctx.Err() != nil {
				return t.interrupted()
			}
			return fmt.Errorf("training step %d: %w", t.step+1, err)
		}
		t.step++
		if err := t.after(loss, norm); err != nil {
			return fmt.Errorf("after step %d: %w", t.step, err)
		}
	}
	return t.snapshot()
}

// prefetch makes the batches of the coming steps while the engine works.
func (t *trainer) prefetch(ctx context.Context) <-chan prefetched {
	out := make(chan prefetched, 2)
	from, passes := t.step, t.Config.Training.Accumulate
	go func() {
		defer close(out)
		for k := from; k < t.steps; k++ {
			for a := range passes {
				b, err := t.reader.trainingBatch(t.Config, t.schedule, t.weighting, k, a)
				select {
				case out <- prefetched{b, err}:
				case <-ctx.Done():
					return
				}
			}
		}
	}()
	return out
}

type prefetched struct {
	b   *batch
	err error
}

// takeStep is one step of the optimiser. The states on the engine change only
// if loss and gradient are finite.
func (t *trainer) takeStep(batches <-chan prefetched) (loss, norm float64, err error) {
	c := t.Config.Training
	sum, owned := t.zero.t, false
	var in *batch
	for a := range c.Accumulate {
		next, ok := <-batches
		if !ok {
			return 0, 0, context.Canceled
		}
		if next.err != nil {
			return 0, 0, next.err
		}
		in = next.b
		if a == c.Accumulate-1 {
			break
		}
		up := in.tensors(t.Config)
		out, err := run(t.gradExec, anySlice([]*tensors.Tensor{t.vectors[0].t, sum}, up)...)
		free(up...)
		if err != nil {
			return 0, 0, err
		}
		loss += float64(tensors.ToScalar[float32](out[0]))
		free(out[0])
		if owned {
			free(sum)
		}
		sum, owned = out[1], true
	}
	args := make([]any, 0, 16)
	for _, v := range t.vectors {
		donated, err := v.donate()
		if err != nil {
			return 0, 0, err
		}
		args = append(args, donated)
	}
	args = append(args, sum)
	args = append(args, t.scalars().values()...)
	up := in.tensors(t.Config)
	for _, x := range up {
		args = append(args, x)
	}
	out, err := run(t.stepExec, args...)
	free(up...)
	if owned {
		free(sum)
	}
	if err != nil {
		return 0, 0, err
	}
	for i := range t.vectors {
		t.vectors[i].t = out[2+i]
	}
	loss = (loss + float64(tensors.ToScalar[float32](out[0]))) / float64(c.Accumulate)
	norm = float64(tensors.ToScalar[float32](out[1]))
	free(out[0], out[1])
	if !finite(loss) || !finite(norm) {
		return loss, norm, t.diagnose(in, loss, norm)
	}
	return loss, norm, nil
}

func finite(x float64) bool { return !math.IsNaN(x) && !math.IsInf(x, 0) }

func anySlice(groups ...[]*tensors.Tensor) []any {
	var out []any
	for _, group := range groups {
		for _, t := range group {
			out = append(out, t)
		}
	}
	return out
}

// scalars are those of the step that is about to be taken.
func (t *trainer) scalars() stepScalars {
	c, k := t.Config.Training, float64(t.step+1)
	return stepScalars{
		rate:  float32(c.RateAt(t.step)),
		bias1: float32(1 - math.Pow(c.Beta1, k)),
		bias2: float32(1 - math.Pow(c.Beta2, k)),
		ema:   float32(min(c.EMA, k/(k+9))),
	}
}

// RateAt is the learning rate of the step after the given one: a linear warm-up,
// then constant or a half cosine down to 0 at step Decay.
func (c TrainingConfig) RateAt(step int64) float64 {
	k := float64(step)
	rate := c.Rate
	if k < float64(c.Warmup) {
		return rate * (k + 1) / float64(c.Warmup)
	}
	if c.Decay > 0 {
		done := (k - float64(c.Warmup)) / float64(c.Decay-c.Warmup)
		rate *= 0.5 * (1 + math.Cos(math.Pi*min(1, done)))
	}
	return rate
}

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
		held, err := t.heldOut.mean(t.vectors[3].t)
		if err != nil {
			return err
		}
		if !finite(held) {
			return fmt.Errorf("the held-out loss is %v with a finite training loss (%v): the run stands at the snapshot of step %d", held, loss, t.saved)
		}
		t.held = held
		if err := t.metrics.add(Record{Step: t.step, HeldOut: &held, Seconds: t.seconds()}); err != nil {
			return err
		}
	}
	if last || t.step%int64(c.LogEvery) == 0 {
		mean, rate := 0.0, c.RateAt(t.step-1)
		for _, l := range t.loss {
			mean += l / float64(len(t.loss))
		}
		t.loss = t.loss[:0]
		if err := t.metrics.add(Record{Step: t.step, Loss: &mean, GradNorm: &norm, Rate: &rate, Seconds: t.seconds()}); err != nil {
			return err
		}
	}
	if t.step%int64(c.SnapshotEvery) == 0 {
		if err := t.snapshot(); err != nil {
			return err
		}
	}
	t.timer.tick()
	if t.o.Progress != nil {
		t.o.Progress(Progress{
			Step: t.step, Steps: t.steps, Loss: t.running, HeldOut: t.held,
			PerSecond: t.timer.rate(), Left: t.timer.left(t.steps - t.step),
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
	old := *t.Model
	for i, to := range []*[]float32{&t.weights, &t.optimiser[0], &t.optimiser[1], &t.ema} {
		values, err := t.vectors[i].values()
		if err != nil {
			*t.Model = old
			return fmt.Errorf("snapshot: %w", err)
		}
		*to = values
	}
	if err := t.save(); err != nil {
		*t.Model = old
		return fmt.Errorf("snapshot: %w", err)
	}
	t.saved, t.lastSave = t.step, time.Since(began)
	return nil
}

// interrupted saves what it has, if there is time for it.
func (t *trainer) interrupted() error {
	reached := t.step
	if t.lastSave > snapshotPatience {
		return fmt.Errorf("%w at step %d: a snapshot takes too long now; the last one is of step %d", ErrInterrupted, reached, t.saved)
	}
	if err := t.snapshot(); err != nil {
		return fmt.Errorf("%w at step %d: %w; the last snapshot is of step %d", ErrInterrupted, reached, err, t.saved)
	}
	return fmt.Errorf("%w: saved at step %d of %d; run again to go on", ErrInterrupted, reached, t.steps)
}

// rateTimer measures steps a second over the last steps.
type rateTimer struct{ at []time.Time }

func (r *rateTimer) tick() {
	r.at = append(r.at, time.Now())
	if len(r.at) > 50 {
		r.at = r.at[1:]
	}
}

func (r *rateTimer) rate() float64 {
	if len(r.at) < 2 {
		return 0
	}
	span := r.at[len(r.at)-1].Sub(r.at[0]).Seconds()
	return float64(len(r.at)-1) / span
}

func (r *rateTimer) left(steps int64) time.Duration {
	rate := r.rate()
	if rate == 0 {
		return 0
	}
	return time.Duration(float64(steps) / rate * float64(time.Second)).Round(time.Second)
}
