package climate

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"golang.org/x/sys/unix"

	"github.com/climate-vdm/climate-vdm/vdm/checkpoint"
)

// PreparedHeader describes prepared data without their values.
type PreparedHeader struct {
	Channels []*Field // without Data: names, units, times and grid, of which the last two must be the same for all
	Split    *Split   // nil where there is none

	// Recipe says from what and how the values are made, a sentence each: data with
	// another recipe are other data.
	Recipe []string

	// Parts is the number of parts in which the values are written. After a kill an
	// unfinished part is written again, a finished one is not.
	Parts int
}

// CreatePrepared begins to write prepared data in a folder, or continues. Where the
// folder contains data with the same header, the writer is complete and there is nothing
// to do. Other data, finished or not, are an error that says how they differ, unless
// replace is set: then they are replaced when all is written.
func CreatePrepared(dir string, h PreparedHeader, replace bool) (w *PreparedWriter, err error) {
	m, err := h.manifest()
	if err != nil {
		return nil, fmt.Errorf("preparing %s: %w", dir, err)
	}
	w = &PreparedWriter{dir: dir, manifest: m, digest: newDigest(m)}
	if err := checkpoint.MakeFolder(dir); err != nil {
		return nil, fmt.Errorf("preparing %s: %w", dir, err)
	}
	if w.release, err = LockFolder(dir); err != nil {
		return nil, fmt.Errorf("preparing data: %w", err)
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("preparing %s: %w", dir, errors.Join(err, w.Close()))
			w = nil
		}
	}()
	if err := checkpoint.RemovePartial(filepath.Join(dir, manifestName)); err != nil {
		return w, err
	}
	var unreadable error
	if w.previous, unreadable = readManifest(dir); unreadable != nil {
		w.previous = nil
		if !errors.Is(unreadable, fs.ErrNotExist) && !replace {
			return w, fmt.Errorf("%w; it is in the way, and can be replaced", unreadable)
		}
	}
	digest := m.digest()
	if w.log, err = openJournal(filepath.Join(dir, journalName)); err != nil {
		return w, err
	}
	if w.previous != nil && w.log != nil && w.log.SHA256 == w.previous.SHA256 { // killed before it could remove the journal
		if err := errors.Join(w.removeReplaced(), w.discard()); err != nil {
			return w, err
		}
	}
	if w.previous != nil && !replace {
		if w.previous.digest() != digest {
			return w, fmt.Errorf("the folder holds other data: %s; take another folder, or replace them", difference(w.previous.Recipe, m.Recipe))
		}
		w.complete = true
		return w, nil
	}
	if w.log != nil && w.log.Digest != digest {
		if !replace {
			return w, fmt.Errorf("the folder holds the beginning of other data: %s; take another folder, or replace it", difference(w.log.Recipe, m.Recipe))
		}
		if err := w.discard(); err != nil {
			return w, err
		}
	}
	return w, w.openFile(digest)
}

// difference returns how two recipes differ, in words.
func difference(was, now []string) string {
	at := func(recipe []string, i int) string {
		if i < len(recipe) {
			return fmt.Sprintf("%q", recipe[i])
		}
		return "nothing"
	}
	for i := range max(len(was), len(now)) {
		if i >= len(was) || i >= len(now) || was[i] != now[i] {
			return fmt.Sprintf("%s there, %s here", at(was, i), at(now, i))
		}
	}
	return "of other times, grid, units or split"
}

// openFile opens the values so far, or allocates the file.
func (w *PreparedWriter) openFile(digest string) (err error) {
	path := filepath.Join(w.dir, partialName)
	if w.log != nil {
		w.file, err = os.OpenFile(path, os.O_RDWR, 0)
		if errors.Is(err, fs.ErrNotExist) && w.log.SHA256 != "" { // killed after the file got its name
			w.file, err = os.OpenFile(filepath.Join(w.dir, dataName(w.log.SHA256)), os.O_RDWR, 0)
		}
		if err == nil {
			if info, e := w.file.Stat(); e == nil && info.Size() == w.manifest.Bytes {
				return w.room()
			}
			w.file.Close()
			w.file = nil
		}
		if err := w.discard(); err != nil { // a journal without its values
			return err
		}
	}
	if w.file, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_TRUNC, 0o644); err != nil {
		return err
	}
	if err := w.room(); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	if err := w.file.Truncate(w.manifest.Bytes); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	w.log, err = createJournal(filepath.Join(w.dir, journalName), digest, w.manifest.Recipe)
	return errors.Join(err, syncDir(w.dir))
}

