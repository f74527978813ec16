package cf

import (
	"errors"
	"fmt"
)

// SampleWriter writes samples member by member, so that only the frames of one call of
// Write are in memory.
type SampleWriter struct {
	path   string
	file   *SampleFile
	writer Writer
	buffer []float32
}

// CreateSamples begins a file of the samples that s describes, in the format that the
// ending of its name says (.nc, .zarr), of those that are linked; Data of its channels is
// not looked at. The values follow by [SampleWriter.Write], and the file gets its name at
// [SampleWriter.Commit]: until then it is a temporary one in the same folder, so
// the name never holds half a file. What is never written is missing.
func CreateSamples(path string, s *SampleFile) (w *SampleWriter, err error) {
	w = &SampleWriter{path: path, file: s}
	if err := s.validateHeader(); err != nil {
		return nil, w.failed(err)
	}
	f, err := writerOf(path)
	if err != nil {
		return nil, err
	}
	if w.writer, err = f.Create(path, s.header()); err != nil {
		return nil, w.failed(err)
	}
	return w, nil
}

func (w *SampleWriter) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing %s: %w", w.path, err)
}

// Write writes frames of a member from a frame on, [frame, y, x, channel] as the
// models give them; NaN is missing.
func (w *SampleWriter) Write(member, from int, frames []float32) error {
	g := &w.file.Grid
	channels := len(w.file.Channels)
	size := g.Height * g.Width * channels
	n := len(frames) / size
	if len(frames) != n*size || n < 1 || member < 0 || member >= w.file.Members || from < 0 || from+n > len(w.file.Times) {
		return w.failed(fmt.Errorf("%d values as frames of member %d from %d on: the file has %d members of %d frames of %d × %d × %d channels",
			len(frames), member, from, w.file.Members, len(w.file.Times), g.Height, g.Width, channels))
	}
	start, count := []int{member, from, 0, 0}, []int{1, n, g.Height, g.Width}
	for c, ch := range w.file.Channels {
		w.buffer = w.buffer[:0]
		for i := c; i < len(frames); i += channels {
			w.buffer = append(w.buffer, frames[i])
		}
		if err := w.writer.Write(ch.Name, start, count, w.buffer); err != nil {
			return w.failed(err)
		}
	}
	return nil
}

// ChunkFrames returns how many frames of a member lie together in the file: writing this
// number at once, beginning with a multiple of it, is fastest.
func (w *SampleWriter) ChunkFrames() int { return w.file.chunkFrames() }

// Commit ends the file, syncs it and gives it its name.
func (w *SampleWriter) Commit() error { return w.failed(w.writer.Commit()) }

// Abort removes what was written.
func (w *SampleWriter) Abort() error { return w.failed(w.writer.Abort()) }

// WriteSamples writes samples that are in memory, as [CreateSamples] does.
func WriteSamples(path string, s *SampleFile) error {
	if err := s.Validate(); err != nil {
		return fmt.Errorf("writing %s: %w", path, err)
	}
	w, err := CreateSamples(path, s)
	if err != nil {
		return err
	}
	clip := make([]float32, len(s.Times)*s.Grid.Height*s.Grid.Width*len(s.Channels))
	for m := range s.Members {
		for i := range clip {
			c := i % len(s.Channels)
			clip[i] = s.Channels[c].Data[(m*len(clip)+i)/len(s.Channels)]
		}
		if err := w.Write(m, 0, clip); err != nil {
			return errors.Join(err, w.Abort())
		}
	}
	return w.Commit()
}
