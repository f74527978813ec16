package train

import (
	"context"
	"iter"

	"github.com/gomlx/gomlx/core/tensors"

	"github.com/climate-vdm/climate-vdm/vdm/internal/engine"
)

// Taken describes a step that was taken.
type Taken struct {
	Step int64   // counted from 1
	Loss float64 // mean over the batch, with the weights before the step
	Norm float64 // norm of the mean gradient, before clipping
	Rate float64 // the learning rate
}

// Steps takes the steps up to the given number and yields each. The last item may be an
// error: the context's where that has ended, [*NotFinite], or the failure of the engine
// or of a batch. The state is then the one after the last step that was yielded, if the
// engine still has one.
//
// Batches of coming steps are made while the engine works. No batch is made after the
// loop has ended.
func (t *Trainer) Steps(ctx context.Context, until int64) iter.Seq2[Taken, error] {
	return func(yield func(Taken, error) bool) {
		feed, stop := context.WithCancel(ctx)
		batches := t.prefetch(feed, until)
		defer func() {
			stop()
			for next := range batches { // drained, because batches are made from data that the caller may close
				engine.Release(flat(next.shares)...)
			}
		}()
		for t.step < until {
			if ctx.Err() != nil {
				yield(Taken{}, ctx.Err())
				return
			}
			taken, err := t.take(batches)
			if err != nil {
				if ctx.Err() != nil {
					err = ctx.Err()
				}
				yield(Taken{}, err)
				return
			}
			t.step++
			if !yield(taken, nil) {
				return
			}
		}
	}
}

// prefetch makes the batches of the coming steps, and uploads them, while the
// engine works.
func (t *Trainer) prefetch(ctx context.Context, until int64) <-chan prefetched {
	out := make(chan prefetched, 2)
	from := t.step
	go func() {
		defer close(out)
		for k := from; k < until; k++ {
			for a := range t.options.Passes {
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

// take takes one step of the optimiser. The state on the engine changes only if loss and
// gradient are finite.
func (t *Trainer) take(batches <-chan prefetched) (taken Taken, err error) {
	passes, devices := t.options.Passes, len(t.replicas)
	sums := make([]*tensors.Tensor, devices) // of the gradients of the passes before; nil before the first
	defer func() { engine.Release(sums...) }()
	sum := func(i int) *tensors.Tensor {
		if sums[i] == nil {
			return t.replicas[i].zero.Tensor
		}
		return sums[i]
	}
	loss := 0.0
	var in prefetched
	for a := range passes {
		var ok bool
		if in, ok = <-batches; !ok {
			return taken, context.Canceled
		}
		if in.err != nil {
			return taken, in.err
		}
		if a == passes-1 {
			break
		}
		var args []any
		for i, r := range t.replicas {
			args = append(args, engine.Arguments([]*tensors.Tensor{r.vectors[0].Tensor, sum(i)}, r.constants, in.shares[i])...)
		}
		out, err := engine.Execute(t.gradExec, args...)
		engine.Release(flat(in.shares)...)
		if err != nil {
			return taken, err
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
		for _, v := range r.vectors {
			args = append(args, v.Tensor)
		}
		args = append(args, sum(i))
		args = append(args, t.options.scalars(t.step+1)...)
		args = append(args, engine.Arguments(r.constants, in.shares[i])...)
	}
	out, err := engine.Execute(t.stepExec, args...)
	if err != nil {
		return taken, err
	}
	// Loss and norm are means over all devices, the same on each.
	loss = (loss + float64(tensors.ToScalar[float32](out[0]))) / float64(passes)
	norm := float64(tensors.ToScalar[float32](out[1]))
	if !engine.Finite(loss) || !engine.Finite(norm) {
		engine.Release(out...)
		return taken, &NotFinite{loss, norm, t.diagnose(in.shares)}
	}
	if r, ok := t.options.Rule.(Refresher); ok && r.Refreshes(t.step+1) {
		if err := t.refresh(r, out); err != nil {
			engine.Release(out...)
			return taken, err
		}
	}
	each := len(out) / devices
	for i, r := range t.replicas {
		own := out[each*i:][:each]
		engine.Release(own[:2]...)
		for j, v := range r.vectors {
			engine.Release(v.Tensor)
			v.Tensor = own[2+j]
		}
	}
	return Taken{t.step + 1, loss, norm, t.options.Rate(t.step)}, nil
}
