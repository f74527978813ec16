package run

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/gomlx/compute"
	g "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm"
	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// TrainOptions says what to train on.
type TrainOptions struct {
	Data    vdm.Clips // training clips; needed
	HeldOut vdm.Clips // for the held-out loss; nil for none
	Steps   int       // train up to this step; 0 means the configuration's
	// Devices of the engine that share each batch; 0 is one. The losses are those of
	// one device, to rounding.
	Devices int
	// Residence of the training clips; it changes the losses by rounding at most.
	Residence DataPlacement
	// Progress, if set, is called after every step.
	Progress func(vdm.Progress)
	// Report, if set, receives lines worth reading: the engine, the estimate,
	// what was resumed.
	Report func(line string)
}

// Train trains the run up to a step, from where it stands: run again, it
// resumes, and once the step is reached it does nothing. Resumed, it takes
// exactly the steps that an uninterrupted run would have taken.
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

func (m *Run) newTrainer(o TrainOptions, steps int64) (_ *trainer, err error) {
	t := &trainer{Run: m, o: o, steps: steps, saved: m.step, started: time.Now(), held: math.NaN()}
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
	t.be = be
	t.report(choice.String())
	if err := checkDevices(be, t.o.Devices, m.Config.Training.Batch); err != nil {
		return nil, err
	}
	if has := be.NumDevices(); has > 1 {
		t.report(fmt.Sprintf("%d of the engine's %d devices share each batch", t.o.Devices, has))
	}
	if m.step > 0 {
		t.report(fmt.Sprintf("resuming at step %d", m.step))
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
	if t.record, err = t.newResident(); err != nil {
		return nil, t.explained(err)
	}
	for _, p := range []struct {
		exec  **g.Exec
		name  string
		graph func([]*g.Node) []*g.Node
	}{{&t.stepExec, "training step", m.Config.stepGraph(t.layout())}, {&t.gradExec, "gradient", m.Config.gradientGraph(t.layout())}} {
		if *p.exec, err = engine.Compile(be, p.name, p.graph); err != nil {
			return nil, err
		}
		if err := onDevices(*p.exec, t.o.Devices); err != nil {
			return nil, err
		}
	}
	for i := range t.o.Devices {
		r, err := newReplica(be, i, [4][]float32{m.weights, m.optimiser[0], m.optimiser[1], m.ema})
		t.replicas = append(t.replicas, r)
		if err != nil {
			return nil, t.explained(err)
		}
	}
	if t.metrics, err = openMetrics(m.Dir, m.step); err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return t, nil
}

// close frees what there is, also of a trainer that could not be made.
func (t *trainer) close() {
	for _, r := range t.replicas {
		r.close()
	}
	t.record.close()
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
		for next := range batches { // until nobody reads the clips, which the caller may now close
			engine.Release(flat(next.shares)...)
		}
	}()
	for first := true; t.step < t.steps; {
		if ctx.Err() != nil {
			return t.interrupted()
		}
		began := time.Now()
		loss, norm, err := t.takeStep(batches)
		if err != nil {
			if ctx.Err() != nil {
				return t.interrupted()
			}
			return fmt.Errorf("training step %d: %w", t.step+1, t.explained(err))
		}
		t.step++
		if first && time.Since(began) > time.Second {
			t.report(fmt.Sprintf("compiling the training step and taking it once took %.1f s", time.Since(began).Seconds()))
		}
		first = false
		if err := t.after(loss, norm); err != nil {
			return fmt.Errorf("after step %d: %w", t.step, t.explained(err))
		}
	}
	return t.snapshot()
}

// prefetch makes the batches of the coming steps, and uploads them, while the
// engine works.
func (t *trainer) prefetch(ctx context.Context) <-chan prefetched {
	out := make(chan prefetched, 2)
	from, passes := t.step, t.Config.Training.Accumulate
	go func() {
		defer close(out)
		for k := from; k < t.steps; k++ {
			for a := range passes {
				next := t.batchOf(k, a)
				select {
				case out <- next:
				case <-ctx.Done():
					engine.Release(flat(next.shares)...)
					return
				}
			}
		}
	}()
	return out
}

type prefetched struct {
	b      *batch
	shares [][]*tensors.Tensor // of each device
	err    error
}

// batchOf makes pass a of step k, and uploads it.
func (t *trainer) batchOf(k int64, a int) (p prefetched) {
	if p.b, p.err = t.reader.trainingBatch(t.Config, t.schedule, t.weighting, t.record, k, a); p.err == nil {
		p.shares, p.err = p.b.upload(t.layout(), t.be, len(t.replicas))
	}
	return p
}

// takeStep is one step of the optimiser. The states on the engine change only
// if loss and gradient are finite.
func (t *trainer) takeStep(batches <-chan prefetched) (loss, norm float64, err error) {
	passes, devices := t.Config.Training.Accumulate, len(t.replicas)
	sums := make([]*tensors.Tensor, devices) // of the gradients of the passes before, nil is none
	defer func() { engine.Release(sums...) }()
	sum := func(i int) *tensors.Tensor {
		if sums[i] == nil {
			return t.replicas[i].zero.Tensor
		}
		return sums[i]
	}
	var in prefetched
	for a := range passes {
		var ok bool
		if in, ok = <-batches; !ok {
			return 0, 0, context.Canceled
		}
		if in.err != nil {
			return 0, 0, in.err
		}
		if a == passes-1 {
			break
		}
		var args []any
		for i, r := range t.replicas {
			args = append(args, engine.Arguments([]*tensors.Tensor{r.states[0].Tensor, sum(i)}, t.record.on(i), in.shares[i])...)
		}
		out, err := engine.Execute(t.gradExec, args...)
		engine.Release(flat(in.shares)...)
		if err != nil {
			return 0, 0, err
		}
		for i := range devices {
			loss += float64(tensors.ToScalar[float32](out[2*i])) / float64(devices)
			engine.Release(out[2*i], sums[i])
			sums[i] = out[2*i+1]
		}
	}
	defer func() { engine.Release(flat(in.shares)...) }()
	var args []any
	for i, r := range t.replicas {
		for _, v := range r.states {
			donated, err := v.Donate()
			if err != nil {
				return 0, 0, err
			}
			args = append(args, donated)
		}
		args = append(args, sum(i))
		args = append(args, t.scalars().values()...)
		args = append(args, engine.Arguments(t.record.on(i), in.shares[i])...)
	}
	out, err := engine.Execute(t.stepExec, args...)
	if err != nil {
		return 0, 0, err
	}
	// Loss and norm are those of all devices, and each says the same.
	loss = (loss + float64(tensors.ToScalar[float32](out[0]))) / float64(passes)
	norm = float64(tensors.ToScalar[float32](out[1]))
	for i, r := range t.replicas {
		own := out[6*i:][:6]
		engine.Release(own[:2]...)
		for j, v := range r.states {
			v.Tensor = own[2+j]
		}
	}
	if !engine.Finite(loss) || !engine.Finite(norm) {
		return loss, norm, t.diagnose(in.b, loss, norm)
	}
	return loss, norm, nil
}

// layout returns the inputs of the training step for a batch.
func (t *trainer) layout() batchLayout {
	l := t.Config.layout()
	l.recorded = t.record != nil
	return l
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
