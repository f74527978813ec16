package netcdf

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	nc "github.com/fhs/go-netcdf/netcdf"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// SampleWriter writes samples member by member, so that only the frames of one call of
// Write are in memory.
type SampleWriter struct {
	path, temporary string
	file            *SampleFile
	writer          writer
	channels        []nc.Var
	buffer          []float32
}

// CreateSamples begins a deflated CF-1.8 NetCDF-4 file (classic model) of the samples
// that s describes; Data of its channels is not used. The values follow by
// [SampleWriter.Write], and the file gets its name at [SampleWriter.Commit]: until then
// it is a temporary one in the same folder, so the name never belongs to an incomplete
// file. Values that are never written are missing.
func CreateSamples(path string, s *SampleFile) (w *SampleWriter, err error) {
	w = &SampleWriter{path: path, file: s}
	if err := s.validateHeader(); err != nil {
		return nil, w.failed(err)
	}
	// Go creates the file, because its errors say more than the library's.
	place, err := os.CreateTemp(filepath.Dir(path), ".writing-*.nc")
	if err != nil {
		return nil, w.failed(err)
	}
	w.temporary = place.Name()
	if err := errors.Join(place.Chmod(0o644), place.Close()); err != nil {
		return nil, w.failed(errors.Join(err, w.remove()))
	}
	withLibrary(func() {
		if w.writer.ds, err = nc.CreateFile(w.temporary, nc.CLOBBER|nc.NETCDF4|nc.CLASSIC_MODEL); err != nil {
			err = fmt.Errorf("the NetCDF library cannot create it: %w", err)
			return
		}
		w.channels = w.writer.header(s)
		if w.writer.err != nil {
			err = errors.Join(w.writer.err, w.writer.ds.Close())
		}
	})
	if err != nil {
		return nil, w.failed(errors.Join(err, w.remove()))
	}
	return w, nil
}

func (w *SampleWriter) failed(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing %s: %w", w.path, err)
}

func (w *SampleWriter) remove() error { return checkpoint.RemoveIfThere(w.temporary) }

// Write writes frames of a member, beginning with frame from, [frame, y, x, channel] as
// the models return them; NaN is missing.
func (w *SampleWriter) Write(member, from int, frames []float32) error {
	g := &w.file.Grid
	channels := len(w.channels)
	size := g.Height * g.Width * channels
	n := len(frames) / size
	if len(frames) != n*size || n < 1 || member < 0 || member >= w.file.Members || from < 0 || from+n > len(w.file.Times) {
		return w.failed(fmt.Errorf("%d values as frames of member %d from %d on: the file has %d members of %d frames of %d × %d × %d channels",
			len(frames), member, from, w.file.Members, len(w.file.Times), g.Height, g.Width, channels))
	}
	var err error
	withLibrary(func() {
		for c, v := range w.channels {
			w.buffer = w.buffer[:0]
			for i := c; i < len(frames); i += channels {
				x := frames[i]
				if x != x {
					x = fillOut
				}
				w.buffer = append(w.buffer, x)
			}
			if err == nil {
				err = v.WriteFloat32Slice(w.buffer, []uint64{uint64(from), uint64(member), 0, 0}, []uint64{uint64(n), 1, uint64(g.Height), uint64(g.Width)})
			}
		}
	})
	return w.failed(err)
}

// ChunkFrames returns how many frames of a member lie together in the file: writing this
// number at once, beginning with a multiple of it, is fastest.
func (w *SampleWriter) ChunkFrames() int { return w.file.chunkFrames() }

// Commit ends the file, syncs it and gives it its name.
func (w *SampleWriter) Commit() error {
	var err error
	withLibrary(func() { err = w.writer.ds.Close() }) // a full disk may show at closing only
	if err == nil {
		err = checkpoint.Publish(w.temporary, w.path)
	}
	if err != nil {
		return w.failed(errors.Join(err, w.remove()))
	}
	return nil
}

// Abort removes what was written.
func (w *SampleWriter) Abort() error {
	var err error
	withLibrary(func() { err = w.writer.ds.Close() })
	return w.failed(errors.Join(err, w.remove()))
}

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
