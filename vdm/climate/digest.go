package climate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"math"
	"slices"
	"unsafe"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// digest gathers the checksum and the statistics of prepared data, frame by frame in the
// order of the file. Frames that are written in this order are added when they are
// written, so that they need not be read again.
type digest struct {
	manifest *manifest
	next     int // number of frames so far, of all channels
	sum      hash.Hash
	channels []channelDigest
}

type channelDigest struct {
	all, training Stats
	missing       []int // number of missing cells in each frame
}

func newDigest(m *manifest) *digest {
	return &digest{manifest: m, sum: sha256.New(), channels: make([]channelDigest, len(m.Channels))}
}

// add adds whole frames that follow those so far.
func (d *digest) add(frames []float32) {
	m := d.manifest
	summed := make(chan struct{})
	go func(all []float32) { // beside the statistics
		d.sum.Write(littleEndian(all))
		close(summed)
	}(frames)
	defer func() { <-summed }()
	cells := m.Grid.Height * m.Grid.Width
	for ; len(frames) > 0; frames = frames[cells:] {
		c, t := &d.channels[d.next/m.Frames], d.next%m.Frames
		var one Stats
		one.Add(frames[:cells])
		c.all.merge(one)
		c.missing = append(c.missing, one.Missing)
		if m.Split != nil && within(m.Split.Train, t) {
			c.training.merge(one)
		}
		d.next++
	}
}

// sweep reads the frames that were not added, and stores all in the manifest.
func (d *digest) sweep(ctx context.Context, file io.ReaderAt, progress func(done, total int64)) error {
	m := d.manifest
	frame := m.Grid.Height * m.Grid.Width
	const about = 4 << 20 // bytes read at once
	values := make([]float32, max(1, about/(4*frame))*frame)
	for total := len(m.Channels) * m.Frames; d.next < total && ctx.Err() == nil; {
		values = values[:min(len(values), (total-d.next)*frame)]
		at := 4 * int64(frame) * int64(d.next)
		if err := readFloats(file, at, values); err != nil {
			return fmt.Errorf("reading the values again: %w", err)
		}
		d.add(values)
		if progress != nil {
			progress(4*int64(frame)*int64(d.next), m.Bytes)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	for i := range m.Channels {
		if err := m.Channels[i].describe(&d.channels[i]); err != nil {
			return err
		}
	}
	m.SHA256 = hex.EncodeToString(d.sum.Sum(nil))
	return nil
}

// describe stores the statistics of a channel's values.
func (c *manifestChannel) describe(d *channelDigest) error {
	s := d.all
	if s.Count == 0 {
		return fmt.Errorf("every value of %q is missing", c.Name)
	}
	if math.IsInf(s.Min, 0) || math.IsInf(s.Max, 0) {
		return fmt.Errorf("%q holds infinite values", c.Name)
	}
	c.Min, c.Max, c.Mean, c.Missing = s.Min, s.Max, s.Mean(), s.Missing
	if s.Missing > 0 {
		c.ByFrame = d.missing
	}
	if t := d.training; t.Count > 0 {
		c.Training = &manifestStats{Min: t.Min, Max: t.Max, Mean: t.Mean(), Missing: t.Missing, Dry: t.DryShare()}
	}
	return nil
}

// littleEndian returns the bytes of values as they are in files; on most machines the
// memory of values itself.
func littleEndian(values []float32) []byte { return checkpoint.FromFloat32s("", nil, values).Data }

// readFloats reads values from a place in a file.
func readFloats(file io.ReaderAt, at int64, values []float32) error {
	bytes := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(values))), 4*len(values))
	if _, err := file.ReadAt(bytes, at); err != nil {
		return err
	}
	copy(bytes, littleEndian(values)) // turns them on machines with the other order
	return nil
}

// within reports whether a frame lies in one of ranges that are in order.
func within(ranges []Range, t int) bool {
	i, _ := slices.BinarySearchFunc(ranges, t, func(r Range, t int) int { return r.To - 1 - t })
	return i < len(ranges) && ranges[i].From <= t
}
