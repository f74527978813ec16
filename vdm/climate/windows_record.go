package climate

import "fmt"

// Record returns the number of frames of the record if every clip consists of whole
// frames of it, without reflection: training may then keep the record on a device
// instead of uploading clips. It is 0 where windows are smaller than the frames or
// reflected.
func (w *Windows) Record() int {
	f := w.channels[0]
	if w.flips > 1 || w.opt.Height != f.Height() || w.opt.Width != f.Width() {
		return 0
	}
	return f.Frames()
}

// Start returns the first frame of clip i in the record.
func (w *Windows) Start(i int) int {
	t, _, _, _ := w.Origin(i)
	return t
}

// Frame writes frame t of the record, (height, width, channels), into dst. NaN is
// missing.
func (w *Windows) Frame(t int, dst []float32) error {
	f, n := w.channels[0], len(w.channels)
	if t < 0 || t >= f.Frames() {
		return fmt.Errorf("frame %d does not exist; there are %d", t, f.Frames())
	}
	if want := f.Height() * f.Width() * n; len(dst) != want {
		return fmt.Errorf("a frame needs %d values, got room for %d", want, len(dst))
	}
	for c, f := range w.channels {
		putRow(dst, f.Frame(t), n, c, false)
	}
	return nil
}