// room returns an error where the disk has no room for the values that are not written
// yet.
func (w *PreparedWriter) room() error {
	var disk unix.Statfs_t
	var file unix.Stat_t
	if unix.Fstatfs(int(w.file.Fd()), &disk) != nil || unix.Fstat(int(w.file.Fd()), &file) != nil {
		return nil // unknown: the writing will fail if there is none
	}
	need, free := w.manifest.Bytes-file.Blocks*512, int64(disk.Bavail)*int64(disk.Bsize)
	if need > free {
		return fmt.Errorf("the data take %s more, the disk has %s free", gigabytes(need), gigabytes(free))
	}
	return nil
}

func gigabytes(n int64) string { return fmt.Sprintf("%.3f GB", float64(n)/1e9) }

// Complete reports whether the folder already contains these data.
func (w *PreparedWriter) Complete() bool { return w.complete }

// Part returns the source of a finished part. For complete data it is the source that
// the manifest has at that place, if any.
func (w *PreparedWriter) Part(part int) (source Source, finished bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.complete {
		if part < len(w.previous.Sources) {
			source = w.previous.Sources[part]
		}
		return source, true
	}
	p, finished := w.log.parts[part]
	return p.Source, finished
}

// Write writes whole frames of a channel, beginning with frame t0; NaN is missing.
func (w *PreparedWriter) Write(channel, t0 int, frames []float32) error {
	m := w.manifest
	cells := m.Grid.Height * m.Grid.Width
	if channel < 0 || channel >= len(m.Channels) || t0 < 0 || len(frames)%cells != 0 || t0+len(frames)/cells > m.Frames {
		panic(fmt.Sprintf("climate: %d values from frame %d of channel %d do not fit prepared data of %d channels × %d frames × %d cells",
			len(frames), t0, channel, len(m.Channels), m.Frames, cells))
	}
	if w.complete {
		return fmt.Errorf("%s is complete; nothing more can be written", w.dir)
	}
	at := 4 * int64(cells) * (int64(channel)*int64(m.Frames) + int64(t0))
	written := make(chan error, 1)
	go func() { // beside the checksum
		n, err := w.file.WriteAt(littleEndian(frames), at)
		beginSync(w.file, at, int64(n)) // Commit waits for the disk, and less if it has begun
		written <- err
	}()
	w.gather(channel*m.Frames+t0, frames)
	if err := <-written; err != nil {
		return fmt.Errorf("writing prepared data: %w; what is finished is kept, run again to go on", err)
	}
	return nil
}

// gather adds frames to the checksum and the statistics where they follow those so far.
func (w *PreparedWriter) gather(first int, frames []float32) {
	w.digesting.Lock()
	defer w.digesting.Unlock()
	switch {
	case first == w.digest.next:
		w.digest.add(frames)
	case first < w.digest.next: // written again
		w.digest = newDigest(w.manifest)
	}
}

