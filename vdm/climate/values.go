package climate

import "iter"

// Values yields the cells of a channel, each once, over all frames that windows may
// lie in: what a transform is fitted on. The slices are the record's own, NaN is
// missing, and they are read again when the iterator is.
func (w *Windows) Values(channel int) iter.Seq[[]float32] {
	f := w.channels[channel]
	return func(yield func([]float32) bool) {
		for _, r := range w.opt.Ranges {
			if !yield(f.Data[r.From*f.Height()*f.Width() : r.To*f.Height()*f.Width()]) {
				return
			}
		}
	}
}
