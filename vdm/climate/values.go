package climate

import "iter"

// Values yields the cells of a channel, each once, over all frames in which windows may
// lie: the values on which a transform is fitted. The slices share the record's memory,
// NaN is missing, and each use of the iterator reads them again.
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
