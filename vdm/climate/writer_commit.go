package climate

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// sweep reads all values once for the statistics and the checksum of the manifest.
func (w *PreparedWriter) sweep(ctx context.Context, progress func(done, total int64)) error {
	m := w.manifest
	cells := m.Grid.Height * m.Grid.Width
	const about = 4 << 20
	many := max(1, about/(4*cells)) // frames read at once
	buffer, values := make([]byte, 4*many*cells), make([]float32, many*cells)
	sum, done := sha256.New(), int64(0)
	reader := io.NewSectionReader(w.file, 0, m.Bytes)
	for i := range m.Channels {
		c := &m.Channels[i]
		var all, training Stats
		byFrame := make([]int, m.Frames)
		for t0 := 0; t0 < m.Frames; t0 += many {
			if err := ctx.Err(); err != nil {
				return err
			}
			n := min(many, m.Frames-t0)
			if _, err := io.ReadFull(reader, buffer[:4*n*cells]); err != nil {
				return fmt.Errorf("reading %s: %w", w.file.Name(), err)
			}
			sum.Write(buffer[:4*n*cells])
			for k := range n * cells {
				values[k] = math.Float32frombits(binary.LittleEndian.Uint32(buffer[4*k:]))
			}
			for t := t0; t < t0+n; t++ {
				frame, before := values[(t-t0)*cells:(t-t0+1)*cells], all.Missing
				all.Add(frame)
				byFrame[t] = all.Missing - before
				if m.Split != nil && within(m.Split.Train, t) {
					training.Add(frame)
				}
			}
			if done += int64(4 * n * cells); progress != nil {
				progress(done, m.Bytes)
			}
		}
		if err := c.describe(all, byFrame); err != nil {
			return err
		}
		if m.Split != nil && training.Count > 0 {
			c.Training = &manifestStats{Min: training.Min, Max: training.Max, Mean: training.Mean(), Missing: training.Missing, Dry: training.DryShare()}
		}
	}
	m.SHA256 = hex.EncodeToString(sum.Sum(nil))
	return nil
}

// within reports whether a frame lies in one of ranges that are in order.
func within(ranges []Range, t int) bool {
	i, _ := slices.BinarySearchFunc(ranges, t, func(r Range, t int) int { return r.To - 1 - t })
	return i < len(ranges) && ranges[i].From <= t
}

// describe stores the statistics of a channel's values.
func (c *manifestChannel) describe(s Stats, byFrame []int) error {
	if s.Count == 0 {
		return fmt.Errorf("every value of %q is missing", c.Name)
	}
	if math.IsInf(s.Min, 0) || math.IsInf(s.Max, 0) {
		return fmt.Errorf("%q holds infinite values", c.Name)
	}
	c.Min, c.Max, c.Mean, c.Missing = s.Min, s.Max, s.Mean(), s.Missing
	if s.Missing > 0 {
		c.ByFrame = byFrame
	}
	return nil
}

// Close releases the folder. Data that are not committed stay, so that another writer
// can continue.
func (w *PreparedWriter) Close() error {
	var err error
	if w.file != nil {
		w.mu.Lock()
		if w.log != nil {
			err = w.flush()
		}
		w.mu.Unlock()
		err = errors.Join(err, w.file.Close())
	}
	err = errors.Join(err, w.log.close())
	if w.release != nil {
		err = errors.Join(err, w.release())
	}
	w.file, w.log, w.release = nil, nil, nil
	return err
}

// Discard removes the data that are not committed and releases the folder.
func (w *PreparedWriter) Discard() error {
	if w.file != nil && filepath.Base(w.file.Name()) != partialName && !w.complete && (w.previous == nil || w.previous.Data != filepath.Base(w.file.Name())) {
		os.Remove(w.file.Name())
	}
	return errors.Join(w.discard(), w.Close())
}

// discard removes the journal first, because values without a journal are ignored.
func (w *PreparedWriter) discard() error {
	err := w.log.close()
	w.pending = nil
	if w.log != nil && w.log.SHA256 != "" && !w.complete { // the file may have got its name already
		if name := dataName(w.log.SHA256); w.previous == nil || w.previous.Data != name {
			err = errors.Join(err, checkpoint.RemoveIfThere(filepath.Join(w.dir, name)))
		}
	}
	w.log = nil
	return errors.Join(err, checkpoint.RemoveIfThere(filepath.Join(w.dir, journalName)), checkpoint.RemoveIfThere(filepath.Join(w.dir, partialName)))
}

// flush makes the parts that are finished durable: first their values, then the journal
// that names them.
func (w *PreparedWriter) flush() error {
	if len(w.pending) == 0 {
		return nil
	}
	if err := w.file.Sync(); err != nil {
		return fmt.Errorf("writing prepared data: %w", err)
	}
	if err := w.log.add(w.pending...); err != nil {
		return err
	}
	w.pending, w.synced = nil, time.Now()
	return nil
}