// Finish records that all values of a part are written, and their source; a source
// without a name is not listed in the manifest. notes, for each channel, are added to
// those of the header. This is safe on the disk when the next part is finished half a second
// later, and at [PreparedWriter.Commit] and [PreparedWriter.Close]: a kill before loses no
// more than what half a second has made, and many small parts do not wait for the disk.
func (w *PreparedWriter) Finish(part int, source Source, notes [][]string) error {
	if part < 0 || part >= w.manifest.parts {
		panic(fmt.Sprintf("climate: part %d of %d", part, w.manifest.parts))
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	e := journalEntry{Part: &part, Source: source, Notes: notes}
	w.log.take(e)
	w.pending = append(w.pending, e)
	const often = 500 * time.Millisecond
	if time.Since(w.synced) < often {
		return nil
	}
	return w.flush()
}

// Commit puts the data in place when every part is finished: it reads what was not written
// in the order of the file for the checksum and the statistics, reports the bytes to
// progress, and writes the manifest.
// On a complete writer it does nothing.
func (w *PreparedWriter) Commit(ctx context.Context, progress func(done, total int64)) (err error) {
	if w.complete {
		return nil
	}
	defer func() {
		if err != nil {
			err = fmt.Errorf("preparing %s: %w", w.dir, err)
		}
	}()
	m := w.manifest
	m.Sources = []Source{}
	for part := range m.parts {
		p, finished := w.log.parts[part]
		if !finished {
			return fmt.Errorf("part %d of %d is not written", part, m.parts)
		}
		if p.Source.Name != "" {
			m.Sources = append(m.Sources, p.Source)
		}
		for c, notes := range p.Notes {
			m.Channels[c].Notes = append(m.Channels[c].Notes, notes...)
		}
	}
	w.mu.Lock()
	err = w.flush()
	w.mu.Unlock()
	if err = errors.Join(err, w.file.Sync()); err != nil {
		return err
	}
	if err := w.digest.sweep(ctx, w.file, progress); err != nil {
		return err
	}
	m.Data = dataName(m.SHA256)
	if err := w.log.add(journalEntry{SHA256: m.SHA256}); err != nil {
		return err
	}
	if path := filepath.Join(w.dir, m.Data); w.file.Name() != path {
		if err := os.Rename(w.file.Name(), path); err != nil {
			return err
		}
	}
	if err := syncDir(w.dir); err != nil { // or a power cut could leave a manifest of data without their name
		return err
	}
	if err := replaceManifest(w.dir, m); err != nil {
		return err
	}
	w.previous, w.complete = m, true
	return errors.Join(w.removeReplaced(), w.discard())
}

// removeReplaced removes data that the manifest does not name: those that it named before.
// They are gone for good before the journal, which tells that this is not done. A process
// that has them mapped keeps them.
func (w *PreparedWriter) removeReplaced() error {
	entries, err := os.ReadDir(w.dir)
	for _, e := range entries {
		if data, _ := filepath.Match(dataName("*"), e.Name()); data && e.Name() != w.previous.Data {
			err = errors.Join(err, checkpoint.Remove(filepath.Join(w.dir, e.Name())))
		}
	}
	return err
}

// manifest returns the manifest of data that will be written.
func (h PreparedHeader) manifest() (*manifest, error) {
	if len(h.Channels) == 0 {
		return nil, fmt.Errorf("no field was given")
	}
	if h.Parts < 1 {
		return nil, fmt.Errorf("data in %d parts; want 1 or more", h.Parts)
	}
	f := h.Channels[0]
	if err := f.validateRecord(); err != nil {
		return nil, err
	}
	m := &manifest{
		Format: manifestFormat, Version: plainVersion, Layout: manifestLayout, Recipe: h.Recipe, Split: h.Split,
		Frames: f.Frames(), Calendar: f.Calendar, Epoch: f.Epoch, Times: f.Times, Grid: f.Grid, parts: h.Parts,
		Bytes: 4 * int64(len(h.Channels)) * int64(f.Frames()) * int64(f.Height()) * int64(f.Width()),
	}
	m.Grid.Mapping = maps.Clone(m.Grid.Mapping)
	if len(f.From) == m.Frames && len(f.To) == m.Frames {
		m.From, m.To, m.Version = f.From, f.To, manifestVersion
	}
	for _, c := range h.Channels {
		if err := c.sharesRecord(f); err != nil {
			return nil, err
		}
		kind := KindOther
		if c.Kind == KindRain {
			kind = KindRain
		}
		m.Channels = append(m.Channels, manifestChannel{Name: c.Name, LongName: c.LongName, StandardName: c.StandardName,
			Units: c.Units, Kind: kind.String(), Notes: slices.Clone(c.Notes), CellMethods: c.CellMethods})
		if c.CellMethods != "" {
			m.Version = manifestVersion
		}
	}
	if h.Split != nil {
		if err := h.Split.check(m.Frames); err != nil {
			return nil, err
		}
	}
	return m, nil
}
