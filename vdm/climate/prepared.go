package climate

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"unsafe"

	"github.com/edsrzf/mmap-go"
)

// WritePrepared writes fields as prepared data: in the folder dir, one flat file of
// float32 and a manifest in JSON with everything else (shape, channels with units and
// statistics, times, calendar, grid, sources). All fields must have the same grid and
// times. Earlier data of the folder are replaced.
//
// The data file gets its name, which contains its own checksum, when it is complete, and
// the manifest is replaced last. So, whenever the writing stops, dir contains either the
// earlier data or the whole new record. Data that do not fit in memory are written by a
// [PreparedWriter].
func WritePrepared(dir string, channels []*Field, sources []Source) (err error) {
	if err := checkChannels(channels); err != nil {
		return fmt.Errorf("preparing %s: %w", dir, err)
	}
	h := PreparedHeader{Channels: channels, Parts: max(1, len(sources))}
	w, err := CreatePrepared(dir, h, true)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.Discard())
		} else {
			err = w.Close()
		}
	}()
	for i, c := range channels {
		if err := w.Write(i, 0, c.Data); err != nil {
			return err
		}
	}
	for part := range h.Parts {
		var source Source
		if part < len(sources) {
			source = sources[part]
		}
		if err := w.Finish(part, source, nil); err != nil {
			return err
		}
	}
	return w.Commit(context.Background(), nil)
}

// Prepared is prepared data, open for reading. Opening takes almost no time whatever the
// size: the data file is mapped, and pages are read when touched.
type Prepared struct {
	dir      string
	manifest *manifest
	mapping  mmap.MMap
	fields   []*Field
}

// OpenPrepared opens the prepared data in a folder. The size of the data file is
// checked; its checksum is checked by Verify only. The caller closes the result.
func OpenPrepared(dir string) (*Prepared, error) {
	if binary.NativeEndian.Uint16([]byte{1, 0}) != 1 {
		return nil, fmt.Errorf("%s: prepared data are little-endian and are mapped as they stand; this machine is big-endian", dir)
	}
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(dir, m.Data)
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close() // the mapping outlives the open file
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() != m.Bytes {
		return nil, fmt.Errorf("%s has %d bytes, the manifest says %d: it is truncated or was altered; prepare the data again",
			path, info.Size(), m.Bytes)
	}
	p := &Prepared{dir: dir, manifest: m}
	if p.mapping, err = mmap.Map(file, mmap.RDONLY, 0); err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	if p.fields, err = m.fields(dir, unsafe.Slice((*float32)(unsafe.Pointer(&p.mapping[0])), m.Bytes/4)); err != nil {
		return nil, errors.Join(err, p.mapping.Unmap())
	}
	return p, nil
}

// fields returns the channels that the values of the data file are.
func (m *manifest) fields(dir string, values []float32) ([]*Field, error) {
	var all []*Field
	each := len(values) / len(m.Channels)
	for i, c := range m.Channels {
		f := &Field{
			Name: c.Name, LongName: c.LongName, StandardName: c.StandardName, Units: c.Units, Kind: KindOther,
			Grid: m.Grid, Times: m.Times, Calendar: m.Calendar, Epoch: m.Epoch, From: m.From, To: m.To, CellMethods: c.CellMethods,
			Data: values[i*each : (i+1)*each : (i+1)*each], Notes: c.Notes, missing: c.ByFrame,
		}
		if c.Kind == KindRain.String() {
			f.Kind = KindRain
		}
		if f.missing == nil {
			f.missing = make([]int, m.Frames)
		}
		if c.Training != nil && m.Split != nil {
			f.training = &knownRange{m.Split.Train, c.Training.Min, c.Training.Max}
		}
		if err := f.Validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", dir, err)
		}
		all = append(all, f)
	}
	return all, nil
}

// Fields returns the channels. Their Data are the file itself, mapped read-only, and
// must not be used after Close.
func (p *Prepared) Fields() []*Field { return p.fields }

// Recipe returns a sentence for each thing from which and for each way in which the
// values were made; nil where the manifest does not say.
func (p *Prepared) Recipe() []string { return p.manifest.Recipe }

// Split returns which frames are for training and which for tests; nil for data that
// were prepared without a split. Train on
//
//	NewWindows(WindowOptions{…, Ranges: split.Train}, p.Fields()...)
//
// whose Range is then the range of the training part, and test on the ranges split.Test
// with a StrideT of the clip's length, so that tests do not overlap.
func (p *Prepared) Split() *Split { return p.manifest.Split }

// Range returns minimum, maximum and mean of a channel in the units of its field, from
// the manifest.
func (p *Prepared) Range(channel int) (lowest, highest, mean float64) {
	c := p.manifest.Channels[channel]
	return c.Min, c.Max, c.Mean
}

// SHA256 returns the checksum of the data file from the manifest: the identity of the
// data for a run's provenance.
func (p *Prepared) SHA256() string { return p.manifest.SHA256 }

// Verify reads the whole data file and returns an error where its checksum is not the
// manifest's.
func (p *Prepared) Verify() error {
	path := filepath.Join(p.dir, p.manifest.Data)
	got, err := HashSource(path)
	if err != nil {
		return err
	}
	if got.SHA256 != p.manifest.SHA256 {
		return fmt.Errorf("%s has the checksum %s, the manifest says %s: it was altered; prepare the data again",
			path, got.SHA256, p.manifest.SHA256)
	}
	return nil
}

// Release gives the memory of the values back, which come again from the file when they
// are next used.
func (p *Prepared) Release() error { return forget(p.mapping) }

// Close unmaps the data.
func (p *Prepared) Close() error {
	if p.mapping == nil {
		return nil
	}
	p.fields = nil
	return p.mapping.Unmap()
}
