package checkpoint

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// Warning says that a snapshot was skipped, and why.
type Warning struct {
	Path   string // the snapshot's folder
	Reason error
}

// String returns the warning as one line for a log.
func (w Warning) String() string {
	return fmt.Sprintf("snapshot %s is torn or altered and is passed over: %v", w.Path, w.Reason)
}

// Latest returns the newest snapshot under dir whose files are all present with the
// right check sums, and a warning for each newer one that is damaged. It returns
// [ErrNone] where there is no good one (the warnings say whether there are damaged
// ones), and other errors where a snapshot may be good but cannot be read now: no
// permission, no more open files, a newer format.
func Latest(dir string) (*Snapshot, []Warning, error) {
	// A process that saves meanwhile may prune or replace the folder that is read; then
	// there is a newer one. Each turn of the loop needs another such save.
	const attempts = 20
	for range attempts {
		s, warnings, err := latest(dir)
		if !errors.Is(err, errMoved) {
			return s, warnings, err
		}
	}
	return nil, nil, fmt.Errorf("%s: snapshots are replaced faster than they can be read", dir)
}

var errMoved = errors.New("the snapshot was moved while it was read")

func latest(dir string) (*Snapshot, []Warning, error) {
	steps, err := List(dir)
	if err != nil {
		return nil, nil, err
	}
	var warnings []Warning
	for _, step := range slices.Backward(steps) {
		path := Path(dir, step)
		before, err := os.Lstat(path)
		if err != nil {
			return nil, nil, errMoved
		}
		s, err := Load(path)
		if err == nil {
			return s, warnings, nil
		}
		if after, statErr := os.Lstat(path); statErr != nil || !os.SameFile(before, after) {
			return nil, nil, errMoved
		}
		for _, notDamage := range []error{fs.ErrPermission, syscall.EMFILE, syscall.ENFILE, ErrFormat} {
			if errors.Is(err, notDamage) {
				return nil, warnings, err
			}
		}
		warnings = append(warnings, Warning{path, err})
	}
	return nil, warnings, fmt.Errorf("%s: %w among %d", dir, ErrNone, len(steps))
}

// Load reads the snapshot in the folder path and verifies it: every file of the manifest
// is present, with its size and check sum, and no file of the index is missing from the
// manifest. Files that are in neither are ignored. An error names the file.
func Load(path string) (*Snapshot, error) {
	s, err := load(path)
	if err != nil {
		return nil, fmt.Errorf("snapshot %s: %w", path, err)
	}
	return s, nil
}

func load(path string) (*Snapshot, error) {
	root, err := os.OpenRoot(path) // stays on this folder if it is renamed
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return decode(filepath.Base(path), func(name string, size, limit int64) ([]byte, error) { return readFile(root, name, size, limit) })
}

// decode returns the snapshot of a folder's name and files, which read returns as readFile
// does.
func decode(folder string, read func(name string, size, limit int64) ([]byte, error)) (*Snapshot, error) {
	const maxSmall = 64 << 20
	b, err := read(manifestName, -1, maxSmall)
	if err != nil {
		return nil, err
	}
	manifest, err := parseSums(b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", manifestName, err)
	}
	b, err = read(indexName, -1, maxSmall)
	if err != nil {
		return nil, err
	}
	if sha256.Sum256(b) != manifest[indexName] {
		return nil, fmt.Errorf("%s: its check sum is not that of %s", indexName, manifestName)
	}
	var x index
	dec := json.NewDecoder(bytes.NewReader(b))
	if err := dec.Decode(&x); err != nil {
		return nil, fmt.Errorf("%s: %w", indexName, err)
	}
	if x.Format != formatVersion {
		return nil, fmt.Errorf("%s: %w %d: this version reads %d", indexName, ErrFormat, x.Format, formatVersion)
	}
	if step, ok := parseStepName(folder); ok && step != x.Step {
		return nil, fmt.Errorf("%s: step %d: expected %d, as the folder is named", indexName, x.Step, step)
	}
	if len(manifest) != len(x.Files)+1 {
		return nil, fmt.Errorf("%s names %d files: expected %d", manifestName, len(manifest), len(x.Files)+1)
	}
	s := &Snapshot{Step: x.Step, Tensors: map[string][]Tensor{}, Blobs: map[string][]byte{}, Metadata: x.Metadata}
	for name, size := range x.Files {
		sum, ok := manifest[name]
		if !ok {
			return nil, fmt.Errorf("%s has no check sum of %s", manifestName, name)
		}
		b, err := read(name, size, size)
		if err != nil {
			return nil, err
		}
		if sha256.Sum256(b) != sum {
			return nil, fmt.Errorf("%s: its check sum is not that of %s", name, manifestName)
		}
		stem, isTensors := strings.CutSuffix(name, safetensorsTail)
		if !isTensors {
			s.Blobs[name] = b
			continue
		}
		if s.Tensors[stem], _, err = ParseSafetensors(b); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return s, nil
}

// readFile reads a regular file of size bytes (any size up to limit where size
// is negative).
func readFile(root *os.Root, name string, size, limit int64) ([]byte, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	switch {
	case !info.Mode().IsRegular(): // opening a pipe would wait for ever
		return nil, fmt.Errorf("%s: expected a regular file", name)
	case size >= 0 && info.Size() != size:
		return nil, fmt.Errorf("%s: %d bytes: expected %d", name, info.Size(), size)
	case info.Size() > limit:
		return nil, fmt.Errorf("%s: %d bytes: expected at most %d", name, info.Size(), limit)
	}
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, info.Size())
	if _, err := io.ReadFull(f, b); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return b, nil
}
