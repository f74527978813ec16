package zarr

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/klauspost/compress/zstd"

	"github.com/climate-vdm/climate-vdm/vdm/climate"
)

// A store is written to a folder beside its place, called .writing-NAME-NUMBER.zarr, or
// .writing-NAME-kept.zarr where another process may continue it. Whoever writes has a lock
// on the folder, which ends with the process: a folder without one was left by a process
// that was killed, and the next that writes a store of the name removes it or continues.

// output is a store of version 2 while it is written: a folder with a temporary name
// beside its place, which gets its name when it is complete.
type output struct {
	path, temporary string
	release         func() error      // of the lock on the temporary folder
	arrays          map[string]*array // whose values follow
	documents       map[string]any    // of consolidated metadata
	encoder         *zstd.Encoder
	values, packed  []byte
}

// newOutput refuses a path where something else is.
func newOutput(path string) (*output, error) {
	path = filepath.Clean(path)
	if info, err := os.Lstat(path); err == nil && (!info.IsDir() || !recognises(path, nil)) {
		return nil, fmt.Errorf("%s is there and is no Zarr store: take another name, or remove it", path)
	}
	return &output{path: path, arrays: map[string]*array{}, documents: map[string]any{}}, nil
}

const (
	temporaryPrefix = ".writing-"
	keptSuffix      = "-kept.zarr"
	// digestName is a file in a kept folder: what its store was to contain.
	digestName = ".digest"
)

// stem is the name of a store without its ending.
func stem(path string) string { return strings.TrimSuffix(filepath.Base(path), ".zarr") }

// beside makes a temporary folder and locks it.
func (o *output) beside() (err error) {
	const tries = 3 // another process may take a folder for left between its making and its lock
	for range tries {
		if o.temporary, err = os.MkdirTemp(filepath.Dir(o.path), temporaryPrefix+stem(o.path)+"-*.zarr"); err != nil {
			return err
		}
		if err = o.lock(); err == nil {
			return os.Chmod(o.temporary, 0o755)
		}
	}
	return err
}

// lock locks the temporary folder, and makes sure that it still exists.
func (o *output) lock() error {
	release, err := climate.LockFolder(o.temporary)
	if err != nil {
		return err
	}
	if _, err := os.Stat(o.temporary); err != nil {
		return errors.Join(err, release())
	}
	o.release = release
	return nil
}

// removeLeft removes what killed processes have left of writing a store: folders of its
// name that nobody has a lock on.
func removeLeft(path string) error {
	ours := regexp.MustCompile("^" + regexp.QuoteMeta(temporaryPrefix+stem(path)) + `-([0-9]+|kept)\.zarr$`)
	return climate.RemoveLeft(filepath.Dir(path), ours, true)
}
