package run

import (
	"context"
	"iter"

	"github.com/climate-vdm/climate-vdm/vdm"
)

// Steps trains as [Run.Train] does and yields the progress after every step, so that a
// loop can look at any step without a callback:
//
//	for p, err := range r.Steps(ctx, o) { … }
//
// A loop that ends early leaves the run as an interrupted training would: a snapshot of
// the step is saved, and training continues from there. An error is the last thing that
// is yielded.
func (m *Run) Steps(ctx context.Context, o TrainOptions) iter.Seq2[vdm.Progress, error] {
	return func(yield func(vdm.Progress, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		told, ended := o.Progress, false
		o.Progress = func(p vdm.Progress) {
			if told != nil {
				told(p)
			}
			if !ended && !yield(p, nil) {
				ended = true
				stop()
			}
		}
		if err := m.Train(ctx, o); err != nil && !ended {
			yield(vdm.Progress{}, err)
		}
	}
}
