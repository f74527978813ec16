package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Save writes a snapshot under dir, which is made if it does not exist, and returns the
// snapshot's folder. When it returns without an error the snapshot is on disk: it
// survives the death of the process and of the machine.
//
// Then the snapshots of this and earlier steps are pruned to the newest keep; keep = 0
// keeps all. Those of later steps are not touched, so going back to an earlier step
// deletes nothing. A snapshot of the same step is replaced (in one exchange where the
// file system has that, as Linux's own do; elsewhere there is a moment without it, from
// which the next Save recovers).
//
// On any failure the error names the file, the older snapshots are as they were and the
// unfinished one is removed. If the snapshot is safe and only pruning failed, the path
// is returned beside the error. Only one process at a time may save to a directory:
// [ErrLocked] otherwise. Unfinished files of killed processes are removed first.
//
// Tensors are written directly from their memory: do not change them meanwhile.
func Save(dir string, s *Snapshot, keep int) (path string, err error) {
	return save(osDisk{}, dir, s, keep)
}

func save(d disk, dir string, s *Snapshot, keep int) (path string, err error) {
	if err := s.Validate(); err != nil {
		return "", err
	}
	if keep < 0 {
		return "", fmt.Errorf("keep %d snapshots: expected a positive number, or 0 for all", keep)
	}
	if err := MakeFolder(dir); err != nil {
		return "", err
	}
	unlock, alone, err := lock(dir)
	if err != nil {
		return "", err
	}
	defer unlock()
	if alone {
		if err := clean(d, dir); err != nil {
			return "", fmt.Errorf("removing what an earlier process left unfinished: %w", err)
		}
	}
	target := Path(dir, s.Step)
	temp := filepath.Join(dir, fmt.Sprintf("%s%s-%d", tempPrefix, stepName(s.Step), os.Getpid()))
	var replaced string
	err = writeSnapshot(d, temp, s)
	if err == nil {
		replaced, err = publish(d, temp, target)
	}
	if err != nil {
		_ = d.removeAll(temp) // this frees a full disk; if it fails, the next Save removes the folder
		return "", fmt.Errorf("saving the snapshot of step %d: %w", s.Step, err)
	}
	// Nothing is removed before the new name is on disk.
	if err := d.syncDir(dir); err != nil {
		return "", fmt.Errorf("saving the snapshot of step %d: %w", s.Step, err)
	}
	if replaced != "" {
		err = d.removeAll(replaced)
	}
	if err = errors.Join(err, prune(d, dir, s.Step, keep)); err != nil {
		return target, fmt.Errorf("snapshot %s is saved, but removing older ones failed: %w", target, err)
	}
	return target, nil
}

// writeSnapshot writes and syncs all files of a snapshot in the folder temp.
func writeSnapshot(d disk, temp string, s *Snapshot) error {
	if err := d.mkdir(temp); err != nil {
		return err
	}
	w := folderWriter{disk: d, folder: temp, sums: sums{}, sizes: map[string]int64{}}
	for _, stem := range slices.Sorted(maps.Keys(s.Tensors)) {
		err := w.write(stem+safetensorsTail, func(f io.Writer) error { return WriteSafetensors(f, s.Tensors[stem], nil) })
		if err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Blobs)) {
		if err := w.writeBytes(name, s.Blobs[name]); err != nil {
			return err
		}
	}
	b, err := index{formatVersion, s.Step, s.Metadata, maps.Clone(w.sizes)}.encode()
	if err != nil {
		return err
	}
	if err := w.writeBytes(indexName, b); err != nil {
		return err
	}
	if err := w.writeBytes(manifestName, w.sums.encode()); err != nil {
		return err
	}
	return d.syncDir(temp)
}

// folderWriter writes files and records their sizes and check sums.
type folderWriter struct {
	disk   disk
	folder string
	sums   sums
	sizes  map[string]int64
}

func (w *folderWriter) writeBytes(name string, b []byte) error {
	return w.write(name, func(f io.Writer) error {
		_, err := io.Copy(f, bytes.NewReader(b))
		return err
	})
}

func (w *folderWriter) write(name string, content func(io.Writer) error) error {
	f, err := w.disk.create(filepath.Join(w.folder, name))
	if err != nil {
		return err
	}
	sw := &summingWriter{w: f, hash: sha256.New()}
	if err := content(sw); err != nil {
		_ = f.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := f.Sync(); err != nil {
		_ = f.Close()
		return fmt.Errorf("%s: %w", name, err)
	}
	if err := f.Close(); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	w.sums[name] = [sha256.Size]byte(sw.hash.Sum(nil))
	w.sizes[name] = sw.n
	return nil
}

// summingWriter writes and computes the check sum at the same time; a large piece is
// summed on another core while the system writes it.
type summingWriter struct {
	w    io.Writer
	hash hash.Hash
	n    int64
}

func (s *summingWriter) Write(p []byte) (int, error) {
	const worthwhile = 1 << 16
	if len(p) < worthwhile {
		s.hash.Write(p)
		n, err := s.w.Write(p)
		s.n += int64(n)
		return n, err
	}
	summed := make(chan struct{})
	go func() {
		s.hash.Write(p)
		close(summed)
	}()
	n, err := s.w.Write(p)
	<-summed
	s.n += int64(n)
	return n, err
}

// publish gives the finished folder its name. Where there already was a snapshot of that
// name, it returns the path to which that one was moved.
func publish(d disk, temp, target string) (replaced string, err error) {
	if _, err := os.Lstat(target); errors.Is(err, os.ErrNotExist) {
		return "", d.rename(temp, target)
	}
	err = d.exchange(temp, target)
	if err == nil {
		return temp, nil
	}
	if !errors.Is(err, errors.ErrUnsupported) {
		return "", err
	}
	aside := filepath.Join(filepath.Dir(target), replacedPrefix+filepath.Base(target))
	if err := d.rename(target, aside); err != nil {
		return "", err
	}
	if err := d.rename(temp, target); err != nil {
		return "", errors.Join(err, d.rename(aside, target))
	}
	return aside, nil
}

// prune removes all but the newest keep snapshots up to step. Each is renamed
// first, so that a half-removed folder never has a snapshot's name.
func prune(d disk, dir string, step int64, keep int) error {
	steps, err := List(dir)
	if err != nil || keep == 0 {
		return err
	}
	steps = slices.DeleteFunc(steps, func(other int64) bool { return other > step })
	for _, old := range steps[:max(0, len(steps)-keep)] {
		gone := filepath.Join(dir, tempPrefix+"pruned-"+stepName(old))
		if err := d.rename(Path(dir, old), gone); err != nil {
			return err
		}
		if err := d.removeAll(gone); err != nil {
			return err
		}
	}
	return nil
}

// clean removes unfinished files of killed processes, and restores a snapshot that was
// moved aside by a replacement that did not finish.
func clean(d disk, dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if name, ok := strings.CutPrefix(e.Name(), replacedPrefix); ok {
			target := filepath.Join(dir, name)
			if _, err := os.Lstat(target); errors.Is(err, os.ErrNotExist) {
				if err := d.rename(path, target); err != nil {
					return err
				}
				continue
			}
		}
		if strings.HasPrefix(e.Name(), tempPrefix) {
			if err := d.removeAll(path); err != nil {
				return err
			}
		}
	}
	return nil
}
